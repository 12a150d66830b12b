// A simulation that fails ends its episode as truncated, is counted, and no bad number gets out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"

namespace sinew {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void expect_finite(std::span<const float> values) {
  for (const float x : values) ASSERT_TRUE(std::isfinite(x));
}

class Divergence : public testing::Test {
 protected:
  Divergence() : pool_(1), envs_(make_task("half_cheetah"), 2, Rng(1)), actions_(12, 0.1f) {
    envs_.reset(pool_);
    envs_.step(pool_, actions_);
  }
  Simulation& simulation(int i) { return dynamic_cast<TaskEnv&>(envs_.env(i)).simulation(); }
  // Steps once more; env 0 must end as diverged, env 1 go on.
  void expect_divergence() {
    const std::vector<float> last(envs_.observations().begin(), envs_.observations().begin() + 17);
    envs_.step(pool_, actions_);
    EXPECT_TRUE(envs_.truncated()[0]);
    EXPECT_FALSE(envs_.terminated()[0]);
    EXPECT_FALSE(envs_.truncated()[1]);
    EXPECT_EQ(envs_.rewards()[0], 0);
    EXPECT_TRUE(std::equal(last.begin(), last.end(), envs_.final_observations().begin()));
    expect_finite(envs_.observations());
    expect_finite(envs_.rewards());
    const std::vector<EpisodeRecord> episodes = envs_.take_episodes();
    ASSERT_EQ(episodes.size(), 1u);
    EXPECT_TRUE(episodes[0].diverged);
    EXPECT_EQ(episodes[0].length, 2);
    EXPECT_TRUE(std::isfinite(episodes[0].episode_return));
    envs_.step(pool_, actions_);
    EXPECT_FALSE(envs_.truncated()[0]) << "the next episode goes well";
  }

  ThreadPool pool_;
  VecEnv envs_;
  std::vector<float> actions_;
};

TEST_F(Divergence, OfAnAbsurdVelocity) {
  simulation(0).qvel()[3] = 1e11;
  expect_divergence();
}

TEST_F(Divergence, OfABadPosition) {
  simulation(0).qpos()[5] = nan;
  expect_divergence();
}

TEST(DivergedTask, StandsWhereItStood) {
  const auto env = make_task("half_cheetah")();
  Rng rng(1);
  env->reset(rng);
  const std::vector<double> before(env->observation(0).begin(), env->observation(0).end());
  dynamic_cast<TaskEnv&>(*env).simulation().qvel()[3] = 1e11;
  const StepResult result = env->step(std::array<double, 6>{}, rng);
  EXPECT_TRUE(result.diverged && result.truncated && !result.terminated);
  EXPECT_EQ(result.reward, 0);
  for (const double term : env->reward_terms()) EXPECT_EQ(term, 0);
  EXPECT_TRUE(std::ranges::equal(before, env->observation(0)));
}

}  // namespace
}  // namespace sinew
