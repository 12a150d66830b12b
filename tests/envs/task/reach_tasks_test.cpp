// The tasks of SO-101 and LeKiwi: a controller that knows where the ball is can do them; luck cannot.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"

namespace sinew {
namespace {

using Point3 = std::array<double, 3>;
using Controller = std::function<void(const TaskEnv&, const Simulation&, std::span<double> action)>;

constexpr size_t arm_joints = 6;
constexpr std::array arm_bodies = {"shoulder", "upper_arm", "lower_arm", "wrist", "gripper"};

Point3 minus(std::span<const double, 3> a, std::span<const double, 3> b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
double dot(const Point3& a, const Point3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Point3 cross(const Point3& a, const Point3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Point3 from_tool_to_ball(const Simulation& sim) {
  const Model& model = sim.model();
  return minus(sim.xpos(model.find(Model::Element::body, "target")),
               sim.site_xpos(model.find(Model::Element::site, "tool")));
}

/// Leads the targets of the arm's servos along the gradient of the squared distance, and drives the base towards the
/// ball. `action` is its memory: 0 when an episode begins.
void reach(const TaskEnv& task, const Simulation& sim, std::span<double> action) {
  const Model& model = sim.model();
  const Point3 way = from_tool_to_ball(sim);
  const bool drives = action.size() > arm_joints;
  const double step = drives && dot(way, way) > 0.15 * 0.15 ? 0 : 2;  // with an arm stretched out it tips over
  for (size_t i = 0; i + 1 < arm_joints; ++i) {                       // not the gripper, which moves the other finger
    const int body = model.find(Model::Element::body, arm_bodies[i]);
    const auto axes = sim.xmat(body);  // each joint turns about its body's own z, at its origin
    const Point3 arm = minus(sim.site_xpos(model.find(Model::Element::site, "tool")), sim.xpos(body));
    const double gradient = dot(cross({axes[2], axes[5], axes[8]}, arm), way);
    action[i] = std::clamp(action[i] + step * gradient / task.drives()[i].scale, -1.0, 1.0);
  }
  if (!drives) return;
  const auto axes = sim.xmat(model.find(Model::Element::body, "chassis"));
  for (size_t i = 0; i < 2; ++i)
    action[arm_joints + i] = std::clamp(dot({axes[i], axes[3 + i], axes[6 + i]}, way), -0.2, 0.2);
}

// How many of `n_episodes` succeed.
int successes(const std::string& name, int n_episodes, const Controller& controller) {
  const auto env = make_task(name)();
  auto& task = dynamic_cast<TaskEnv&>(*env);
  std::vector<double> action(static_cast<size_t>(env->spec().actions.size()));
  Rng rng(1);
  int count = 0;
  for (int episode = 0; episode < n_episodes; ++episode) {
    env->reset(rng);
    std::ranges::fill(action, 0.0);
    StepResult result;
    while (!result.terminated && !result.truncated) {
      controller(task, task.simulation(), action);
      result = env->step(action, rng);
    }
    count += result.success;
  }
  return count;
}

void stand_still(const TaskEnv&, const Simulation&, std::span<double>) {}

TEST(So101Reach, IsDoneByWhoeverKnowsWhereTheBallIs) { EXPECT_GE(successes("so101_reach", 50, reach), 47); }
TEST(So101Reach, IsNotDoneByStandingStill) { EXPECT_LE(successes("so101_reach", 50, stand_still), 1); }

TEST(LeKiwiReach, IsDoneByWhoeverKnowsWhereTheBallIs) { EXPECT_GE(successes("lekiwi_reach_state", 40, reach), 38); }
TEST(LeKiwiReach, IsNotDoneByStandingStill) { EXPECT_LE(successes("lekiwi_reach_state", 40, stand_still), 2); }

TEST(LeKiwiReach, HasItsBallUpToAMetreAwayAndFortyFiveDegreesAside) {
  const auto env = make_task("lekiwi_reach_state")();
  const Simulation& sim = dynamic_cast<TaskEnv&>(*env).simulation();
  const int ball = sim.model().find(Model::Element::body, "target");
  Rng rng(1);
  double nearest = 9, farthest = 0, most_aside = 0, lowest = 9, highest = 0;
  for (int episode = 0; episode < 300; ++episode) {
    env->reset(rng);
    const auto p = sim.xpos(ball);
    nearest = std::min(nearest, std::hypot(p[0], p[1]));
    farthest = std::max(farthest, std::hypot(p[0], p[1]));
    most_aside = std::max(most_aside, std::abs(std::atan2(p[1], p[0])));
    lowest = std::min(lowest, p[2]);
    highest = std::max(highest, p[2]);
  }
  EXPECT_NEAR(nearest, 0.3, 0.01);
  EXPECT_NEAR(farthest, 1, 0.01);
  EXPECT_NEAR(most_aside, 0.785, 0.02);
  EXPECT_NEAR(lowest, 0.03, 0.005) << "on the floor";
  EXPECT_NEAR(highest, 0.13, 0.005);
}

TEST(LeKiwiReach, EndsWhereTheRobotTipsOver) {
  const auto env = make_task("lekiwi_reach_state")();
  Simulation& sim = dynamic_cast<TaskEnv&>(*env).simulation();
  std::vector<double> action(9);
  Rng rng(1);
  env->reset(rng);
  EXPECT_FALSE(env->step(action, rng).terminated);
  sim.qvel()[4] = 6;  // rad/s about y: forwards
  StepResult result;
  for (int i = 0; i < 50 && !result.terminated; ++i) result = env->step(action, rng);
  EXPECT_TRUE(result.terminated);
  EXPECT_FALSE(result.success);
  EXPECT_LT(result.reward, -19);
}

}  // namespace
}  // namespace sinew
