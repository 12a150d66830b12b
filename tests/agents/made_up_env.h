#pragma once
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include "agents/algorithm.h"
#include "envs/vec_env.h"

/// A tiny task made for the tests: the observation is one random number in ±1 and a constant, the
/// reward says how well the action fits it, and an episode lasts a few steps.
namespace sinew {

inline ActionPart continuous_part(std::string name, int size) {
  ActionPart part;
  part.name = std::move(name);
  part.low.assign(static_cast<size_t>(size), -2);
  part.high.assign(static_cast<size_t>(size), 2);
  return part;
}
inline ActionPart discrete_part(std::string name, std::vector<int> choices) {
  ActionPart part;
  part.name = std::move(name);
  part.choices = std::move(choices);
  return part;
}

struct MadeUpOptions {
  std::vector<ActionPart> actions = {continuous_part("arm", 1)};
  int episode = 8;              // steps
  bool ends_terminated = true;  // else truncated
  int bad_reward_every = 0;     // such a step's reward is NaN; 0: none
  int bad_observation_every = 0;
  std::function<void()> on_reset = {};
};

class MadeUpEnv final : public Env {
 public:
  explicit MadeUpEnv(MadeUpOptions options) : options_(std::move(options)) {
    spec_.name = "made_up";
    SensorSpec sensor;
    sensor.name = "state";
    sensor.shape = {2};
    spec_.sensors = {sensor};
    spec_.actions.parts = options_.actions;
    spec_.reward_terms = {"fit"};
  }
  static EnvFactory factory(MadeUpOptions options = {}) {
    return [options] { return std::make_unique<MadeUpEnv>(options); };
  }

  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override {
    elapsed_ = 0;
    if (options_.on_reset) options_.on_reset();
    x_ = rng.uniform(-1, 1);
  }
  // 1 at best for each number of the action: a continuous one shall be x, a choice the sign of x
  // (0: negative, 1: positive; any other is wrong).
  StepResult step(std::span<const double> action, Rng& rng) override {
    reward_ = 0;
    size_t i = 0;
    for (const ActionPart& part : options_.actions)
      for (int k = 0; k < part.size(); ++k, ++i)
        reward_ += part.is_discrete() ? (action[i] == (x_ > 0 ? 1 : 0) ? 1.0 : 0.0) : 1 - std::abs(action[i] - x_);
    ++steps_;
    ++elapsed_;
    x_ = rng.uniform(-1, 1);
    if (is_due(options_.bad_reward_every)) reward_ = std::numeric_limits<double>::quiet_NaN();
    const bool over = elapsed_ >= options_.episode;
    return {.reward = reward_,
            .terminated = over && options_.ends_terminated,
            .truncated = over && !options_.ends_terminated,
            .diverged = false};
  }
  std::span<const double> observation(int) const override {
    const bool is_bad = elapsed_ > 0 && is_due(options_.bad_observation_every);
    observation_ = {is_bad ? std::numeric_limits<double>::infinity() : x_, 1};
    return observation_;
  }
  std::span<const double> reward_terms() const override { return {&reward_, 1}; }
  bool render(int, int, std::span<uint8_t>) override { return false; }
  void visit_state(StateArchive& archive) override {
    archive("x", x_);
    archive("reward", reward_);
    archive("elapsed", elapsed_);
    archive("steps", steps_);
  }

 private:
  bool is_due(int every) const { return every > 0 && steps_ % every == 0; }

  MadeUpOptions options_;
  EnvSpec spec_;
  double x_ = 0, reward_ = 0;
  mutable std::array<double, 2> observation_{};
  int elapsed_ = 0;
  int64_t steps_ = 0;
};

/// Of a roll-out that no env made.
inline InterfaceSpec interface_of(int observation_size, int action_size) {
  InterfaceSpec spec;
  spec.sensors = {{"state", SensorSpec::Type::float32, {observation_size}, {}, {}}};
  spec.actions.parts = {continuous_part("arm", action_size)};
  return spec;
}

inline NetworkConfig network_from(const std::string& yaml) {
  return read_config<NetworkConfig>(ConfigNode::parse_text(yaml, "network.yaml"));
}

/// A learner and all it needs, which it only refers to.
template <class Learner, class Config>
struct Fixture {
  ThreadPool pool;
  LayerTable<float> layers = builtin_layers<float>();
  VecEnv envs;
  Learner learner;

  Fixture(const EnvFactory& factory, int n_envs, const std::string& network, const Config& config, int threads = 1,
          uint64_t seed = 1)
      : pool(threads),
        envs(factory, n_envs, Rng(seed).split("train")),
        learner(config, {envs, pool, network_from(network), layers, Rng(seed).split("learn")}) {
    envs.reset(pool);
  }
};

}  // namespace sinew
