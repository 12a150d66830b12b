#include "envs/classic/pendulum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "envs/classic/canvas.h"

namespace sinew {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double pendulum_gravity = 10, pendulum_dt = 0.05;  // mass and length are 1
constexpr double most_torque = 2, most_spin = 8;

// Wraps the angle into [−π, π).
double wrap(double angle) { return angle - 2 * pi * std::floor((angle + pi) / (2 * pi)); }

}  // namespace

std::unique_ptr<Env> Pendulum::make(const ConfigNode& task) {
  return std::make_unique<Pendulum>(read_config<Config>(task));
}

Pendulum::Pendulum(const Config& config) {
  spec_.name = "pendulum";
  spec_.sensors = {
      {.name = "state", .shape = {3}, .labels = {"cos angle", "sin angle", "velocity"}, .units = {"1", "1", "rad/s"}}};
  spec_.actions.parts = {{.name = "torque",
                          .labels = {"torque"},
                          .units = {"N m"},
                          .low = {-most_torque},
                          .high = {most_torque},
                          .choices = {}}};
  spec_.actions.rate = 1 / pendulum_dt;
  spec_.time_limit = config.time_limit;
  spec_.reward_terms = {"angle", "velocity", "torque"};
}

void Pendulum::reset(Rng& rng) {
  state_.angle = rng.uniform(-pi, pi);
  state_.velocity = rng.uniform(-1, 1);
  elapsed_ = 0;
}

StepResult Pendulum::step(std::span<const double> action, Rng&) {
  const double torque = std::clamp(action[0], -most_torque, most_torque);
  const double angle = wrap(state_.angle);
  rewards_ = {-angle * angle, -0.1 * state_.velocity * state_.velocity, -0.001 * torque * torque};
  const double acceleration = 1.5 * pendulum_gravity * std::sin(state_.angle) + 3 * torque;
  state_.velocity = std::clamp(state_.velocity + acceleration * pendulum_dt, -most_spin, most_spin);
  state_.angle += state_.velocity * pendulum_dt;
  ++elapsed_;
  return {.reward = rewards_[0] + rewards_[1] + rewards_[2],
          .terminated = false,
          .truncated = spec_.time_limit > 0 && elapsed_ >= spec_.time_limit,
          .diverged = false};
}

std::span<const double> Pendulum::observation(int) const {
  observation_ = {std::cos(state_.angle), std::sin(state_.angle), state_.velocity};
  return observation_;
}

bool Pendulum::render(int height, int width, std::span<uint8_t> pixels) {
  Canvas canvas(height, width, pixels, 1.3);
  const Canvas::Point hub{0, 0}, tip{std::sin(state_.angle), std::cos(state_.angle)};
  canvas.line(hub, tip, 0.1, {204, 77, 77});
  canvas.line(hub, hub, 0.04, {40, 40, 40});
  return true;
}

}  // namespace sinew
