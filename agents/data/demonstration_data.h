#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "envs/frame_store.h"
#include "nets/formats/demonstrations.h"
#include "nets/policy/policy.h"

namespace sinew {

/// Demonstrations in the form a policy learns from: rows are its observations and its raw actions. The rows to learn
/// from come first, the held-out rows after them.
class DemonstrationData {
 public:
  struct Episode {
    int begin, end;  // rows
    int length() const { return end - begin; }
  };

  /// Reads the files; a folder stands for all *.safetensors in it. `held_out` is the share of the rows not used for
  /// learning: whole episodes that `random` selects, or the end of a single episode. Throws an Error that names the
  /// file when sensors, frames, actuators or the rate are not the policy's, and when memory does not suffice.
  DemonstrationData(const std::vector<std::string>& paths, const Policy& policy, double held_out, Rng random);

  int rows() const { return static_cast<int>(starts_.size()); }
  int training_rows() const { return training_rows_; }
  const std::vector<Episode>& training() const { return training_; }
  const std::vector<Episode>& validation() const { return validation_; }

  /// [policy.observation_size()], as sensed. Zeros for sensors that only the critic uses and that were not recorded.
  std::span<const float> numbers(int row) const { return std::span(numbers_).subspan(row * width_, width_); }
  /// [policy.image_size()], frames stacked as the policy's input requires.
  void copy_images(int row, uint8_t* images) const { frames_->copy_row(row, images); }
  /// [policy.action_size()]: the recorded action within the policy's limits, and the raw action that maps to it.
  std::span<const float> command(int row) const { return std::span(commands_).subspan(row * n_, n_); }
  std::span<const float> raw_action(int row) const { return std::span(raw_).subspan(row * n_, n_); }
  bool starts(int row) const { return starts_[row] != 0; }
  /// Distance between a command [policy.action_size()] and the recorded action: the mean over its numbers of
  /// |difference|, as a share of half the range where there is one; a different choice counts 1.
  double action_error(int row, std::span<const float> command) const;

  /// Fills the normalisers of the recorded sensors with the statistics of the rows to learn from.
  void fill_normalizers(Policy& policy) const;
  /// SHA-256 of all the data.
  const std::string& fingerprint() const { return fingerprint_; }
  /// The count of action numbers that were beyond the policy's limits.
  int64_t limited() const { return limited_; }

 private:
  void add(const Demonstrations& set, const Episode& episode, const Policy& policy);
  void add_actions(const Demonstrations& set, int row, const Policy& policy);
  void add_frames(const Demonstrations& set, int row, int age, const Policy& policy);
  void compute_fingerprint();

  size_t width_, n_;  // sizes of an observation's numbers, and of an action
  int training_rows_ = 0;
  std::vector<Episode> training_, validation_;
  std::vector<float> numbers_, commands_, raw_;
  std::vector<uint8_t> starts_, stack_;  // stack_: of the last row
  std::unique_ptr<FrameStore> frames_;
  std::vector<bool> recorded_;      // one flag per sensor of the policy
  std::vector<double> half_range_;  // one per number of an action; 0: it is a choice
  int64_t limited_ = 0;
  std::string fingerprint_;
};

}  // namespace sinew
