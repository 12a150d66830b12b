#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agents/run/checkpoint_file.h"

namespace sinew {

/// The checkpoints of a run, `step_000000050000.checkpoint` and so on: the last two, and the one of the
/// best evaluation. One process writes (see RunFolder's lock).
class CheckpointFolder {
 public:
  explicit CheckpointFolder(std::string path) : path_(std::move(path)) {}

  /// Writes it so that a crash at any moment leaves the ones before it whole, then drops those that
  /// are neither it, nor the last one before it, nor that of `best_step`. The folder is made when
  /// missing. `write` gives its sections, and returns the segments that it needs; those that no checkpoint needs any
  /// more are dropped, too. Throws Error when it cannot be written; what was there before is then still there.
  void save(const CheckpointHead& head, std::optional<int64_t> best_step,
            const std::function<std::vector<Segment>(CheckpointWriter& out)>& write) const;

  /// The steps of the checkpoints that are there, good or not; in order.
  std::vector<int64_t> steps() const;

  struct Newest {
    std::optional<Checkpoint> checkpoint;  // none: there is no good one
    std::vector<std::string> damaged;      // what is wrong with those after it
  };
  /// A checkpoint is good when its segments are, too. Throws OtherFormat when another version of the software wrote the
  /// newest one that is whole.
  Newest newest() const;

  std::string file(int64_t step) const;

 private:
  void drop_segments() const;

  std::string path_;
};

}  // namespace sinew
