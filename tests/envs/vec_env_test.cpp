#include "envs/vec_env.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "envs/task/make_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

/// Counts its steps in its observation; terminates after `length`, or is truncated after `limit`. The
/// reward of step `bad` is no number.
class Counter final : public Env {
 public:
  Counter(int length, int limit, int bad = 0) : length_(length), limit_(limit), bad_(bad) {
    spec_.name = "counter";
    spec_.sensors.resize(1);
    spec_.sensors[0].name = "count";
    spec_.sensors[0].shape = {2};
    spec_.actions.parts.resize(1);
    spec_.actions.parts[0].low = {-1};
    spec_.actions.parts[0].high = {1};
    spec_.reward_terms = {"action", "one"};
  }
  const EnvSpec& spec() const override { return spec_; }
  void reset(Rng& rng) override {
    count_ = 0;
    start_ = rng.uniform();
  }
  StepResult step(std::span<const double> action, Rng&) override {
    ++count_;
    rewards_ = {action[0], 1};
    if (count_ == bad_) rewards_[1] = std::numeric_limits<double>::quiet_NaN();
    StepResult result{.reward = rewards_[0] + rewards_[1]};
    result.terminated = count_ == length_;
    result.truncated = !result.terminated && count_ == limit_;
    return result;
  }
  std::span<const double> observation(int) const override {
    observation_ = {static_cast<double>(count_), start_};
    return observation_;
  }
  std::span<const double> reward_terms() const override { return rewards_; }
  bool render(int, int, std::span<uint8_t>) override { return false; }
  void visit_state(StateArchive& archive) override {
    archive("count", count_);
    archive("start", start_);
    archive("reward_terms", std::span<double>(rewards_));
  }

 private:
  EnvSpec spec_;
  int length_, limit_, bad_, count_ = 0;
  double start_ = 0;
  std::array<double, 2> rewards_{};
  mutable std::array<double, 2> observation_{};
};

TEST(VecEnv, KeepsTheFinalObservationAndStartsAnew) {
  ThreadPool pool(1);
  VecEnv envs([] { return std::make_unique<Counter>(3, 100); }, 2, Rng(1));
  envs.reset(pool);
  const float first_start = envs.observations()[1];
  const std::vector<float> actions = {0.25f, 0.5f};
  for (int i = 1; i <= 2; ++i) {
    envs.step(pool, actions);
    EXPECT_EQ(envs.observations()[0], static_cast<float>(i));
    EXPECT_EQ(envs.terminated()[0] + envs.truncated()[0], 0);
    EXPECT_EQ(envs.rewards()[0], 1.25f);
  }
  EXPECT_TRUE(envs.take_episodes().empty());
  envs.step(pool, actions);
  EXPECT_TRUE(envs.terminated()[0]);
  EXPECT_FALSE(envs.truncated()[0]);
  EXPECT_EQ(envs.final_observations()[0], 3.0f);
  EXPECT_EQ(envs.final_observations()[1], first_start);
  EXPECT_EQ(envs.observations()[0], 0.0f);
  EXPECT_NE(envs.observations()[1], first_start) << "the next episode draws on";

  const std::vector<EpisodeRecord> episodes = envs.take_episodes();
  ASSERT_EQ(episodes.size(), 2u);
  EXPECT_EQ(episodes[1].env, 1);
  EXPECT_EQ(episodes[1].step, 3);
  EXPECT_EQ(episodes[1].length, 3);
  EXPECT_TRUE(episodes[1].terminated);
  EXPECT_EQ(episodes[1].episode_return, 4.5);
  EXPECT_EQ(episodes[1].reward_terms, (std::vector{1.5, 3.0}));
  EXPECT_TRUE(envs.take_episodes().empty());
}

TEST(VecEnv, TellsTruncationFromTermination) {
  ThreadPool pool(1);
  VecEnv envs([] { return std::make_unique<Counter>(100, 2); }, 1, Rng(1));
  envs.reset(pool);
  envs.step(pool, std::vector{0.f});
  envs.step(pool, std::vector{0.f});
  EXPECT_TRUE(envs.truncated()[0]);
  EXPECT_FALSE(envs.terminated()[0]);
  EXPECT_FALSE(envs.take_episodes().at(0).terminated);
}

TEST(VecEnv, ListsEpisodesByStepAndEnv) {
  ThreadPool pool(2);
  int made = 0;
  VecEnv envs([&] { return std::make_unique<Counter>(++made % 2 ? 2 : 3, 100); }, 4, Rng(1));
  envs.reset(pool);
  for (int i = 0; i < 6; ++i) envs.step(pool, std::vector<float>(4));
  std::vector<std::pair<int64_t, int>> order;
  for (const EpisodeRecord& episode : envs.take_episodes()) order.emplace_back(episode.step, episode.env);
  EXPECT_EQ(order.size(), 10u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(VecEnv, NamesAnActionThatIsNoNumber) {
  ThreadPool pool(2);
  VecEnv envs(make_task("half_cheetah"), 3, Rng(1));
  envs.reset(pool);
  std::vector<float> actions(18);
  envs.step(pool, actions);
  const std::vector<float> before(envs.observations().begin(), envs.observations().begin() + 17);
  actions[6 + 2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error_of([&] { envs.step_range(1, 3, actions.data() + 6); }),
            "env 1: the action for step 2 of an episode has nan as number 2 of 'actuators' ('bfoot'), where it must be "
            "finite: the policy that gave it has diverged, or is damaged");
  actions[6 + 2] = 0;
  actions[0] = -std::numeric_limits<float>::infinity();
  expect_contains(error_of([&] { envs.step(pool, actions); }), "env 0: the action for step 2 of an episode has -inf");
  EXPECT_TRUE(std::equal(before.begin(), before.end(), envs.observations().begin())) << "env 0 was not stepped";
}

TEST(VecEnv, NamesARewardThatIsNoNumber) {
  ThreadPool pool(1);
  VecEnv envs([] { return std::make_unique<Counter>(100, 100, 3); }, 2, Rng(1));
  envs.reset(pool);
  const std::vector<float> actions(2);
  for (int i = 0; i < 2; ++i) envs.step(pool, actions);
  EXPECT_EQ(error_of([&] { envs.step_range(1, 2, actions.data()); }),
            "env 1: the reward of 'counter' is nan in step 3 of an episode ('one' is nan); it must be finite as a "
            "float");
}

// A digest of everything that a roll-out shows.
std::vector<float> roll_out(const std::string& task, int threads, int n_envs, int steps) {
  ThreadPool pool(threads);
  VecEnv envs(make_task(task), n_envs, Rng(7).split("train"));
  envs.reset(pool);
  Rng rng(3);
  std::vector<float> actions(static_cast<size_t>(n_envs * envs.spec().actions.size()));
  std::vector<float> seen;
  const auto keep = [&](std::span<const float> values) { seen.insert(seen.end(), values.begin(), values.end()); };
  for (int i = 0; i < steps; ++i) {
    for (float& a : actions) a = static_cast<float>(rng.uniform(-1, 1));
    envs.step(pool, actions);
    keep(envs.observations());
    keep(envs.rewards());
    keep(envs.final_observations());
  }
  for (const EpisodeRecord& episode : envs.take_episodes()) {
    seen.push_back(static_cast<float>(episode.step));
    seen.push_back(static_cast<float>(episode.episode_return));
  }
  return seen;
}

TEST(VecEnv, HasTheSameBitsOnAnyNumberOfThreads) {
  for (const char* task : {"half_cheetah", "inverted_double_pendulum", "cartpole"}) {
    const std::vector<float> one = roll_out(task, 1, 7, 200);
    EXPECT_EQ(roll_out(task, 2, 7, 200), one) << task;
    EXPECT_EQ(roll_out(task, 3, 7, 200), one) << task;
  }
}

TEST(VecEnv, AnEnvDoesNotDependOnItsNeighbours) {
  ThreadPool pool(1);
  const EnvFactory factory = make_task("inverted_pendulum");
  VecEnv few(factory, 2, Rng(5)), many(factory, 5, Rng(5));
  few.reset(pool);
  many.reset(pool);
  const std::vector<float> actions(5, 0.3f);
  for (int i = 0; i < 100; ++i) {
    few.step_range(0, 2, actions.data());
    many.step_range(0, 3, actions.data());
    many.step_range(3, 5, actions.data());
    for (size_t k = 0; k < few.observations().size(); ++k) ASSERT_EQ(few.observations()[k], many.observations()[k]);
  }
}

}  // namespace
}  // namespace sinew
