#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/run/append_file.h"
#include "agents/run/checkpoint_file.h"
#include "core/row_log.h"
#include "core/safe_file.h"

namespace sinew {

/// Rows of a run's logs, in files `000001.segment` and so on beside its checkpoints. A file only grows: each checkpoint
/// names the files it needs, and how much of each. A save therefore writes only new rows, and earlier checkpoints stay
/// valid. A process appends only to files that it created itself.
class SegmentFolder : public RowStore {
 public:
  /// A new file is started when the next row would make one longer than `most_bytes`.
  explicit SegmentFolder(std::string path, uint64_t most_bytes = uint64_t{64} << 20)
      : path_(std::move(path)), most_bytes_(most_bytes) {}

  /// Appends the rows added since the last save, and returns once they would survive a power cut.
  void save(const std::string& log, const RowLog& rows) override;
  /// The segments that the last save needs.
  std::vector<Segment> segments() const;

  /// Continues from the segments a checkpoint names; called before its state is restored.
  void go_on_from(std::vector<Segment> segments);
  /// Throws Error when rows are missing.
  void restore(const std::string& log, const RowLog& rows) override;

 private:
  struct Log {
    std::vector<Segment> segments;     // in the order of their rows
    std::unique_ptr<AppendFile> file;  // the last segment's, when it may grow
    std::optional<Sha256> hash;        // of that file
    std::string buffer;                // still to be appended to it
    uint64_t end() const { return segments.empty() ? 0 : segments.back().first_row + segments.back().rows; }
  };
  void begin_file(Log& log, const std::string& name, uint64_t first_row);
  void flush(Log& log);

  std::string path_;
  uint64_t most_bytes_;
  std::map<std::string, Log> logs_;
  std::optional<int> last_number_;  // of the files' names
};

/// Whether a file of this name is a segment.
bool is_segment(const std::string& name);
/// The names of the segments in a folder, in order; none when there is no folder.
std::vector<std::string> segments_in(const std::string& folder);
/// Throws Error naming the first segment that is missing, too short, or has other bytes.
void check_segments(const std::string& folder, const std::vector<Segment>& segments);

}  // namespace sinew
