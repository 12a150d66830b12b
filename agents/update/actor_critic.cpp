#include "agents/update/actor_critic.h"

#include <algorithm>

#include "core/state_archive.h"

namespace sinew {
namespace {

// The tape reads `state` in place, before the next state is copied there.
Sequence sequence_of(Tape& tape, int rows, std::span<const float> state, std::span<const uint8_t> reset_mask) {
  if (state.empty()) return {};
  return {tape.view({rows, static_cast<int>(state.size()) / rows}, state.data(), "state"), reset_mask};
}

}  // namespace

void ActorCritic::visit_state(StateArchive& archive) {
  archive("policy", policy);
  archive("critic", critic.parameters().values());
}

void ActorCriticRunner::sample(const ObservationRows& observations, std::span<float> state,
                               std::span<const uint8_t> reset_mask, std::span<Rng> rngs, const Sample& out,
                               std::span<float> actions) {
  const Policy& policy = networks_.policy;
  tape_.rewind();
  Sequence steps = sequence_of(tape_, observations.rows, state, reset_mask);
  const Observations normalized = policy.observe(tape_, observations);
  const Tensor trunk = policy.actor().trunk(normalized, steps);
  const ActionDistribution<float> distribution = policy.actor()(trunk, normalized, steps);
  if (!out.values.empty()) std::ranges::copy(networks_.critic(trunk, normalized, steps).values(), out.values.begin());
  distribution.sample(rngs, out.raw, out.log_prob);
  const Tensor command = policy.map_action(tape_.view({observations.rows, policy.action_size()}, out.raw.data()));
  std::ranges::copy(command.values(), actions.begin());
  if (!state.empty()) std::ranges::copy(steps.next_state().values(), state.begin());
}

Tensor ActorCriticRunner::value_of(const Observations& observations, Sequence& sequence) const {
  return networks_.critic(networks_.policy.actor().trunk(observations, sequence), observations, sequence);
}

void ActorCriticRunner::values(const ObservationRows& observations, std::span<float> values) {
  tape_.rewind();
  Sequence first_steps;
  const Tensor result = value_of(networks_.policy.observe(tape_, observations), first_steps);
  std::ranges::copy(result.values(), values.begin());
}

float ActorCriticRunner::value(const ObservationRows& observation, std::span<const float> state, bool is_first) {
  tape_.rewind();
  const uint8_t reset_mask = is_first;
  Sequence step = sequence_of(tape_, 1, state, {&reset_mask, 1});
  return value_of(networks_.policy.observe(tape_, observation), step).item();
}

}  // namespace sinew
