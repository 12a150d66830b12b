// Advantages and normalised rewards against numbers worked by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "agents/data/reward_normalizer.h"
#include "agents/data/rollout.h"
#include "core/state_archive.h"

#include "tests/agents/made_up_env.h"

namespace sinew {
namespace {

// One env, three steps: rewards 1, 2, 3, values 0.5, 1.0, 1.5, and 2.0 after the last one.
Rollout three_steps() {
  Rollout rollout(1, 3, interface_of(1, 1));
  rollout.rewards = {1, 2, 3};
  rollout.values = {0.5, 1.0, 1.5};
  rollout.next_values = {2.0};
  rollout.terminated = {0, 0, 0};
  rollout.truncated = {0, 0, 0};
  return rollout;
}

void expect_advantages(Rollout rollout, double gamma, double gae_lambda, const std::vector<double>& expected) {
  compute_gae(rollout, gamma, gae_lambda);
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(rollout.advantages[i], expected[i], 1e-6) << "step " << i;
    EXPECT_NEAR(rollout.returns[i], expected[i] + rollout.values[i], 1e-6) << "step " << i;
  }
}

// δ = r + γ·V(next) - V: with γ = 0.5 they are 1, 1.75 and 2.5; γλ = 0.25.
TEST(Gae, GoesOnAtTheEndOfTheRollout) {
  expect_advantages(three_steps(), 0.5, 0.5, {1 + 0.25 * 2.375, 1.75 + 0.25 * 2.5, 2.5});
}

TEST(Gae, ATerminatedStepHasNoNextValue) {
  Rollout rollout = three_steps();
  rollout.terminated[1] = 1;  // δ = 2 - 1, and nothing of the third step
  expect_advantages(rollout, 0.5, 0.5, {1 + 0.25 * 1, 1, 2.5});
}

TEST(Gae, ATruncatedStepGoesOnFromItsFinalObservation) {
  Rollout rollout = three_steps();
  rollout.truncated[1] = 1;
  rollout.cuts[0] = {{1, {0}, 8}};  // δ = 2 + 0.5 · 8 - 1
  expect_advantages(rollout, 0.5, 0.5, {1 + 0.25 * 5, 5, 2.5});
}

TEST(Gae, TerminatedAndTruncatedAtOnceIsTerminated) {
  Rollout rollout = three_steps();
  rollout.terminated[1] = rollout.truncated[1] = 1;
  expect_advantages(rollout, 0.5, 0.5, {1 + 0.25 * 1, 1, 2.5});
}

TEST(Gae, EveryCutMeetsItsOwnStep) {
  Rollout rollout = three_steps();
  rollout.truncated = {1, 0, 1};
  rollout.cuts[0] = {{0, {0}, 4}, {2, {0}, 6}};
  // δ: 1 + 2 - 0.5, then 1.75 as ever, then 3 + 3 - 1.5.
  expect_advantages(rollout, 0.5, 0.5, {2.5, 1.75 + 0.25 * 4.5, 4.5});
}

TEST(Gae, WithoutGammaAStepIsItsRewardAlone) { expect_advantages(three_steps(), 0, 0.9, {0.5, 1, 1.5}); }

TEST(Gae, LambdaZeroIsOneStepAheadAndLambdaOneTheWholeReturn) {
  expect_advantages(three_steps(), 0.5, 0, {1, 1.75, 2.5});
  // Returns: 3 + 0.5 · 2 = 4; 2 + 0.5 · 4 = 4; 1 + 0.5 · 4 = 3.
  expect_advantages(three_steps(), 0.5, 1, {2.5, 3, 2.5});
  expect_advantages(three_steps(), 1, 1, {1 + 2 + 3 + 2 - 0.5, 2 + 3 + 2 - 1, 3 + 2 - 1.5});
}

TEST(Gae, EnvsDoNotMix) {
  Rollout rollout(2, 2, interface_of(1, 1));
  rollout.rewards = {1, 2, 10, 20};
  rollout.values = {0, 0, 0, 0};
  rollout.next_values = {4, 8};
  rollout.terminated = {0, 0, 0, 0};
  rollout.truncated = {0, 1, 0, 0};
  rollout.cuts[0] = {{1, {0}, 6}};
  expect_advantages(rollout, 0.5, 1, {1 + 0.5 * 5, 5, 10 + 0.5 * 24, 24});
}

// Two envs, γ = 0.5: discounted returns 1, 2.5 (then over), 3 | 4, 2, 1: mean 2.25, the sum of
// squared differences 6.875.
TEST(RewardNormalizer, DividesByTheDeviationOfTheDiscountedReturn) {
  Rollout rollout(2, 3, interface_of(1, 1));
  const std::vector<float> rewards = {1, 2, 3, 4, 0, 0};
  rollout.rewards = rewards;
  rollout.terminated = {0, 0, 0, 0, 0, 0};
  rollout.truncated = {0, 1, 0, 0, 0, 0};
  RewardNormalizer normalizer(2, 0.5);
  normalizer.apply(rollout);
  const double scale = 1 / std::sqrt(6.875 / 6 + 1e-8);
  for (int i = 0; i < 6; ++i) EXPECT_NEAR(rollout.rewards[i], rewards[i] * scale, 1e-6);

  // The running returns go on over roll-outs: 0.5 · 3 and 0.5 · 1.
  const RewardNormalizer::State state = normalizer.state();
  EXPECT_EQ(state.count, 6);
  EXPECT_DOUBLE_EQ(state.mean, 2.25);
  EXPECT_EQ(state.running, (std::vector<double>{3, 1}));
  RewardNormalizer restored(2, 0.9);
  StateArchive saved;
  saved("rewards", normalizer);
  StateArchive archive(saved.bytes(), "test");
  archive("rewards", restored);
  EXPECT_EQ(restored.state().m2, state.m2);
  EXPECT_EQ(restored.state().running, state.running);
}

// One reward in a thousand: some 32 deviations.
TEST(RewardNormalizer, ClipsToTen) {
  for (const float reward : {1.0f, -1.0f}) {
    Rollout rollout(1, 1000, interface_of(1, 1));
    rollout.rewards[500] = reward;
    RewardNormalizer normalizer(1, 0);
    normalizer.apply(rollout);
    EXPECT_EQ(rollout.rewards[500], 10 * reward);
    EXPECT_EQ(rollout.rewards[499], 0);
  }
}

}  // namespace
}  // namespace sinew
