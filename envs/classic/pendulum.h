#pragma once
#include <array>
#include <memory>
#include <string>

#include "core/config.h"
#include "envs/env.h"

namespace sinew {

/// A rod on a hinge, to be swung up and held. It is the template for a custom Env. θ = 0 is upright.
class Pendulum final : public Env {
 public:
  static constexpr const char* doc = "a rod on a hinge swings up; one torque in ±2 N m";
  struct Config {
    std::string env;
    int time_limit = 200;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("env", env);
      v.optional("time_limit", time_limit, at_least(0));
    }
  };
  static std::unique_ptr<Env> make(const ConfigNode& task);

  explicit Pendulum(const Config& config);
  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override;
  StepResult step(std::span<const double> action, Rng& rng) override;
  std::span<const double> observation(int index) const override;
  std::span<const double> reward_terms() const override { return rewards_; }
  bool render(int height, int width, std::span<uint8_t> pixels) override;
  void visit_state(StateArchive& archive) override {
    archive("angle", state_.angle);
    archive("velocity", state_.velocity);
    archive("elapsed", elapsed_);
    archive("reward_terms", std::span<double>(rewards_));
  }

  /// θ in rad, θ̇ in rad/s.
  struct State {
    double angle = 0, velocity = 0;
  };
  State state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  EnvSpec spec_;
  State state_;
  int elapsed_ = 0;
  std::array<double, 3> rewards_{};  // angle, velocity, torque
  mutable std::array<double, 3> observation_{};
};

}  // namespace sinew
