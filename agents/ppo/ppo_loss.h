#pragma once
#include <span>
#include <vector>

#include "agents/data/rollout.h"
#include "agents/data/sequence_batch.h"
#include "agents/ppo/ppo_config.h"
#include "agents/update/actor_critic.h"
#include "nets/ops/ops.h"

namespace sinew {

/// Diagnostics of a minibatch as sums over its rows, so that shards and minibatches can be added.
struct PpoSums {
  double policy_rows = 0, policy_loss = 0, entropy = 0, kl = 0, clipped = 0;
  double value_loss = 0;
  PpoSums& operator+=(const PpoSums& other);
};

/// The values that all shards of a minibatch share.
struct PpoMinibatch {
  const Rollout& rollout;
  float advantage_mean = 0, advantage_scale = 1;
  double clip_range;
};

/// PPO's clipped objective, entropy bonus and value loss on some sequences of a roll-out. Computed by the whole
/// network, or by one of actor and critic when they share nothing.
class PpoLoss {
 public:
  enum class Part { both, actor, critic };

  PpoLoss(const ActorCritic& networks, const PpoConfig& config, Part part, int max_sequences, int seq_len);

  /// (Sum of the rows' losses) / batch_size.
  Tensor operator()(Tape& tape, const PpoMinibatch& minibatch, std::span<const int> sequences);

  /// Sums of the last call.
  const PpoSums& sums() const { return sums_; }
  /// The largest magnitude among the last call's rows; 0 for an actor's.
  float largest_return() const;

 private:
  void gather(const PpoMinibatch& minibatch, std::span<const int> sequences);
  void gather_targets(const PpoMinibatch& minibatch, size_t from, size_t to);
  Tensor policy_loss(Tape& tape, const ActionDistribution<float>& actions, double clip_range);
  Tensor value_loss(Tape& tape, Tensor values);
  Tensor column(Tape& tape, const std::vector<float>& values, const char* label) const {
    return tape.view({batch_.rows}, values.data(), label);
  }

  const ActorCritic& networks_;
  const PpoConfig& config_;
  Part part_;
  SequenceBatch batch_;
  std::vector<float> log_probs_, advantages_, returns_, values_;  // of the batch's rows
  PpoSums sums_;
};

}  // namespace sinew
