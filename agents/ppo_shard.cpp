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

PpoShard::PpoShard(const Policy& policy, const PpoConfig& config, Part part, int max_rows)
    : policy_(policy),
      config_(config),
      part_(part),
      begin_(part == Part::critic ? policy.network().critic_begin() : 0),
      end_(part == Part::actor ? policy.network().critic_begin() : policy.network().parameters().size()),
      images_(static_cast<size_t>(max_rows) * policy.image_size()),
      gradient_(policy.network().parameters().size()),
      observations_(static_cast<size_t>(max_rows) * policy.observation_size()),
      actions_(static_cast<size_t>(max_rows) * policy.action_size()),
      log_probs_(max_rows),
      advantages_(max_rows),
      returns_(max_rows),
      values_(max_rows) {}

void PpoShard::gather(const Rollout& rollout, std::span<const int> rows, const PpoMinibatch& minibatch) {
  const size_t width = rollout.observation_size, action_width = rollout.action_size;
  rows_ = static_cast<int>(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t row = rows[i];
    std::copy_n(rollout.observations.begin() + row * width, width, observations_.begin() + i * width);
    rollout.frames.copy_row(rows[i], images_.data() + i * policy_.image_size());
    if (part_ != Part::critic) {
      std::copy_n(&rollout.actions[row * action_width], action_width, &actions_[i * action_width]);
      log_probs_[i] = rollout.log_probs[row];
      advantages_[i] = (rollout.advantages[row] - minibatch.advantage_mean) * minibatch.advantage_scale;
    }
    if (part_ != Part::actor) {
      returns_[i] = rollout.returns[row];
      values_[i] = rollout.values[row];
    }
  }
}

void PpoShard::run(const Rollout& rollout, std::span<const int> rows, const PpoMinibatch& minibatch, Rng random) {
  gather(rollout, rows, minibatch);
  random_ = random;
  tape_.set_random(&random_);
  std::fill(gradient_.begin() + begin_, gradient_.begin() + end_, 0.0f);
  sums_ = {};
  tape_.rewind();
  const Observations observations = policy_.observe_normalized(tape_, {rows_, observations_.data(), images_.data()});
  Tensor loss;
  if (part_ == Part::both) {
    const auto output = policy_.network()(observations);
    loss = policy_loss(output.actions, minibatch.clip_range) + value_loss(output.values);
  } else if (part_ == Part::actor) {
    loss = policy_loss(policy_.network().actor(observations), minibatch.clip_range);
  } else {
    loss = value_loss(policy_.network().critic(observations));
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
