// It learns: every kind of action, separate and shared networks, and in spite of an env's bad observations.
#include <gtest/gtest.h>

#include "agents/ppo/ppo.h"
#include "agents/run/evaluator.h"
#include "envs/task/make_env.h"
#include "tests/agents/made_up_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr const char* separate = "{actor: [{linear: 32}, tanh], critic: [{linear: 32}, tanh]}";
constexpr const char* shared = "{core: [{linear: 32}, tanh], actor: [], critic: []}";

PpoConfig quick() {
  PpoConfig config;
  config.n_steps = 64;
  config.batch_size = 64;
  config.n_epochs = 6;
  config.gamma = 0.5;
  config.learning_rate = Schedule::constant(3e-3);
  return config;
}

// The mean reward of a step under the trained policy; 1 at best for each number of the action.
double learn(const MadeUpOptions& options, const std::string& network, int iterations) {
  Fixture<Ppo, PpoConfig> fixture(MadeUpEnv::factory(options), 8, network, quick());
  for (int i = 0; i < iterations; ++i) fixture.learner.iterate(0);
  for (const float x : fixture.learner.policy().parameters().values()) EXPECT_TRUE(std::isfinite(x));
  MadeUpOptions sound = options;
  sound.bad_observation_every = 0;
  const Evaluation evaluation =
      Evaluator(MadeUpEnv::factory(sound), fixture.pool).run(fixture.learner.policy(), 20, Rng(9));
  return evaluation.mean_reward() / evaluation.mean_ep_length();
}

TEST(Learning, ContinuousActions) {
  for (const char* map : {"clip", "scale", "tanh"}) {
    SCOPED_TRACE(map);
    const std::string network = std::string(separate).insert(1, fmt::format("action_map: {}, ", map));
    EXPECT_GT(learn({.actions = {continuous_part("arm", 2)}}, network, 40), 2 * 0.85);
  }
}

TEST(Learning, AStdThatDependsOnTheState) {
  EXPECT_GT(learn({}, std::string(separate).insert(1, "state_dependent_std: true, "), 40), 0.85);
}

TEST(Learning, DiscreteActions) {
  EXPECT_GT(learn({.actions = {discrete_part("mode", {3, 2})}}, separate, 30), 2 * 0.93);
}

TEST(Learning, MixedActionsAndASharedTrunk) {
  EXPECT_GT(learn({.actions = {continuous_part("arm", 1), discrete_part("mode", {3}), continuous_part("wrist", 1)}},
                  shared, 40),
            3 * 0.85);
}

TEST(Learning, TruncatedEpisodes) { EXPECT_GT(learn({.ends_terminated = false}, shared, 40), 0.85); }

// One step in 50 has an observation that is not a number.
TEST(Learning, SurvivesObservationsThatAreNoNumbers) {
  EXPECT_GT(learn({.bad_observation_every = 50}, separate, 40), 0.85);
}

TEST(Learning, ARewardThatIsNoNumberIsAnErrorThatNamesIt) {
  const MadeUpOptions options = {.bad_reward_every = 50};
  const std::string training = error_of([&] { learn(options, separate, 2); });
  EXPECT_EQ(training,
            "env 0: the reward of 'made_up' is nan in step 2 of an episode ('fit' is nan); it must be finite "
            "as a float");
  ThreadPool pool(1);
  const Policy policy(MadeUpEnv(options).spec(), network_from(separate), builtin_layers<float>(), Rng(1));
  const std::string evaluation =
      error_of([&] { Evaluator(MadeUpEnv::factory(options), pool).run(policy, 10, Rng(1)); });
  EXPECT_TRUE(evaluation.starts_with("episode 6 of an evaluation: the reward of 'made_up' is nan in step 2"))
      << evaluation;
}

TEST(Learning, AnEvaluationOfBadNumbersIsFiniteAndSaysSo) {
  const EnvFactory factory = MadeUpEnv::factory({.bad_observation_every = 5});
  ThreadPool pool(1);
  const Policy policy(factory()->spec(), network_from(separate), builtin_layers<float>(), Rng(1));
  const Evaluation evaluation = Evaluator(factory, pool).run(policy, 10, Rng(1));
  EXPECT_TRUE(std::isfinite(evaluation.mean_reward()));
  int diverged = 0;
  for (const Evaluation::Episode& episode : evaluation.episodes) {
    diverged += episode.diverged;
    EXPECT_TRUE(std::isfinite(episode.reward_terms[0]));
  }
  EXPECT_EQ(diverged, 10);  // no episode of 8 steps goes without one
}

TEST(Learning, AnEvaluationOfATaskThatNeverEndsDoesEnd) {
  const EnvFactory factory = MadeUpEnv::factory({.episode = std::numeric_limits<int>::max()});
  ThreadPool pool(1);
  const Policy policy(factory()->spec(), network_from("{actor: []}"), builtin_layers<float>(), Rng(1));
  EXPECT_EQ(Evaluator(factory, pool).run(policy, 1, Rng(1)).mean_ep_length(), 100000);
}

TEST(Learning, Cartpole) {
  PpoConfig config;
  config.n_steps = 32;
  config.batch_size = 256;
  config.n_epochs = 20;
  config.gamma = 0.98;
  config.gae_lambda = 0.8;
  config.learning_rate = {1e-3, 0};
  const EnvFactory factory = make_task("cartpole");
  Fixture<Ppo, PpoConfig> fixture(
      factory, 8, "{actor: [{linear: 64}, tanh, {linear: 64}, tanh], critic: [{linear: 64}, tanh, {linear: 64}, tanh]}",
      config);
  constexpr int iterations = 250;
  for (int i = 0; i < iterations; ++i) fixture.learner.iterate(i / double{iterations});
  EXPECT_GE(Evaluator(factory, fixture.pool).run(fixture.learner.policy(), 10, Rng(9)).mean_reward(), 450);
}

}  // namespace
}  // namespace sinew
