#pragma once
#include <array>
#include <memory>
#include <string>

#include "core/config.h"
#include "envs/env.h"

namespace sinew {

/// A car in a valley, too weak to climb straight out: it has to swing back and forth (MountainCarContinuous).
class MountainCar final : public Env {
 public:
  static constexpr const char* doc = "a weak car swings out of a valley; one force in ±1";
  struct Config {
    std::string env;
    int time_limit = 999;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("env", env);
      v.optional("time_limit", time_limit, at_least(0));
    }
  };
  static std::unique_ptr<Env> make(const ConfigNode& task);

  explicit MountainCar(const Config& config);
  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override;
  StepResult step(std::span<const double> action, Rng& rng) override;
  std::span<const double> observation(int index) const override;
  std::span<const double> reward_terms() const override { return rewards_; }
  bool render(int height, int width, std::span<uint8_t> pixels) override;
  void visit_state(StateArchive& archive) override {
    archive("x", state_.x);
    archive("velocity", state_.velocity);
    archive("elapsed", elapsed_);
    archive("reward_terms", std::span<double>(rewards_));
  }

  struct State {
    double x = 0, velocity = 0;
  };
  State state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  EnvSpec spec_;
  State state_;
  int elapsed_ = 0;
  std::array<double, 2> rewards_{};  // effort, goal
  mutable std::array<double, 2> observation_{};
};

}  // namespace sinew
