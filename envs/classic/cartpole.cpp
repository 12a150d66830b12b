#include "envs/classic/cartpole.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "envs/classic/canvas.h"

namespace sinew {
namespace {

constexpr double earth_gravity = 9.8, force = 10, dt = 0.02;
constexpr double pole_mass = 0.1, total_mass = 1.1, half_length = 0.5;
constexpr double most_x = 2.4, most_angle = 12 * std::numbers::pi / 180;

}  // namespace

std::unique_ptr<Env> CartPole::make(const ConfigNode& task) {
  return std::make_unique<CartPole>(read_config<Config>(task));
}

CartPole::CartPole(const Config& config) {
  spec_.name = "cartpole";
  spec_.sensors = {{.name = "state",
                    .shape = {4},
                    .labels = {"x", "x velocity", "angle", "angular velocity"},
                    .units = {"m", "m/s", "rad", "rad/s"}}};
  spec_.actions.parts = {
      {.name = "push", .labels = {"left or right"}, .units = {}, .low = {}, .high = {}, .choices = {2}}};
  spec_.actions.rate = 1 / dt;
  spec_.time_limit = config.time_limit;
  spec_.reward_terms = {"upright"};
  if (config.most_return && config.time_limit == 0)
    fail("most_return needs a time_limit, over whose steps it is divided");
  if (config.most_return) step_reward_ = *config.most_return / config.time_limit;
}

void CartPole::reset(Rng& rng) {
  for (double& number : state_) number = rng.uniform(-0.05, 0.05);
  elapsed_ = 0;
}

StepResult CartPole::step(std::span<const double> action, Rng&) {
  const auto [x, x_rate, angle, angle_rate] = state_;
  const double sine = std::sin(angle), cosine = std::cos(angle);
  const double push = action[0] > 0.5 ? force : -force;
  const double t = (push + pole_mass * half_length * angle_rate * angle_rate * sine) / total_mass;
  const double angle_acceleration =
      (earth_gravity * sine - cosine * t) / (half_length * (4.0 / 3.0 - pole_mass * cosine * cosine / total_mass));
  const double x_acceleration = t - pole_mass * half_length * angle_acceleration * cosine / total_mass;
  state_ = {x + dt * x_rate, x_rate + dt * x_acceleration, angle + dt * angle_rate,
            angle_rate + dt * angle_acceleration};
  ++elapsed_;
  rewards_ = {step_reward_};
  const bool terminated = std::abs(state_[0]) > most_x || std::abs(state_[2]) > most_angle;
  return {.reward = step_reward_,
          .terminated = terminated,
          .truncated = !terminated && spec_.time_limit > 0 && elapsed_ >= spec_.time_limit,
          .diverged = false};
}

bool CartPole::render(int height, int width, std::span<uint8_t> pixels) {
  Canvas canvas(height, width, pixels, 2.4);
  const double x = state_[0], floor = -0.8;
  canvas.line({-4, floor - 0.2}, {4, floor - 0.2}, 0.015, {0, 0, 0});
  canvas.line({x - 0.25, floor}, {x + 0.25, floor}, 0.15, {50, 50, 60});
  const double length = 4 * half_length;  // drawn at twice its length, to be easier to see
  canvas.line({x, floor}, {x + length * std::sin(state_[2]), floor + length * std::cos(state_[2])}, 0.06,
              {202, 152, 101});
  return true;
}

}  // namespace sinew
