// Same seed, same bits, whatever the number of threads.
#include <gtest/gtest.h>

#include "agents/ppo/ppo.h"
#include "agents/run/evaluator.h"
#include "envs/task/make_env.h"
#include "tests/agents/made_up_env.h"

namespace sinew {
namespace {

constexpr const char* separate_layers = "{actor: [{linear: 16}, tanh], critic: [{linear: 16}, tanh]}";
constexpr const char* shared_layers = "{core: [{linear: 16}, tanh], actor: [{linear: 8}, elu], critic: []}";

constexpr const char* seeing =
    "{encoders: {camera: {normalize: true, layers: [{conv: {filters: 4, kernel: 4, stride: 2}}, relu, flatten]}}, "
    "core: [{linear: 16}, tanh], actor: [], critic: []}";
constexpr const char* seeing_apart =
    "{encoders: {camera: {used_by: actor, layers: [flatten, {linear: 8}]}, state: {used_by: critic}}, actor: [], "
    "critic: [{linear: 8}, tanh]}";
constexpr const char* augmented =
    "{encoders: {camera: {layers: [{random_shift: {pixels: 2}}, {colour_jitter: {brightness: 0.2, tint: 0.1}}, {noise: "
    "{std: 0.05}}, "
    "{conv: {filters: 4, kernel: 4, stride: 2}}, batch_norm, relu, flatten]}}, actor: [], critic: []}";
constexpr const char* remembering = "{core: [{linear: 8}, tanh, {lstm: 12}], actor: [{linear: 8}, elu], critic: []}";
constexpr const char* remembering_apart =
    "{actor: [{gru: {units: 8, layer_norm: true}}], critic: [{lstm: {units: 8, layer_norm: true}}]}";
const std::string pendulum_seen = SINEW_SOURCE_DIR "/tests/agents/data/pendulum_seen.yaml";

struct Work {
  std::string task, network = separate_layers;
  int batch_size = 96, n_shards = 0;
};

// The hash of all weights and statistics after a few iterations.
std::string train_a_little(const Work& work, int threads, uint64_t seed) {
  PpoConfig config;
  config.n_steps = 96;
  config.batch_size = work.batch_size;
  config.n_epochs = 3;
  config.n_shards = work.n_shards;
  config.normalize_reward = true;
  Fixture<Ppo, PpoConfig> fixture(make_task(work.task), 5, work.network, config, threads, seed);
  for (int i = 0; i < 3; ++i) fixture.learner.iterate(i / 3.0);
  std::string result = weights_hash({&fixture.learner.policy().parameters(), &fixture.learner.critic().parameters()});
  for (const Normalizer& normalizer : fixture.learner.policy().normalizers())
    for (const float x : normalizer.scale()) result += fmt::format(" {}", x);
  return result;
}

TEST(SameBits, ForOneTwoAndThreeThreads) {
  for (const Work& work :
       {Work{"pendulum"}, Work{"cartpole", shared_layers}, Work{"half_cheetah", separate_layers, 96, 5},
        Work{"half_cheetah", shared_layers, 480}, Work{pendulum_seen, seeing}, Work{pendulum_seen, augmented},
        Work{pendulum_seen, seeing_apart, 32, 4}, Work{"cartpole_no_velocity", remembering, 96, 3},
        Work{"pendulum_no_velocity", remembering_apart}}) {
    SCOPED_TRACE(work.task + " " + work.network);
    const std::string expected = train_a_little(work, 1, 7);
    EXPECT_EQ(train_a_little(work, 1, 7), expected);
    EXPECT_EQ(train_a_little(work, 2, 7), expected);
    EXPECT_EQ(train_a_little(work, 3, 7), expected);
    EXPECT_NE(train_a_little(work, 1, 8), expected);
  }
}

// Envs are used again for one episode after another: none may remember the last.
TEST(SameBits, AnEvaluationDoesNotDependOnItsThreads) {
  for (const char* name : {"pendulum", "cartpole", "half_cheetah"}) {
    SCOPED_TRACE(name);
    const EnvFactory factory = make_task(name);
    const Policy policy(factory()->spec(), network_from("{actor: [{linear: 16}, tanh], actor_gain: 1}"),
                        builtin_layers<float>(), Rng(4));
    std::vector<Evaluation> results;
    for (const int threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      results.push_back(Evaluator(factory, pool).run(policy, 7, Rng(2)));
    }
    ThreadPool pool(1);
    Evaluator alone(factory, pool);
    PolicyRunner runner(policy);
    EXPECT_NE(results[0].episodes[0].reward, results[0].episodes[1].reward);
    for (const Evaluation& result : results) {
      ASSERT_EQ(result.episodes.size(), 7u);
      for (int i = 0; i < 7; ++i) {
        EXPECT_EQ(result.episodes[i].reward, results[0].episodes[i].reward);
        EXPECT_EQ(result.episodes[i].length, results[0].episodes[i].length);
        EXPECT_EQ(result.episodes[i].reward_terms, results[0].episodes[i].reward_terms);
      }
    }
    EXPECT_EQ(alone.run_episode(runner, Rng(2).split("episode", 6)).reward, results[0].episodes[6].reward);
  }
}

}  // namespace
}  // namespace sinew
