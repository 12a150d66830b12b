// Envs side by side that are saved and restored go on with the same bits, without a reset.
#include <gtest/gtest.h>

#include <algorithm>

#include "envs/task/make_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

const std::string everything = SINEW_SOURCE_DIR "/tests/envs/data/everything.yaml";

std::string saved(VecEnv& envs) {
  StateArchive archive;
  envs.visit_state(archive);
  return archive.bytes();
}

void restore(VecEnv& envs, const std::string& bytes) {
  StateArchive archive(bytes, "state");
  envs.visit_state(archive);
  archive.finish();
  EXPECT_TRUE(archive.warnings().empty());
}

/// Steps envs at random, n times, all of them alike for one seed.
void go_on(VecEnv& envs, ThreadPool& pool, uint64_t seed, int steps) {
  Rng rng(seed);
  std::vector<float> actions(static_cast<size_t>(envs.size() * envs.spec().actions.size()));
  for (int i = 0; i < steps; ++i) {
    for (float& a : actions) a = static_cast<float>(rng.uniform(-1, 1));
    envs.step(pool, actions);
  }
}

template <class T>
std::vector<T> copy(std::span<const T> values) {
  return {values.begin(), values.end()};
}

void expect_same(VecEnv& a, VecEnv& b) {
  EXPECT_EQ(copy(a.observations()), copy(b.observations()));
  EXPECT_EQ(copy(a.final_observations()), copy(b.final_observations()));
  EXPECT_EQ(copy(a.rewards()), copy(b.rewards()));
  EXPECT_EQ(copy(a.terminated()), copy(b.terminated()));
  EXPECT_EQ(copy(a.truncated()), copy(b.truncated()));
}

void expect_same_episodes(VecEnv& a, VecEnv& b, size_t at_least) {
  const auto first = a.take_episodes(), second = b.take_episodes();
  EXPECT_GE(first.size(), at_least);
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].step, second[i].step);
    EXPECT_EQ(first[i].env, second[i].env);
    EXPECT_EQ(first[i].episode_return, second[i].episode_return);
    EXPECT_EQ(first[i].length, second[i].length);
    EXPECT_EQ(first[i].terminated, second[i].terminated);
    EXPECT_EQ(first[i].success, second[i].success);
    EXPECT_EQ(first[i].diverged, second[i].diverged);
    EXPECT_EQ(first[i].reward_terms, second[i].reward_terms);
  }
}

TEST(VecEnvState, GoesOnWithTheSameBits) {
  ThreadPool one(1), two(2);
  const EnvFactory factory = make_task(everything);
  for (const int steps : {0, 1, 50, 130}) {  // the time limit is 50
    SCOPED_TRACE(steps);
    VecEnv original(factory, 3, Rng(1)), fresh(factory, 3, Rng(2)), used(factory, 3, Rng(3));
    original.reset(one);
    go_on(original, one, 1, steps);
    used.reset(two);
    go_on(used, two, 2, 77);
    const std::string bytes = saved(original);
    go_on(original, one, 3, 200);
    for (VecEnv* envs : {&fresh, &used}) {
      restore(*envs, bytes);
      EXPECT_EQ(saved(*envs), bytes);
      go_on(*envs, two, 3, 200);
      expect_same(original, *envs);
    }
    expect_same_episodes(original, used, static_cast<size_t>(3 * (steps + 200) / 50));
  }
}

TEST(VecEnvState, HoldsWhatTheLastStepShowed) {
  ThreadPool pool(1);
  const EnvFactory factory = make_task("cartpole");
  VecEnv original(factory, 4, Rng(1)), other(factory, 4, Rng(2));
  original.reset(pool);
  go_on(original, pool, 1, 30);
  while (std::ranges::count(original.terminated(), 1) == 0) go_on(original, pool, 1, 1);
  restore(other, saved(original));
  expect_same(original, other);
  expect_same_episodes(original, other, 1);
}

TEST(VecEnvState, OfAnotherTaskOrNumberOfEnvsIsRefused) {
  ThreadPool pool(1);
  VecEnv envs(make_task("cartpole"), 3, Rng(1)), fewer(make_task("cartpole"), 2, Rng(1)),
      other(make_task("pendulum"), 3, Rng(1));
  envs.reset(pool);
  go_on(envs, pool, 1, 100);
  const std::string bytes = saved(envs);
  expect_contains(error_of([&] { restore(fewer, bytes); }), "state: envs: 2 of them expected, it has 3");
  expect_contains(error_of([&] { restore(other, bytes); }), "other reward terms than the 3 of the task 'pendulum'");
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(error_of([&] { restore(envs, bytes.substr(0, size)); }), "");
}

}  // namespace
}  // namespace sinew
