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

/// Demonstrations as a policy learns from them: rows are its observations and its raw actions. Those to learn from come
/// first, those held out after them.
class DemonstrationData {
 public:
  struct Episode {
    int begin, end;  // rows
    int length() const { return end - begin; }
  };

  /// Reads the files; a folder stands for all *.safetensors in it. `held_out`: which share of the rows is not learnt
  /// from, whole episodes that `random` chooses, or the end of a single one. Throws an Error that names the file for
  /// sensors, frames, actuators or a rate that are not the policy's, and where memory does not suffice.
  DemonstrationData(const std::vector<std::string>& paths, const Policy& policy, double held_out, Rng random);

  int rows() const { return static_cast<int>(starts_.size()); }
  int training_rows() const { return training_rows_; }
  const std::vector<Episode>& training() const { return training_; }
  const std::vector<Episode>& validation() const { return validation_; }

  /// [policy.observation_size()], as sensed. Of sensors that are for the critic alone and were not recorded, zeros.
  std::span<const float> numbers(int row) const { return std::span(numbers_).subspan(row * width_, width_); }
  /// [policy.image_size()], frames stacked as the policy takes them.
  void copy_images(int row, uint8_t* images) const { frames_->copy_row(row, images); }
  /// [policy.action_size()]: what was done, within the policy's limits, and the raw action that becomes it.
  std::span<const float> command(int row) const { return std::span(commands_).subspan(row * n_, n_); }
  std::span<const float> raw_action(int row) const { return std::span(raw_).subspan(row * n_, n_); }
  bool starts(int row) const { return starts_[row] != 0; }
  /// How far a command [policy.action_size()] is from what was done: the mean over its numbers of |difference|, as a
  /// share of half of the range where there is one; another choice counts 1.
  double action_error(int row, std::span<const float> command) const;

  /// Puts the statistics of the rows to learn from into the normalisers of what was recorded.
  void fill_normalizers(Policy& policy) const;
  /// SHA-256 of all of it.
  const std::string& fingerprint() const { return fingerprint_; }
  /// How many numbers of the actions were beyond the policy's limits.
  int64_t limited() const { return limited_; }

 private:
  void add(const Demonstrations& set, const Episode& episode, const Policy& policy);
  void add_actions(const Demonstrations& set, int row, const Policy& policy);
  void add_frames(const Demonstrations& set, int row, int age, const Policy& policy);
  void compute_fingerprint();

  size_t width_, n_;  // of an observation's numbers, of an action
  int training_rows_ = 0;
  std::vector<Episode> training_, validation_;
  std::vector<float> numbers_, commands_, raw_;
  std::vector<uint8_t> starts_, stack_;  // the latter: of the last row
  std::unique_ptr<FrameStore> frames_;
  std::vector<bool> recorded_;      // each of the policy's sensors
  std::vector<double> half_range_;  // of each number of an action; 0: it is a choice
  int64_t limited_ = 0;
  std::string fingerprint_;
};

}  // namespace sinew
