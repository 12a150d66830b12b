#pragma once
#include <cstdint>
#include <span>

#include "nets/policy/critic.h"
#include "nets/policy/policy.h"

namespace sinew {

/// A policy, and V(s) beside it, which only its learner needs. A shared trunk runs once for both.
struct ActorCritic {
  /// Both draw their initial weights from `rng`, the policy first.
  ActorCritic(const InterfaceSpec& spec, const NetworkConfig& network, const LayerTable<float>& layers, Rng rng)
      : policy(spec, network, layers, rng), critic(policy.actor(), spec, network, layers, rng) {}

  Policy policy;
  Critic critic;

  bool shares_parameters() const { return policy.actor().trunk_has_parameters(); }
  bool has_batch_statistics() const { return policy.actor().has_batch_statistics() || critic.has_batch_statistics(); }
  /// Numbers of memory per row that both carry from step to step: first the policy's, then the critic's.
  int state_size() const { return critic.state_size(); }
  void visit_state(StateArchive& archive);
};

/// Samples actions and evaluates V(s), as a roll-out needs. It owns only its tape. One per thread. A row has the same
/// bits however many rows are computed with it.
class ActorCriticRunner {
 public:
  explicit ActorCriticRunner(const ActorCritic& networks) : networks_(networks), tape_(TapeMode::infer) {}

  /// Values a roll-out stores of each row beside the command.
  struct Sample {
    std::span<float> raw;       // [rows, action size]: the draw, before the action map
    std::span<float> log_prob;  // [rows]
    std::span<float> values;    // [rows]; empty: not computed
  };
  /// Commands drawn from the policy's distribution, row r by rngs[r]. state [rows, state_size()] is read and replaced,
  /// and is reset where reset_mask[row] is not 0; without values it may hold the policy's part only.
  void sample(const ObservationRows& observations, std::span<float> state, std::span<const uint8_t> reset_mask,
              std::span<Rng> rngs, const Sample& out, std::span<float> actions);

  /// Values of rows, for networks without memory.
  void values(const ObservationRows& observations, std::span<float> values);
  /// The value of one row, given the memory `state` [state_size()].
  float value(const ObservationRows& observation, std::span<const float> state = {}, bool is_first = false);

 private:
  Tensor value_of(const Observations& observations, Sequence& sequence) const;

  const ActorCritic& networks_;
  Tape tape_;
};

}  // namespace sinew
