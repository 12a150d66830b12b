// One update of PPO against the objective written down once more: plain loops in double, and its
// gradient by finite differences. Nothing of the tape is used here.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "agents/ppo/ppo.h"
#include "tests/agents/made_up_env.h"

namespace sinew {
namespace {

// Linear heads on the observation: two means, three logits, a value.
constexpr int observation_size = 2, arm = 2, modes = 3, action_size = 3, n_rows = 24;
constexpr const char* linear_network = "{actor: [], critic: []}";

using Weights = std::map<std::string, std::vector<double>>;
using Metrics = std::map<std::string, double>;

PpoConfig one_step() {
  PpoConfig config;
  config.n_steps = 6;
  config.batch_size = n_rows;
  config.n_epochs = 1;
  config.max_grad_norm = 0;
  config.learning_rate = Schedule::constant(1);
  config.adam_epsilon = 1;  // a first step of Adam is then g / (|g| + 1): it tells the gradient
  config.ent_coef = 0.07;
  config.vf_coef = 0.4;
  return config;
}

Fixture<Ppo, PpoConfig> make_update(const PpoConfig& config, int threads = 1) {
  return {MadeUpEnv::factory({.actions = {continuous_part("arm", arm), discrete_part("mode", {modes})}}), 4,
          linear_network, config, threads};
}

Rollout make_rollout() {
  Rollout rollout(4, 6, interface_of(observation_size, action_size));
  Rng rng(5);
  for (float& x : rollout.observations) x = static_cast<float>(rng.normal());
  for (int row = 0; row < n_rows; ++row) {
    for (int i = 0; i < arm; ++i) rollout.actions[row * action_size + i] = static_cast<float>(rng.normal());
    rollout.actions[row * action_size + arm] = static_cast<float>(rng.below(modes));
    rollout.log_probs[row] = static_cast<float>(-4 + 0.4 * rng.normal());
    rollout.values[row] = static_cast<float>(rng.normal());
    rollout.returns[row] = static_cast<float>(rng.normal());
    rollout.advantages[row] = static_cast<float>(3 + 2 * rng.normal());
  }
  return rollout;
}

Weights weights_of(Ppo& ppo) {
  Weights weights;
  LearnerParameters all = ppo.learner_parameters();
  all.push_back(&ppo.policy().parameters());
  for (const Parameters* parameters : all)
    for (const Parameter& p : parameters->list()) weights[p.name].assign(p.values().begin(), p.values().end());
  return weights;
}

// What learning reports, computed again.
Metrics objective(const PpoConfig& config, const Rollout& rollout, const Weights& weights) {
  double mean = 0, variance = 0;
  for (int row = 0; row < n_rows; ++row) mean += rollout.advantages[row] / n_rows;
  for (int row = 0; row < n_rows; ++row) variance += std::pow(rollout.advantages[row] - mean, 2) / (n_rows - 1);
  const double range = config.clip_range.start;
  const auto head = [&](const std::string& name, int row, int column, int columns) {
    double sum = weights.at(name + ".bias")[column];
    for (int i = 0; i < observation_size; ++i)
      sum += rollout.observations[row * observation_size + i] * weights.at(name + ".weight")[i * columns + column];
    return sum;
  };
  Metrics m;
  for (int row = 0; row < n_rows; ++row) {
    double log_prob = 0, entropy = 0;
    for (int i = 0; i < arm; ++i) {
      const double log_std = weights.at("actor.log_std")[i];
      const double z =
          (rollout.actions[row * action_size + i] - head("actor.head", row, i, arm + modes)) / std::exp(log_std);
      log_prob += -0.5 * z * z - log_std - 0.5 * std::log(2 * M_PI);
      entropy += 0.5 + 0.5 * std::log(2 * M_PI) + log_std;
    }
    double p[modes], total = 0;
    for (int i = 0; i < modes; ++i) total += p[i] = std::exp(head("actor.head", row, arm + i, arm + modes));
    for (double& x : p) {
      x /= total;
      entropy -= x * std::log(x);
    }
    log_prob += std::log(p[static_cast<int>(rollout.actions[row * action_size + arm])]);

    const double advantage = config.normalize_advantage
                                 ? (rollout.advantages[row] - mean) / (std::sqrt(variance) + 1e-8)
                                 : rollout.advantages[row];
    const double ratio = std::exp(log_prob - rollout.log_probs[row]);
    const double clipped = std::min(std::max(ratio, 1 - range), 1 + range);
    double value = head("critic.head", row, 0, 1);
    if (config.clip_range_vf) {
      const double old = rollout.values[row], most = *config.clip_range_vf;
      value = old + std::min(std::max(value - old, -most), most);
    }
    m["train/policy_gradient_loss"] -= std::min(ratio * advantage, clipped * advantage) / n_rows;
    m["train/value_loss"] += std::pow(rollout.returns[row] - value, 2) / n_rows;
    m["train/entropy_loss"] -= entropy / n_rows;
    m["train/approx_kl"] += (ratio - 1 - std::log(ratio)) / n_rows;
    m["train/clip_fraction"] += (std::abs(ratio - 1) > range) / static_cast<double>(n_rows);
  }
  m["train/loss"] = m["train/policy_gradient_loss"] + config.vf_coef * m["train/value_loss"] +
                    config.ent_coef * m["train/entropy_loss"];
  return m;
}

Weights gradient_of(const PpoConfig& config, const Rollout& rollout, Weights weights) {
  constexpr double h = 1e-6;
  Weights gradient = weights;
  for (auto& [name, values] : weights)
    for (size_t i = 0; i < values.size(); ++i) {
      const double at = values[i];
      values[i] = at + h;
      const double above = objective(config, rollout, weights)["train/loss"];
      values[i] = at - h;
      gradient[name][i] = (above - objective(config, rollout, weights)["train/loss"]) / (2 * h);
      values[i] = at;
    }
  return gradient;
}

double norm_of(const Weights& gradient) {
  double squares = 0;
  for (const auto& [name, values] : gradient)
    for (const double x : values) squares += x * x;
  return std::sqrt(squares);
}

// Learns once and compares the step and the metrics with those computed again.
void check_update(const PpoConfig& config, int threads = 1) {
  const Rollout rollout = make_rollout();
  auto fixture = make_update(config, threads);
  const Weights before = weights_of(fixture.learner);
  Metrics metrics;
  fixture.learner.learn(rollout, 0);
  fixture.learner.report([&](std::string_view name, double value) { metrics[std::string(name)] = value; });
  const Weights after = weights_of(fixture.learner);

  for (const auto& [name, value] : objective(config, rollout, before))
    EXPECT_NEAR(metrics.at(name), value, 2e-5) << name;
  Weights gradient = gradient_of(config, rollout, before);
  const double length = norm_of(gradient);
  const double scale = config.max_grad_norm > 0 ? std::min(1.0, config.max_grad_norm / length) : 1;
  for (const auto& [name, values] : gradient)
    for (size_t i = 0; i < values.size(); ++i) {
      const double g = values[i] * scale;
      EXPECT_NEAR(before.at(name)[i] - after.at(name)[i], g / (std::abs(g) + 1), 2e-5) << name << "[" << i << "]";
    }
  EXPECT_GT(length, 0.1);
  EXPECT_GT(metrics.at("train/clip_fraction"), 0.2);  // else clipping was not tried
  EXPECT_LT(metrics.at("train/clip_fraction"), 0.9);
}

TEST(PpoUpdate, FollowsTheClippedObjective) { check_update(one_step()); }

TEST(PpoUpdate, WithoutNormalizedAdvantages) {
  PpoConfig config = one_step();
  config.normalize_advantage = false;
  check_update(config);
}

TEST(PpoUpdate, WithClippedValues) {
  PpoConfig config = one_step();
  config.clip_range_vf = 0.8;
  check_update(config);
}

TEST(PpoUpdate, WithAClippedGradient) {
  PpoConfig config = one_step();
  config.max_grad_norm = 0.05;
  check_update(config);
}

TEST(PpoUpdate, InUnequalShardsOverThreads) {
  PpoConfig config = one_step();
  config.n_shards = 7;
  check_update(config, 3);
}

TEST(PpoUpdate, WeightDecayShrinksByItself) {
  PpoConfig config = one_step();
  auto plain = make_update(config);
  config.weight_decay = 0.25;
  auto decayed = make_update(config);
  const Weights before = weights_of(plain.learner);
  const Rollout rollout = make_rollout();
  for (auto* fixture : {&plain, &decayed}) fixture->learner.learn(rollout, 0);
  const Weights without = weights_of(plain.learner), with = weights_of(decayed.learner);
  for (const auto& [name, values] : before)
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(with.at(name)[i], without.at(name)[i] - 0.25 * values[i], 1e-6) << name;
}

}  // namespace
}  // namespace sinew
