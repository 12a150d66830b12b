#pragma once
#include <span>
#include <string>
#include <vector>

#include "agents/ppo_config.h"
#include "agents/rollout.h"
#include "nets/ops.h"
#include "nets/policy.h"

namespace sinew {

/// Diagnostics of a minibatch as sums over its rows, so that shards and minibatches add up.
struct PpoSums {
  double policy_rows = 0, policy_loss = 0, entropy = 0, kl = 0, clipped = 0;
  double value_loss = 0;
  PpoSums& operator+=(const PpoSums& other);
};

/// What all shards of a minibatch share.
struct PpoMinibatch {
  float advantage_mean = 0, advantage_scale = 1;
  double clip_range = 0.2;
};

/// The piece of a minibatch that one thread computes: some of its sequences, through the whole network or,
/// where actor and critic share nothing, through one of the two. The latter keeps each network's
/// weights, gradients and moments in one core's cache. The pieces follow from the config alone.
class PpoShard {
 public:
  enum class Part { both, actor, critic };

  PpoShard(const Policy& policy, const PpoConfig& config, Part part, int max_sequences, int seq_len);

  /// Of sequences of the roll-out (see there): leaves the gradient of (sum of their rows' losses) / batch_size, and
  /// its sums. Augmentation draws from `random`.
  void run(const Rollout& rollout, std::span<const int> sequences, const PpoMinibatch& minibatch, Rng random);
  /// After the step that followed run(): see nets/ops.h.
  void absorb_batch_statistics() { sinew::absorb_batch_statistics(tape_); }

  Part part() const { return part_; }
  /// The range of the parameters' flat buffer that its part owns.
  size_t begin() const { return begin_; }
  size_t end() const { return end_; }
  /// Laid out as all parameters; only [begin(), end()) counts.
  std::vector<float>& gradient() { return gradient_; }
  std::span<float> own_gradient() { return std::span(gradient_).subspan(begin_, end_ - begin_); }
  const PpoSums& sums() const { return sums_; }
  /// What made the first number of the last run that is not finite; "" where all are.
  std::string culprit() const;
  /// By magnitude, of the rows of the last run().
  float largest_return() const;

 private:
  void gather(const Rollout& rollout, std::span<const int> sequences, const PpoMinibatch& minibatch);
  void gather_row(const Rollout& rollout, int row, int place, const PpoMinibatch& minibatch);
  Sequence remembered();
  Tensor policy_loss(const ActionDistribution<float>& actions, double clip_range);
  Tensor value_loss(Tensor values);
  Tensor column(const std::vector<float>& values, const char* label) {
    return tape_.view({rows_}, values.data(), label);
  }

  const Policy& policy_;
  const PpoConfig& config_;
  Part part_;
  size_t begin_, end_;
  Tape tape_;
  Rng random_;
  int rows_ = 0, sequences_ = 0;  // of the last run(): step t of sequence s is row t · sequences + s
  std::vector<uint8_t> images_, starts_;
  std::vector<float> gradient_, observations_, actions_, log_probs_, advantages_, returns_, values_, states_;
  PpoSums sums_;
};

}  // namespace sinew
