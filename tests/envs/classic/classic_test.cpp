// The classic tasks against numbers worked out by hand from their equations.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "envs/classic/cartpole.h"
#include "envs/classic/mountain_car.h"
#include "envs/classic/pendulum.h"
#include "envs/task/make_env.h"

namespace sinew {
namespace {

constexpr double pi = std::numbers::pi;

StepResult act(Env& env, double action) {
  Rng unused;
  return env.step(std::array{action}, unused);
}

TEST(PendulumTest, StepsByItsEquations) {
  Pendulum env({.env = "pendulum"});
  env.set_state({.angle = pi / 2, .velocity = 1});
  const StepResult result = act(env, 3);  // clipped to 2
  // The reward is of the state before: (π/2)² + 0.1·1² + 0.001·2².
  EXPECT_NEAR(result.reward, -(2.4674011002723395 + 0.1 + 0.004), 1e-15);
  // Velocity 1 + (15·1 + 3·2)·0.05 = 2.05; the angle advances by the new one.
  EXPECT_NEAR(env.state().velocity, 2.05, 1e-15);
  EXPECT_NEAR(env.state().angle, pi / 2 + 0.1025, 1e-15);
  const std::span<const double> observation = env.observation(0);
  EXPECT_NEAR(observation[0], -std::sin(0.1025), 1e-15);
  EXPECT_NEAR(observation[1], std::cos(0.1025), 1e-15);
  EXPECT_EQ(observation[2], env.state().velocity);
  EXPECT_NEAR(env.reward_terms()[0] + env.reward_terms()[1] + env.reward_terms()[2], result.reward, 1e-15);
}

TEST(PendulumTest, WrapsTheAngleAndClipsTheVelocity) {
  Pendulum env({.env = "pendulum"});
  env.set_state({.angle = 2 * pi + 0.5, .velocity = 0});
  EXPECT_NEAR(act(env, 0).reward, -0.25, 1e-14);
  env.set_state({.angle = pi, .velocity = 0});  // π is as −π
  EXPECT_NEAR(act(env, 0).reward, -pi * pi, 1e-14);
  env.set_state({.angle = pi / 2, .velocity = 7.9});
  act(env, 2);
  EXPECT_EQ(env.state().velocity, 8);
}

TEST(PendulumTest, EndsByTimeAlone) {
  const auto env = make_task("pendulum")();
  Rng rng(1);
  env->reset(rng);
  for (int i = 1; i < 200; ++i) ASSERT_FALSE(act(*env, 0.5).truncated) << i;
  const StepResult last = act(*env, 0.5);
  EXPECT_TRUE(last.truncated);
  EXPECT_FALSE(last.terminated);
}

TEST(CartPoleTest, StepsByItsEquations) {
  CartPole env({.env = "cartpole"});
  env.set_state({0.1, 0.2, 0, 0.5});
  const StepResult result = act(env, 1);
  // θ = 0: t = 10/1.1; θ̈ = −t / (0.5·(4/3 − 0.1/1.1)); ẍ = t − 0.05·θ̈/1.1.
  const double t = 10 / 1.1, angular = -t / (0.5 * (4.0 / 3 - 0.1 / 1.1)), linear = t - 0.05 * angular / 1.1;
  EXPECT_NEAR(angular, -14.634146341463415, 1e-13);
  EXPECT_NEAR(env.state()[0], 0.1 + 0.02 * 0.2, 1e-15);  // the old rate
  EXPECT_NEAR(env.state()[1], 0.2 + 0.02 * linear, 1e-15);
  EXPECT_NEAR(env.state()[2], 0.02 * 0.5, 1e-15);
  EXPECT_NEAR(env.state()[3], 0.5 + 0.02 * angular, 1e-15);
  EXPECT_EQ(result.reward, 1);
  EXPECT_FALSE(result.terminated);
}

TEST(CartPoleTest, TerminatesWhenItLeavesOrFalls) {
  CartPole env({.env = "cartpole"});
  env.set_state({2.39, 1, 0, 0});
  const StepResult left = act(env, 0);
  EXPECT_TRUE(left.terminated);
  EXPECT_EQ(left.reward, 1) << "the last step counts";
  env.set_state({0, 0, 0.2094, 0.1});  // 12° are 0.20944
  EXPECT_TRUE(act(env, 1).terminated);
  env.set_state({0, 0, 0.2, 0.1});
  EXPECT_FALSE(act(env, 1).terminated);
  EXPECT_EQ(env.spec().actions.parts[0].choices, std::vector{2});
}

TEST(CartPoleTest, AnEndIsATerminationOrATruncation) {
  CartPole env({.env = "cartpole", .time_limit = 1});
  env.set_state({2.39, 1, 0, 0});
  const StepResult result = act(env, 0);
  EXPECT_TRUE(result.terminated);
  EXPECT_FALSE(result.truncated);
}

TEST(MountainCarTest, StepsByItsEquations) {
  MountainCar env({.env = "mountain_car"});
  env.set_state({.x = -0.5, .velocity = 0.01});
  const StepResult result = act(env, 2);  // the force is clipped, the cost is not
  const double velocity = 0.01 + 0.0015 - 0.0025 * std::cos(-1.5);
  EXPECT_NEAR(env.state().velocity, velocity, 1e-17);
  EXPECT_NEAR(env.state().x, -0.5 + velocity, 1e-16);
  EXPECT_NEAR(result.reward, -0.4, 1e-16);
}

TEST(MountainCarTest, StopsAtTheWallAndArrives) {
  MountainCar env({.env = "mountain_car"});
  env.set_state({.x = -1.19, .velocity = -0.07});
  act(env, -1);
  EXPECT_EQ(env.state().x, -1.2);
  EXPECT_EQ(env.state().velocity, 0);
  env.set_state({.x = 0.44, .velocity = 0.05});
  const StepResult result = act(env, 1);
  EXPECT_TRUE(result.terminated);
  EXPECT_NEAR(result.reward, 99.9, 1e-13);
}

class Classic : public testing::TestWithParam<const char*> {};

TEST_P(Classic, DrawsADifferentPictureAsItMoves) {
  const auto env = make_task(GetParam())();
  Rng rng(2);
  env->reset(rng);
  std::vector<uint8_t> first(3 * 40 * 60), second(first.size());
  ASSERT_TRUE(env->render(40, 60, first));
  EXPECT_GT(std::set<uint8_t>(first.begin(), first.end()).size(), 3u);
  for (int i = 0; i < 20; ++i) act(*env, 1);
  ASSERT_TRUE(env->render(40, 60, second));
  EXPECT_NE(first, second);
}

INSTANTIATE_TEST_SUITE_P(Envs, Classic, testing::Values("pendulum", "cartpole", "mountain_car"));

}  // namespace
}  // namespace sinew
