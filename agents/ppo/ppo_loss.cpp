#include "agents/ppo/ppo_loss.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace sinew {

PpoSums& PpoSums::operator+=(const PpoSums& other) {
  policy_rows += other.policy_rows;
  policy_loss += other.policy_loss;
  entropy += other.entropy;
  kl += other.kl;
  clipped += other.clipped;
  value_loss += other.value_loss;
  return *this;
}

PpoLoss::PpoLoss(const ActorCritic& networks, const PpoConfig& config, Part part, int max_sequences, int seq_len)
    : networks_(networks),
      config_(config),
      part_(part),
      batch_(networks.policy, max_sequences, seq_len, networks.state_size()) {
  for (std::vector<float>* column : {&log_probs_, &advantages_, &returns_, &values_})
    column->resize(static_cast<size_t>(max_sequences) * static_cast<size_t>(seq_len));
}

void PpoLoss::gather_targets(const PpoMinibatch& minibatch, size_t from, size_t to) {
  const Rollout& rollout = minibatch.rollout;
  const size_t width = static_cast<size_t>(rollout.action_size);
  if (part_ != Part::critic) {
    std::copy_n(&rollout.actions[from * width], width, &batch_.actions[to * width]);
    log_probs_[to] = rollout.log_probs[from];
    advantages_[to] = (rollout.advantages[from] - minibatch.advantage_mean) * minibatch.advantage_scale;
  }
  if (part_ != Part::actor) {
    returns_[to] = rollout.returns[from];
    values_[to] = rollout.values[from];
  }
}

void PpoLoss::gather(const PpoMinibatch& minibatch, std::span<const int> sequences) {
  const Rollout& rollout = minibatch.rollout;
  const size_t width = static_cast<size_t>(rollout.observation_size), memory = static_cast<size_t>(batch_.state_size);
  batch_.gather(static_cast<int>(sequences.size()), [&](int s, int step, int row) {
    const int from = sequences[s] * rollout.seq_len + step;
    std::copy_n(rollout.observations.begin() + from * width, width, batch_.observations.begin() + row * width);
    rollout.frames.copy_row(from, batch_.images.data() + row * batch_.image_size);
    if (memory > 0) batch_.starts[row] = rollout.starts[from];
    gather_targets(minibatch, static_cast<size_t>(from), static_cast<size_t>(row));
  });
  for (size_t s = 0; s < sequences.size(); ++s)
    std::copy_n(rollout.states.begin() + sequences[s] * memory, memory, batch_.states.begin() + s * memory);
}

Tensor PpoLoss::operator()(Tape& tape, const PpoMinibatch& minibatch, std::span<const int> sequences) {
  gather(minibatch, sequences);
  sums_ = {};
  const Policy& policy = networks_.policy;
  const Observations observations = policy.observe(tape, batch_.seen());
  Sequence steps = batch_.steps(tape);
  const Tensor trunk = policy.actor().trunk(observations, steps);
  std::optional<ActionDistribution<float>> actions;
  Tensor values, loss;
  if (part_ != Part::critic) actions = policy.actor()(trunk, observations, steps);
  if (part_ != Part::actor) values = networks_.critic(trunk, observations, steps);
  if (actions) loss = policy_loss(tape, *actions, minibatch.clip_range);
  if (values.is_there()) loss = loss.is_there() ? loss + value_loss(tape, values) : value_loss(tape, values);
  return loss * (1.0 / config_.batch_size);
}

float PpoLoss::largest_return() const {
  float largest = 0;
  for (int i = 0; i < batch_.rows; ++i) largest = std::max(largest, std::abs(returns_[i]));
  return largest;
}

Tensor PpoLoss::policy_loss(Tape& tape, const ActionDistribution<float>& actions, double clip_range) {
  const Tape::Scope scope(tape, "policy loss");
  const Tensor log_ratio = actions.log_prob(batch_.done(tape)) - column(tape, log_probs_, "log_prob of the roll-out");
  const Tensor ratio = exp(log_ratio), advantage = column(tape, advantages_, "advantage");
  const Tensor loss = -sum(min(ratio * advantage, clip(ratio, 1 - clip_range, 1 + clip_range) * advantage));
  const Tensor entropy = sum(actions.entropy());

  sums_.policy_rows = batch_.rows;
  sums_.policy_loss = loss.item();
  sums_.entropy = entropy.item();
  for (int i = 0; i < batch_.rows; ++i) {
    const double r = ratio.values()[i];
    sums_.kl += (r - 1) - log_ratio.values()[i];  // Schulman's low-variance estimate
    sums_.clipped += std::abs(r - 1) > clip_range;
  }
  return config_.ent_coef == 0 ? loss : loss - entropy * config_.ent_coef;
}

Tensor PpoLoss::value_loss(Tape& tape, Tensor values) {
  const Tape::Scope scope(tape, "value loss");
  if (config_.clip_range_vf) {
    const Tensor old = column(tape, values_, "value of the roll-out");
    values = old + clip(values - old, -*config_.clip_range_vf, *config_.clip_range_vf);
  }
  const Tensor loss = sum(square(column(tape, returns_, "return") - values));
  sums_.value_loss = loss.item();
  return loss * config_.vf_coef;
}

}  // namespace sinew
