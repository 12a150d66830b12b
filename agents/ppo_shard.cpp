#include "agents/ppo_shard.h"

#include <algorithm>
#include <cmath>

#include "nets/not_finite.h"
#include "nets/ops.h"

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

PpoShard::PpoShard(const Policy& policy, const PpoConfig& config, Part part, int max_sequences, int seq_len)
    : policy_(policy),
      config_(config),
      part_(part),
      begin_(part == Part::critic ? policy.network().critic_begin() : 0),
      end_(part == Part::actor ? policy.network().critic_begin() : policy.network().parameters().size()),
      gradient_(policy.network().parameters().size()),
      states_(static_cast<size_t>(max_sequences) * policy.learner_state_size()) {
  const size_t rows = static_cast<size_t>(max_sequences) * seq_len;
  images_.resize(rows * policy.image_size());
  observations_.resize(rows * policy.observation_size());
  actions_.resize(rows * policy.action_size());
  for (std::vector<float>* column : {&log_probs_, &advantages_, &returns_, &values_}) column->resize(rows);
  if (!states_.empty()) starts_.resize(rows);
}

void PpoShard::gather_row(const Rollout& rollout, int row, int place, const PpoMinibatch& minibatch) {
  const size_t width = rollout.observation_size, action_width = rollout.action_size, from = row, to = place;
  std::copy_n(rollout.observations.begin() + from * width, width, observations_.begin() + to * width);
  rollout.frames.copy_row(row, images_.data() + to * policy_.image_size());
  if (!starts_.empty()) starts_[to] = rollout.starts[from];
  if (part_ != Part::critic) {
    std::copy_n(&rollout.actions[from * action_width], action_width, &actions_[to * action_width]);
    log_probs_[to] = rollout.log_probs[from];
    advantages_[to] = (rollout.advantages[from] - minibatch.advantage_mean) * minibatch.advantage_scale;
  }
  if (part_ != Part::actor) {
    returns_[to] = rollout.returns[from];
    values_[to] = rollout.values[from];
  }
}

void PpoShard::gather(const Rollout& rollout, std::span<const int> sequences, const PpoMinibatch& minibatch) {
  const size_t state_size = policy_.learner_state_size();
  sequences_ = static_cast<int>(sequences.size());
  rows_ = sequences_ * rollout.seq_len;
  for (int s = 0; s < sequences_; ++s) {
    for (int step = 0; step < rollout.seq_len; ++step)
      gather_row(rollout, sequences[s] * rollout.seq_len + step, step * sequences_ + s, minibatch);
    std::copy_n(rollout.states.begin() + sequences[s] * state_size, state_size, states_.begin() + s * state_size);
  }
}

Sequence PpoShard::remembered() {
  if (states_.empty()) return {};
  return {tape_.view({sequences_, policy_.learner_state_size()}, states_.data(), "state"),
          {starts_.data(), static_cast<size_t>(rows_)}};
}

void PpoShard::run(const Rollout& rollout, std::span<const int> sequences, const PpoMinibatch& minibatch, Rng random) {
  gather(rollout, sequences, minibatch);
  random_ = random;
  tape_.set_random(&random_);
  std::fill(gradient_.begin() + begin_, gradient_.begin() + end_, 0.0f);
  sums_ = {};
  tape_.rewind();
  const Observations observations = policy_.observe_normalized(tape_, {rows_, observations_.data(), images_.data()});
  Sequence steps = remembered();
  Tensor loss;
  if (part_ == Part::both) {
    const auto output = policy_.network()(observations, steps);
    loss = policy_loss(output.actions, minibatch.clip_range) + value_loss(output.values);
  } else if (part_ == Part::actor) {
    loss = policy_loss(policy_.network().actor(observations, steps), minibatch.clip_range);
  } else {
    loss = value_loss(policy_.network().critic(observations, steps));
  }
  tape_.backward(loss * (1.0 / config_.batch_size), gradient_);
}

float PpoShard::largest_return() const {
  float largest = 0;  // an actor's shard has none
  for (int i = 0; i < rows_; ++i) largest = std::max(largest, std::abs(returns_[i]));
  return largest;
}

std::string PpoShard::culprit() const { return find_not_finite(tape_, gradient_).value_or(""); }

Tensor PpoShard::policy_loss(const ActionDistribution<float>& actions, double clip_range) {
  const Tape::Scope scope(tape_, "policy loss");
  const Tensor raw = tape_.view({rows_, policy_.action_size()}, actions_.data(), "action");
  const Tensor log_ratio = actions.log_prob(raw) - column(log_probs_, "log_prob of the roll-out");
  const Tensor ratio = exp(log_ratio), advantage = column(advantages_, "advantage");
  const Tensor loss = -sum(min(ratio * advantage, clip(ratio, 1 - clip_range, 1 + clip_range) * advantage));
  const Tensor entropy = sum(actions.entropy());

  sums_.policy_rows = rows_;
  sums_.policy_loss = loss.item();
  sums_.entropy = entropy.item();
  for (int i = 0; i < rows_; ++i) {
    const double r = ratio.values()[i];
    sums_.kl += (r - 1) - log_ratio.values()[i];  // Schulman's low-variance estimate
    sums_.clipped += std::abs(r - 1) > clip_range;
  }
  return config_.ent_coef == 0 ? loss : loss - entropy * config_.ent_coef;
}

Tensor PpoShard::value_loss(Tensor values) {
  const Tape::Scope scope(tape_, "value loss");
  if (config_.clip_range_vf) {
    const Tensor old = column(values_, "value of the roll-out");
    values = old + clip(values - old, -*config_.clip_range_vf, *config_.clip_range_vf);
  }
  const Tensor loss = sum(square(column(returns_, "return") - values));
  sums_.value_loss = loss.item();
  return loss * config_.vf_coef;
}

}  // namespace sinew
