// What is collected is what happened.
#include "agents/data/rollout.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "envs/task/make_env.h"
#include "tests/agents/made_up_env.h"

namespace sinew {
namespace {

constexpr int n_envs = 3, n_steps = 20;

struct Collected {
  EnvFactory factory;
  ThreadPool pool{2};
  VecEnv envs{factory, n_envs, Rng(1)};
  ActorCritic networks{envs.spec(),
                       network_from("{actor: [{linear: 4}, tanh], critic: [{linear: 4}, tanh], actor_gain: 1}"),
                       builtin_layers<float>(), Rng(2)};
  const Policy& policy = networks.policy;
  RolloutCollector collector{envs, networks, pool, Rng(3)};
  Rollout rollout{n_envs, n_steps, envs.spec()};

  explicit Collected(bool ends_terminated)
      : factory(MadeUpEnv::factory(
            {.actions = {continuous_part("arm", 1), discrete_part("mode", {3})}, .ends_terminated = ends_terminated})) {
    networks.policy.update_normalizers(std::vector<float>{0.5f, 1, -0.5f, 1});
    envs.reset(pool);
    collector.collect(rollout);
    collector.collect(rollout);  // the second one goes on where the first ended
  }
  float value_of(std::span<const float> raw) const { return ActorCriticRunner(networks).value({1, raw.data()}); }
};

// Episodes of 8 steps: steps 20 to 39 end one at steps 24 and 32, which are 3 and 11 here, and 19.
TEST(Rollout, KnowsWhereEpisodesEnd) {
  for (const bool ends_terminated : {false, true}) {
    const Collected c(ends_terminated);
    for (int row = 0; row < c.rollout.rows(); ++row) {
      const bool over = row % n_steps % 8 == 3;
      EXPECT_EQ(c.rollout.terminated[row], over && ends_terminated) << row;
      EXPECT_EQ(c.rollout.truncated[row], over && !ends_terminated) << row;
    }
    for (int env = 0; env < n_envs; ++env) {
      const auto& cuts = c.rollout.cuts[env];
      ASSERT_EQ(cuts.size(), ends_terminated ? 0u : 3u);
      for (size_t i = 0; i < cuts.size(); ++i) {
        EXPECT_EQ(cuts[i].row, env * n_steps + 3 + 8 * static_cast<int>(i));
        EXPECT_EQ(cuts[i].value, c.value_of(cuts[i].observation));
        if (i + 1 == cuts.size()) continue;
        // The final observation, not the first of the next episode.
        EXPECT_NE(cuts[i].observation[0], c.rollout.observations[(cuts[i].row + 1) * 2]);
      }
      EXPECT_EQ(c.rollout.next_values[env], c.value_of(c.envs.observations().subspan(2 * env, 2)));
    }
  }
}

TEST(Rollout, ValuesAndLogProbsAreThePolicysOwn) {
  const Collected c(false);
  Tape tape(TapeMode::infer);
  const int rows = c.rollout.rows();
  const Observations observations = c.policy.observe(tape, {rows, c.rollout.observations.data()});
  Sequence first_steps;
  const Tensor values = c.networks.critic(c.policy.actor().trunk(observations, first_steps), observations, first_steps);
  const Tensor log_prob = c.policy.actor()(observations).log_prob(tape.view({rows, 2}, c.rollout.actions.data()));
  for (int row = 0; row < rows; ++row) {
    EXPECT_EQ(c.rollout.values[row], values.values()[row]);
    EXPECT_NEAR(c.rollout.log_probs[row], log_prob.values()[row], 1e-5);
  }
}

// The reward tells which observation an action was chosen for, and that it was mapped.
TEST(Rollout, ARewardStandsBesideItsObservationAndAction) {
  const Collected c(false);
  for (int row = 0; row < c.rollout.rows(); ++row) {
    const double x = c.rollout.observations[2 * row];
    const double arm = std::clamp<double>(c.rollout.actions[2 * row], -2, 2);
    const bool fits = c.rollout.actions[2 * row + 1] == (x > 0 ? 1 : 0);
    EXPECT_NEAR(c.rollout.rewards[row], 1 - std::abs(arm - x) + fits, 1e-6) << row;
  }
}

// Where the trunk is shared, values come with the actions.
TEST(Rollout, OfImagesHoldsWhatThePolicySaw) {
  const EnvFactory factory = make_task(SINEW_SOURCE_DIR "/tests/agents/data/pendulum_seen.yaml");
  ThreadPool pool(2);
  VecEnv envs(factory, 3, Rng(1));
  const ActorCritic networks(
      envs.spec(),
      network_from("{encoders: {camera: {layers: [{conv: {filters: 4, kernel: 4, stride: 2}}, relu, flatten]}}, "
                   "actor: [{linear: 4}, tanh], critic: [{linear: 4}, tanh], actor_gain: 1}"),
      builtin_layers<float>(), Rng(2));
  RolloutCollector collector(envs, networks, pool, Rng(3));
  Rollout rollout(3, 100, envs.spec());
  envs.reset(pool);
  collector.collect(rollout);
  collector.collect(rollout);
  std::vector<uint8_t> images(networks.policy.image_size());
  ActorCriticRunner runner(networks);
  int cuts = 0;
  for (int row = 0; row < rollout.rows(); ++row) {
    rollout.frames.copy_row(row, images.data());
    float value = 0;
    runner.values({1, &rollout.observations[row * 4], images.data()}, {&value, 1});
    ASSERT_EQ(value, rollout.values[row]) << row;
  }
  for (const auto& of_env : rollout.cuts)
    for (const Rollout::Cut& cut : of_env) {
      EXPECT_EQ(cut.value, runner.value({1, cut.observation.data(), cut.images.data()}));
      ++cuts;
    }
  EXPECT_GT(cuts + std::ranges::count(rollout.terminated, 1), 3);
}

}  // namespace
}  // namespace sinew