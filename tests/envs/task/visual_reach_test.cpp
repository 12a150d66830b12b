// The reaching arm: a controller that knows where the ball is can do it from every start; luck cannot.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"

namespace sinew {
namespace {

using Action = std::array<double, 3>;
using SightedController = std::function<Action(const Simulation&)>;

// How many of `n_episodes` succeed.
int sighted_successes(int n_episodes, const SightedController& controller) {
  const auto env = make_task("visual_reach_joints")();
  auto& task = dynamic_cast<TaskEnv&>(*env);
  Rng rng(1);
  int count = 0;
  for (int episode = 0; episode < n_episodes; ++episode) {
    env->reset(rng);
    StepResult result;
    while (!result.terminated && !result.truncated) result = env->step(controller(task.simulation()), rng);
    count += result.success;
  }
  return count;
}

// Turns each joint as it brings the finger nearer to the ball: along the gradient of the squared distance.
Action toward_the_ball(const Simulation& sim) {
  const Model& model = sim.model();
  const auto finger = sim.site_xpos(model.find(Model::Element::site, "fingertip"));
  const auto ball = sim.xpos(model.find(Model::Element::body, "target"));
  Action speed{};
  const char* bodies[] = {"upper_arm", "forearm", "hand"};  // each turns about its own origin
  for (size_t i = 0; i < 3; ++i) {
    const auto pivot = sim.xpos(model.find(Model::Element::body, bodies[i]));
    const double gradient =
        (finger[0] - pivot[0]) * (ball[1] - finger[1]) - (finger[1] - pivot[1]) * (ball[0] - finger[0]);
    speed[i] = std::clamp(60 * gradient, -1.5, 1.5);
  }
  return speed;
}

TEST(VisualReach, IsDoneByWhoeverKnowsWhereTheBallIs) {
  EXPECT_GE(sighted_successes(200, toward_the_ball), 198);  // a limit of a joint may stop a descent
}

TEST(VisualReach, IsNotDoneByStandingStill) {
  EXPECT_LE(sighted_successes(200, [](const Simulation&) { return Action{}; }), 8);
}

TEST(VisualReach, HasBallsOverASquareOfThirtyCentimetres) {
  const auto env = make_task("visual_reach_joints")();
  Rng rng(1);
  std::array<double, 2> low{1, 1}, high{-1, -1};
  for (int episode = 0; episode < 500; ++episode) {
    env->reset(rng);
    const std::span<const double> now = env->observation(0);  // three angles, three velocities, the ball's x and y
    for (size_t axis = 0; axis < 2; ++axis) {
      low[axis] = std::min(low[axis], now[6 + axis]);
      high[axis] = std::max(high[axis], now[6 + axis]);
    }
  }
  for (size_t axis = 0; axis < 2; ++axis) EXPECT_NEAR(high[axis] - low[axis], 0.3, 0.01);
}

}  // namespace
}  // namespace sinew
