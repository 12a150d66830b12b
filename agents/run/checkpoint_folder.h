#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agents/run/checkpoint_file.h"

namespace sinew {

/// The checkpoints of a run, `step_000000050000.checkpoint` and so on: the last two, and that of the best evaluation.
/// One process writes (see RunFolder's lock).
class CheckpointFolder {
 public:
  explicit CheckpointFolder(std::string path) : path_(std::move(path)) {}

  /// Writes a checkpoint so that a crash at any moment leaves the earlier ones intact. Then drops all except this one,
  /// the one before it, and that of `best_step`. Creates the folder when missing. `write` writes the sections and
  /// returns the segments that the checkpoint needs; segments that no checkpoint needs any more are dropped, too.
  /// Throws Error when it cannot be written; the earlier checkpoints are then still there.
  void save(const CheckpointHead& head, std::optional<int64_t> best_step,
            const std::function<std::vector<Segment>(CheckpointWriter& out)>& write) const;

  /// The steps of the checkpoints that exist, good or damaged, in order.
  std::vector<int64_t> steps() const;

  struct Newest {
    std::optional<Checkpoint> checkpoint;  // none: there is no good one
    std::vector<std::string> damaged;      // the faults of those after it
  };
  /// A checkpoint is good only when its segments are, too. Throws OtherFormat when another version of the software
  /// wrote the newest intact one.
  Newest newest() const;

  std::string file(int64_t step) const;

 private:
  void drop_segments() const;

  std::string path_;
};

}  // namespace sinew
