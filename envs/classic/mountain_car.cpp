#include "envs/classic/mountain_car.h"

#include <algorithm>
#include <cmath>

#include "envs/classic/canvas.h"

namespace sinew {
namespace {

constexpr double power = 0.0015, slope = 0.0025, most_velocity = 0.07;
constexpr double left_wall = -1.2, right_wall = 0.6, goal = 0.45;

double hill(double x) { return 0.45 * std::sin(3 * x) + 0.55; }

}  // namespace

std::unique_ptr<Env> MountainCar::make(const ConfigNode& task) {
  return std::make_unique<MountainCar>(read_config<Config>(task));
}

MountainCar::MountainCar(const Config& config) {
  spec_.name = "mountain_car";
  // The task has arbitrary units: a step has no length in seconds.
  spec_.sensors = {{.name = "state", .shape = {2}, .labels = {"x", "velocity"}, .units = {"1", "1"}}};
  spec_.actions.parts = {
      {.name = "force", .labels = {"force"}, .units = {"1"}, .low = {-1}, .high = {1}, .choices = {}}};
  spec_.time_limit = config.time_limit;
  spec_.reward_terms = {"effort", "goal"};
}

void MountainCar::reset(Rng& rng) {
  state_ = {rng.uniform(-0.6, -0.4), 0};
  elapsed_ = 0;
}

StepResult MountainCar::step(std::span<const double> action, Rng&) {
  const double push = power * std::clamp(action[0], -1.0, 1.0);
  state_.velocity = std::clamp(state_.velocity + push - slope * std::cos(3 * state_.x), -most_velocity, most_velocity);
  state_.x = std::clamp(state_.x + state_.velocity, left_wall, right_wall);
  if (state_.x == left_wall && state_.velocity < 0) state_.velocity = 0;
  ++elapsed_;
  const bool arrived = state_.x >= goal && state_.velocity >= 0;
  rewards_ = {-0.1 * action[0] * action[0], arrived ? 100.0 : 0.0};
  return {.reward = rewards_[0] + rewards_[1],
          .terminated = arrived,
          .truncated = !arrived && spec_.time_limit > 0 && elapsed_ >= spec_.time_limit,
          .diverged = false};
}

std::span<const double> MountainCar::observation(int) const {
  observation_ = {state_.x, state_.velocity};
  return observation_;
}

bool MountainCar::render(int height, int width, std::span<uint8_t> pixels) {
  Canvas canvas(height, width, pixels, 0.95);
  const auto place = [](double x) { return Canvas::Point{x + 0.3, hill(x) - 0.6}; };  // centres the valley
  for (double x = left_wall; x < right_wall; x += 0.02) canvas.line(place(x), place(x + 0.02), 0.008, {0, 0, 0});
  const Canvas::Point flag = place(goal), car = place(state_.x);
  canvas.line(flag, {flag.x, flag.y + 0.2}, 0.008, {80, 80, 80});
  canvas.line({flag.x, flag.y + 0.18}, {flag.x + 0.06, flag.y + 0.18}, 0.025, {200, 60, 60});
  canvas.line({car.x, car.y + 0.05}, {car.x, car.y + 0.05}, 0.05, {50, 90, 160});
  return true;
}

}  // namespace sinew
