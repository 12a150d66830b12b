// How PPO goes about its epochs: batches, early stopping, rates, shards, and memory.
#include "agents/ppo/ppo.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/agents/made_up_env.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr const char* network = "{actor: [{linear: 8}, tanh], critic: [{linear: 8}, tanh]}";
using Metrics = std::map<std::string, double>;
using PpoFixture = Fixture<Ppo, PpoConfig>;

PpoConfig small() {
  PpoConfig config;
  config.n_steps = 32;
  config.batch_size = 16;
  config.n_epochs = 5;
  return config;
}

// Four envs: 128 rows, eight minibatches.
PpoFixture make_fixture(const PpoConfig& config, int threads = 1) {
  return {MadeUpEnv::factory(), 4, network, config, threads};
}

Metrics report_of(Ppo& ppo) {
  Metrics metrics;
  ppo.report([&](std::string_view name, double value) { metrics[std::string(name)] = value; });
  return metrics;
}

Metrics iterate(Ppo& ppo, double progress = 0) {
  ppo.iterate(progress);
  return report_of(ppo);
}

// A roll-out as the policy made it, but for log-probabilities that claim another policy did.
Rollout stale_rollout(double log_ratio) {
  Rollout rollout(4, 32, interface_of(2, 1));
  Rng rng(3);
  for (float& x : rollout.observations) x = static_cast<float>(rng.uniform(-1, 1));
  for (int row = 0; row < rollout.rows(); ++row) {
    rollout.actions[row] = 0.5f;
    rollout.log_probs[row] = static_cast<float>(-0.5 * 0.25 - 0.5 * std::log(2 * M_PI) - log_ratio);  // mean ≈ 0, std 1
    rollout.advantages[row] = static_cast<float>(rng.normal());
  }
  return rollout;
}

TEST(Ppo, ABatchSizeThatDoesNotDivideIsAnError) {
  PpoConfig config = small();
  config.batch_size = 48;
  const std::string text = error_of([&] { make_fixture(config); });
  expect_contains(
      text,
      "algorithm.batch_size: 48 does not divide n_envs × n_steps = 4 × 32 = 128; choose a divisor of it, such as 32");
}

TEST(Ppo, StepsAndUpdatesAreCounted) {
  PpoFixture fixture = make_fixture(small());
  EXPECT_EQ(fixture.learner.iterate(0), 128);
  EXPECT_EQ(iterate(fixture.learner).at("train/n_updates"), 2 * 5 * 8);
}

TEST(Ppo, ReportsNoMetricThatItDidNotName) {
  PpoFixture fixture = make_fixture(small());
  const std::vector<std::string> names = fixture.learner.metric_names();
  for (const auto& [name, value] : iterate(fixture.learner)) {
    EXPECT_NE(std::ranges::find(names, name), names.end()) << name;
    EXPECT_TRUE(std::isfinite(value)) << name;
  }
}

TEST(Ppo, TargetKlEndsTheEpochsBeforeTheStepThatWouldGoOn) {
  PpoConfig config = small();
  config.target_kl = 0.05;
  PpoFixture fixture = make_fixture(config);
  const std::string before = fixture.learner.policy().weights_hash();
  fixture.learner.learn(stale_rollout(1.0), 0);  // e - 1 - 1 = 0.72 from the first minibatch on
  const Metrics metrics = report_of(fixture.learner);
  EXPECT_EQ(metrics.at("train/n_updates"), 0);
  EXPECT_NEAR(metrics.at("train/approx_kl"), 0.72, 0.05);
  EXPECT_EQ(fixture.learner.policy().weights_hash(), before);

  config.target_kl = 0.002;
  config.learning_rate = Schedule::constant(0.01);
  PpoFixture eager = make_fixture(config);
  const double updates = iterate(eager.learner).at("train/n_updates");
  EXPECT_GT(updates, 0);
  EXPECT_LT(updates, 40);
}

TEST(Ppo, DesiredKlMovesTheRateByAFactorAnEpoch) {
  PpoConfig config = small();
  config.n_epochs = 3;
  config.learning_rate = Schedule::constant(1e-4);
  config.desired_kl = Schedule::constant(0.01);
  const auto rate_after = [&](double log_ratio, PpoFixture& fixture) {
    fixture.learner.learn(stale_rollout(log_ratio), 0);
    return report_of(fixture.learner).at("train/learning_rate");
  };
  PpoFixture far = make_fixture(config), near = make_fixture(config);
  EXPECT_NEAR(rate_after(1.0, far), 1e-4 / std::pow(1.5, 3), 1e-12);
  EXPECT_NEAR(rate_after(1.0, far), 1e-5, 1e-12);  // goes on from there, and no lower
  EXPECT_NEAR(rate_after(0.0, near), 1e-4 * std::pow(1.5, 3), 1e-12);
}

TEST(Ppo, DesiredKlFollowsTheProgress) {
  PpoConfig config = small();
  config.n_epochs = 1;
  config.learning_rate = Schedule::constant(1e-4);
  config.desired_kl = {1.0, 0.001};
  const auto rate_at = [&](double progress) {
    PpoFixture fixture = make_fixture(config);
    fixture.learner.learn(stale_rollout(0.5), progress);  // an approx_kl of exp(-0.5) + 0.5 - 1 = 0.107
    return report_of(fixture.learner).at("train/learning_rate");
  };
  EXPECT_NEAR(rate_at(0), 1.5e-4, 1e-12);
  EXPECT_NEAR(rate_at(1), 1e-4 / 1.5, 1e-12);
}

TEST(Ppo, SchedulesFollowTheProgress) {
  PpoConfig config = small();
  config.learning_rate = {4e-4, 0};
  config.clip_range = {0.2, 0.1};
  PpoFixture fixture = make_fixture(config);
  Metrics metrics = iterate(fixture.learner, 0);
  EXPECT_DOUBLE_EQ(metrics.at("train/learning_rate"), 4e-4);
  EXPECT_DOUBLE_EQ(metrics.at("train/clip_range"), 0.2);
  metrics = iterate(fixture.learner, 0.75);
  EXPECT_DOUBLE_EQ(metrics.at("train/learning_rate"), 1e-4);
  EXPECT_DOUBLE_EQ(metrics.at("train/clip_range"), 0.125);
  const std::string before = fixture.learner.policy().weights_hash();
  iterate(fixture.learner, 1);
  EXPECT_EQ(fixture.learner.policy().weights_hash(), before);  // a rate of 0
}

TEST(Ppo, NormalisersMoveAfterTheIterationThatSawTheRows) {
  PpoFixture fixture = make_fixture(small());
  Policy& policy = fixture.learner.policy();
  EXPECT_EQ(policy.normalizers()[0].state().count, 0);
  iterate(fixture.learner);
  EXPECT_EQ(policy.normalizers()[0].state().count, 128);
  EXPECT_NEAR(policy.normalizers()[0].mean()[1], 1, 1e-6);  // the observation's constant
}

TEST(Ppo, AGradientThatIsNotFiniteEndsLearningAndSparesTheWeights) {
  PpoFixture fixture = make_fixture(small());
  Rollout rollout = stale_rollout(0);
  rollout.returns[77] = std::numeric_limits<float>::infinity();
  const std::string text = error_of([&] { fixture.learner.learn(rollout, 0); });
  expect_contains(text, "learning has diverged: in update ");
  expect_contains(text, "the input 'return' of 'value loss' has inf at ");
  expect_contains(text, "; the returns are as large as inf: smaller weights of rewards, or normalize_reward: true");
  for (const float x : fixture.learner.policy().parameters().values()) ASSERT_TRUE(std::isfinite(x));
}

TEST(Ppo, AParameterThatIsNotFiniteIsNamed) {
  PpoFixture fixture = make_fixture(small());
  Parameters& parameters = fixture.learner.policy().parameters();
  const Parameter& weight = parameters.list().front();
  weight.values()[3] = std::numeric_limits<float>::quiet_NaN();
  const std::string text = error_of([&] { iterate(fixture.learner); });
  expect_contains(text, "the policy's action for env 0 is not finite");
  expect_contains(text, weight.name);
}

TEST(Ppo, AMemoryThatIsNotFiniteIsNamed) {
  Fixture<Ppo, PpoConfig> fixture(MadeUpEnv::factory(), 4, "{core: {lstm: 4}, actor: [], critic: []}",
                                  {.n_steps = 32, .batch_size = 64}, 1);
  Parameters& parameters = fixture.learner.policy().parameters();
  parameters.find("core.0.hidden_weight")->values()[3] = std::numeric_limits<float>::infinity();
  const std::string text = error_of([&] { iterate(fixture.learner); });
  expect_contains(text, "is not finite");
  expect_contains(text, "core.0.hidden_weight");
}

TEST(Ppo, AWarmIterationOfLearningAllocatesNothing) {
  for (const int threads : {1, 2}) {
    PpoConfig config = small();
    config.n_shards = 2;
    PpoFixture fixture = make_fixture(config, threads);
    const Rollout rollout = stale_rollout(0);
    for (int i = 0; i < 3; ++i) fixture.learner.learn(rollout, 0);
    const int64_t before = allocations();
    for (int i = 0; i < 5; ++i) fixture.learner.learn(rollout, 0);
    EXPECT_EQ(allocations() - before, 0) << threads << " threads";
  }
}

constexpr const char* with_batch_norm =
    "{encoders: {state: {layers: [{linear: 8}, batch_norm, relu]}}, actor: [], critic: []}";

TEST(Ppo, RunningStatisticsMoveWithTheUpdates) {
  Fixture<Ppo, PpoConfig> fixture(MadeUpEnv::factory(), 4, with_batch_norm, {.n_steps = 32, .batch_size = 64}, 2);
  const auto mean = [&] {
    const auto values = fixture.learner.policy().parameters().find("encoder.state.1.mean")->values();
    return std::vector<float>(values.begin(), values.end());
  };
  EXPECT_EQ(mean(), std::vector<float>(8, 0.0f));
  fixture.learner.iterate(0);
  for (const float x : mean()) EXPECT_NE(x, 0.0f);
}

TEST(Ppo, PiecesOfAMinibatchAreRefusedWhereItsStatisticsCount) {
  const std::string text = error_of([] {
    Fixture<Ppo, PpoConfig>(MadeUpEnv::factory(), 4, with_batch_norm,
                            PpoConfig{.n_steps = 32, .batch_size = 64, .n_shards = 2});
  });
  expect_contains(text, "algorithm.n_shards");
  expect_contains(text, "batch_norm");
}

}  // namespace
}  // namespace sinew
