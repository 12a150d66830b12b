// A warm step of any task allocates nothing, an episode's end its record alone.
#include <gtest/gtest.h>

#include "envs/task/make_env.h"
#include "tests/core/allocation_counter.h"
#include "tests/envs/randomized_task.h"

namespace sinew {
namespace {

void expect_none_in_a_warm_step(const EnvFactory& factory) {
  ThreadPool pool(2);
  VecEnv envs(factory, 4, Rng(1));
  envs.reset(pool);
  const std::vector<float> actions(static_cast<size_t>(4 * envs.spec().actions.size()), 0.2f);
  for (int i = 0; i < 300; ++i) envs.step(pool, actions);
  envs.take_episodes();
  long allowed = 0;
  const int64_t before = calls_of_new();
  for (int i = 0; i < 300; ++i) {
    envs.step(pool, actions);
    for (int k = 0; k < 4; ++k) allowed += envs.terminated()[k] || envs.truncated()[k];
  }
  // A record copies the sums of its reward terms, and the list of records may grow.
  EXPECT_LE(calls_of_new() - before, 3 * allowed);
}

class Allocation : public testing::TestWithParam<const char*> {};

TEST_P(Allocation, NoneInAWarmStep) { expect_none_in_a_warm_step(make_task(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Tasks, Allocation,
                         testing::Values("half_cheetah", "inverted_pendulum", "inverted_double_pendulum", "pendulum",
                                         "cartpole", "mountain_car",
                                         SINEW_SOURCE_DIR "/tests/envs/data/ant_velocity.yaml"));

TEST(Allocations, NoneInAWarmStepOfARandomizedTask) { expect_none_in_a_warm_step(randomized_task().factory); }

TEST(Allocations, NoneInAWarmStepOfADelayedTask) {
  Task task = load_task("half_cheetah");
  task.config.assign("delay={observation: [0, 0.2], action: [0, 0.01, 0.3], loss: 0.1}");
  expect_none_in_a_warm_step(load_task(task.config, task.name, "").factory);
}

}  // namespace
}  // namespace sinew
