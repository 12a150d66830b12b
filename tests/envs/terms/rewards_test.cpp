// Rewards of tracking, effort and joints, and poses to start from, with numbers worked out by hand.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

/// A slide and a hinge with ranges, a hinge without, and a body that flies.
class Rewards : public TermTest {
 protected:
  Rewards()
      : TermTest(R"(<mujoco><compiler angle="radian"/><option gravity="0 0 0"/><worldbody>
          <body><joint name="slide" type="slide" limited="true" range="-1 0.4"/><geom size="0.1"/></body>
          <body pos="1 0 0"><joint name="hinge" limited="true" range="-0.5 0.35"/><geom size="0.1"/></body>
          <body pos="2 0 0"><joint name="wheel"/><geom size="0.1"/></body>
          <body name="drone" pos="3 0 1"><freejoint name="root"/><geom size="0.1"/></body>
        </worldbody><actuator><motor joint="hinge" gear="4"/></actuator>
        <keyframe><key name="away" qpos="0.1 0.2 0.3 4 5 6 1 0 0 0" qvel="1 2 3 4 5 6 7 8 9"/></keyframe></mujoco>)") {
    sim_.qpos()[0] = 0.5;
    sim_.qpos()[1] = 0.3;
    sim_.qvel()[0] = -2;
    sim_.qvel()[1] = 30;
    state_.action = {3, -2};
    state_.previous_action = {1, 1};
    state_.commands = {{"velocity", {"vx", "vy", "yaw"}, {"m/s", "m/s", "rad/s"}, {1, 2, 3}}};
    actions_.parts.push_back({.low = {-1, -1}, .high = {1, 1}});
  }
  std::string error(const std::string& name, const std::string& parameters) {
    return error_of([&] { reward(name, parameters); });
  }
  const std::string both = "of: {qpos: {to: 2}}";
  const std::string rates = "of: {qvel: {to: 2}}";
};

TEST_F(Rewards, Sums) {
  EXPECT_DOUBLE_EQ(reward("value", "{" + both + "}"), 0.8);
  EXPECT_DOUBLE_EQ(reward("square", "{" + both + "}"), 0.34);
  EXPECT_DOUBLE_EQ(reward("absolute", "{" + rates + "}"), 32);
}

TEST_F(Rewards, TrackATarget) {
  EXPECT_DOUBLE_EQ(reward("tracking_error", "{" + both + ", target: [0.4, 0.1]}"), 0.01 + 0.04);
  EXPECT_DOUBLE_EQ(reward("tracking", "{" + both + ", target: [0.4, 0.1], sigma: 0.5}"), std::exp(-0.05 / 0.25));
  EXPECT_DOUBLE_EQ(reward("tracking_error", "{of: {qpos: {to: 1}}, target: -1}"), 2.25);
}

TEST_F(Rewards, TrackACommand) {
  EXPECT_DOUBLE_EQ(reward("tracking_error", "{" + rates + ", command: velocity, numbers: [0, 2]}"), 9 + 27 * 27);
  const auto term = make(registry_.rewards, "tracking",
                         "{of: {qvel: {to: 3}}, command: velocity, sigma: 2}");  // (-2, 30, 0) and (1, 2, 3)
  EXPECT_DOUBLE_EQ(term->value(state_), std::exp(-(9 + 28 * 28 + 9) / 4.0));
  state_.commands[0].value = {-2, 30, 1};
  EXPECT_DOUBLE_EQ(term->value(state_), std::exp(-0.25));
}

TEST_F(Rewards, TrackingErrors) {
  expect_contains(error("tracking", "{" + both + ", target: [0, 0], sigma: 0}"), "must be above 0");
  expect_contains(error("tracking", "{" + both + ", target: [0, 0]}"), "the key 'sigma' is missing");
  expect_contains(error("tracking", "{" + both + ", sigma: 1}"), "one of 'command' and 'target'");
  expect_contains(error("tracking", "{" + both + ", target: [0], sigma: 1}"), "has 1 numbers where 'of' has 2");
  expect_contains(error("tracking", "{" + both + ", command: velocty, sigma: 1}"), "did you mean 'velocity'?");
  expect_contains(error("tracking", "{" + both + ", command: zzz, sigma: 1}"), "known: velocity");
  expect_contains(error("tracking", "{" + both + ", command: velocity, sigma: 1}"), "3 of the command 'velocity'");
  expect_contains(error("tracking", "{" + both + ", command: velocity, numbers: [0, 3], sigma: 1}"),
                  "no number 3; it has 0 to 2: vx, vy, yaw");
  expect_contains(error("tracking", "{" + both + ", target: [0, 0], numbers: [0, 1], sigma: 1}"), "of a command");
  expect_contains(error("tracking", "{of: qpss, target: [0], sigma: 1}"), "did you mean 'qpos'?");
  state_.commands.clear();
  expect_contains(error("tracking", "{" + both + ", command: velocity, sigma: 1}"), "the task has no 'commands'");
}

TEST_F(Rewards, Effort) {
  sim_.ctrl()[0] = 0.5;  // 2 N m
  sim_.qfrc_applied()[0] = -3;
  sim_.forward();
  EXPECT_DOUBLE_EQ(reward("energy"), 3 * 2 + 2 * 30);
  EXPECT_DOUBLE_EQ(reward("energy", "{joints: [slide]}"), 6);
  EXPECT_DOUBLE_EQ(reward("torque_cost"), 9 + 4);
  EXPECT_DOUBLE_EQ(reward("torque_cost", "{joints: [hinge]}"), 4);
  expect_contains(error("energy", "{joints: [hing]}"), "did you mean 'hinge'?");
  expect_contains(error("torque_cost", "{joints: [root]}"), "neither a hinge nor a slide");
}

TEST_F(Rewards, ChangesOfTheAction) {
  EXPECT_DOUBLE_EQ(reward("action_rate"), 4 + 9);
  const auto bend = make(registry_.rewards, "action_acceleration");
  EXPECT_DOUBLE_EQ(bend->value(state_), (3 - 2) * (3 - 2) + (-2 - 2) * (-2 - 2));
  state_.previous_action = {3, -2};
  state_.action = {0, 0};
  EXPECT_DOUBLE_EQ(bend->value(state_), (-6 + 1) * (-6 + 1) + (4 + 1) * (4 + 1));
  bend->begin_episode(state_);
  EXPECT_DOUBLE_EQ(bend->value(state_), 36 + 16);
}

TEST_F(Rewards, Joints) {
  default_pose_[0] = default_pose_[1] = default_pose_[2] = 0.1;
  EXPECT_DOUBLE_EQ(reward("joint_deviation"), 0.4 + 0.2 + 0.1);
  EXPECT_DOUBLE_EQ(reward("joint_deviation", "{joints: [hinge]}"), 0.2);
  EXPECT_DOUBLE_EQ(reward("joint_limits"), 0.1);
  EXPECT_DOUBLE_EQ(reward("joint_limits", "{margin: 0.1}"), 0.2 + 0.05);
  EXPECT_DOUBLE_EQ(reward("joint_limits", "{joints: [hinge], margin: 0.1}"), 0.05);
  sim_.qpos()[0] = -1.5;
  EXPECT_DOUBLE_EQ(reward("joint_limits"), 0.5);
  expect_contains(error("joint_limits", "{joints: [wheel]}"), "the joint 'wheel' has no range");
  expect_contains(error("joint_limits", "{margin: 0.5}"), "nothing is left of the range of 'hinge', -0.5 to 0.35");
  expect_contains(error("joint_limits", "{margin: -1}"), "must be at least 0");
  const auto jerk = make(registry_.rewards, "joint_acceleration_cost");
  jerk->before_step(state_);
  sim_.qvel()[0] -= 1;
  sim_.qvel()[1] += 2;
  EXPECT_NEAR(jerk->value(state_), 100 + 400, 1e-9);
}

TEST_F(Rewards, Success) {
  EXPECT_EQ(reward("success"), 0);
  state_.success = state_.terminated = true;
  EXPECT_EQ(reward("success"), 1);
  EXPECT_EQ(reward("failure"), 0) << "it is terminated, and done";
  state_.success = false;
  EXPECT_EQ(reward("failure"), 1);
  state_.terminated = false;
  EXPECT_EQ(reward("failure"), 0);
}

TEST_F(Rewards, ResetsToAPose) {
  default_pose_[1] = 0.25;
  make(registry_.resets, "pose", "{joints: {wheel: 2}}")->apply(state_, rng_);
  EXPECT_EQ(std::vector(sim_.qpos().begin(), sim_.qpos().end()),
            (std::vector<double>{0, 0.25, 2, 3, 0, 1, 1, 0, 0, 0}));
  for (const char* parameters : {"{name: away}", "away"}) {
    sim_.reset();
    make(registry_.resets, "keyframe", parameters)->apply(state_, rng_);
    EXPECT_EQ(sim_.qpos()[3], 4);
    EXPECT_EQ(sim_.qvel()[8], 9);
  }
  const auto error = [&](const std::string& name, const std::string& parameters) {
    return error_of([&] { make(registry_.resets, name, parameters); });
  };
  expect_contains(error("keyframe", "awa"), "has no keyframe 'awa'; did you mean 'away'?");
  expect_contains(error("pose", "{joints: {root: 1}}"), "neither a hinge nor a slide");
  expect_contains(error("pose", "{joints: {slid: 1}}"), "did you mean 'slide'?");
  expect_contains(error("yaw", "{joint: slide}"), "is a slide, not a free one");
  expect_contains(error("yaw", "{joint: root, range: [1]}"), "a range is two numbers");
}

TEST_F(Rewards, ResetsTurn) {
  sim_.reset();
  sim_.qvel()[3] = 2;  // along x, forwards
  make(registry_.resets, "yaw", "{joint: root, range: [0.5, 0.5]}")->apply(state_, rng_);
  sim_.forward();
  EXPECT_NEAR(sim_.xmat(4)[0], std::cos(0.5), 1e-15);
  EXPECT_NEAR(sim_.xmat(4)[3], std::sin(0.5), 1e-15);
  EXPECT_NEAR(sim_.qvel()[3], 2 * std::cos(0.5), 1e-15);
  EXPECT_NEAR(sim_.qvel()[4], 2 * std::sin(0.5), 1e-15);
  const auto any = make(registry_.resets, "yaw", "{joint: root}");
  double low = 0, high = 0;
  for (int i = 0; i < 2000; ++i) {
    sim_.reset();
    any->apply(state_, rng_);
    const double angle = 2 * std::atan2(sim_.qpos()[9], sim_.qpos()[6]);
    low = std::min(low, angle);
    high = std::max(high, angle);
  }
  EXPECT_NEAR(low, -std::numbers::pi, 0.01);
  EXPECT_NEAR(high, std::numbers::pi, 0.01);
}

}  // namespace
}  // namespace sinew
