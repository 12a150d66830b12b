#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "core/config.h"
#include "envs/env.h"

namespace sinew {

/// A pole balanced on a cart that is pushed left (0) or right (1). θ = 0 is upright.
class CartPole final : public Env {
 public:
  static constexpr const char* doc = "a pole is balanced on a cart; one choice, 0 pushes left and 1 right";
  struct Config {
    std::string env;
    int time_limit = 500;
    std::optional<double> most_return;  // each step is worth 1/time_limit of this; none: 1
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("env", env);
      v.optional("time_limit", time_limit, at_least(0));
      v.optional("most_return", most_return, above(0));
    }
  };
  static std::unique_ptr<Env> make(const ConfigNode& task);

  explicit CartPole(const Config& config);
  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override;
  StepResult step(std::span<const double> action, Rng& rng) override;
  std::span<const double> observation(int) const override { return state_; }
  std::span<const double> reward_terms() const override { return rewards_; }
  bool render(int height, int width, std::span<uint8_t> pixels) override;
  void visit_state(StateArchive& archive) override {
    archive("state", std::span<double>(state_));
    archive("elapsed", elapsed_);
    archive("reward_terms", std::span<double>(rewards_));
  }

  using State = std::array<double, 4>;  // x, ẋ, θ, θ̇ in m, m/s, rad, rad/s
  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  EnvSpec spec_;
  double step_reward_ = 1;
  State state_{};
  int elapsed_ = 0;
  std::array<double, 1> rewards_{};
};

}  // namespace sinew
