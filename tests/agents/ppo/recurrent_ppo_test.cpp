// A policy that remembers: what the roll-out keeps is what the learner goes on from.
#include <gtest/gtest.h>

#include "agents/ppo/ppo.h"
#include "envs/task/make_env.h"
#include "tests/agents/made_up_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr int n_envs = 3, n_steps = 24, seq_len = 6;

struct Collected {
  EnvFactory factory = MadeUpEnv::factory({.ends_terminated = false});  // episodes of 8 steps
  ThreadPool pool{2};
  VecEnv envs{factory, n_envs, Rng(1)};
  ActorCritic networks;
  RolloutCollector collector{envs, networks, pool, Rng(3)};
  Rollout rollout{n_envs, n_steps, envs.spec(), seq_len, networks.state_size()};

  explicit Collected(const std::string& network)
      : networks(envs.spec(), network_from(network), builtin_layers<float>(), Rng(2)) {
    envs.reset(pool);
    collector.collect(rollout);
    for (int i = 0; i < 2; ++i) envs.step(pool, std::vector<float>(n_envs));  // then episodes end inside of sequences
    collector.collect(rollout);
  }
};

class RecurrentRollout : public testing::TestWithParam<const char*> {};

// All sequences at once, from the kept states, have the very values and log-probs of the steps one by one.
TEST_P(RecurrentRollout, IsWhatTheLearnerComputesAgain) {
  const Collected c(GetParam());
  const int state_size = c.networks.state_size(), sequences = c.rollout.sequences();
  std::vector<float> observations, actions;
  std::vector<uint8_t> starts;
  std::vector<int> rows;
  for (int step = 0; step < seq_len; ++step)
    for (int s = 0; s < sequences; ++s) {
      const int row = s * seq_len + step;
      rows.push_back(row);
      observations.insert(observations.end(), &c.rollout.observations[2 * row], &c.rollout.observations[2 * row] + 2);
      actions.push_back(c.rollout.actions[row]);
      starts.push_back(c.rollout.starts[row]);
    }
  Tape tape;
  const int n = c.rollout.rows();
  Sequence sequence(tape.view({sequences, state_size}, c.rollout.states.data()), starts);
  const Actor& actor = c.networks.policy.actor();
  const Observations seen = c.networks.policy.observe(tape, {n, observations.data()});
  const Tensor trunk = actor.trunk(seen, sequence), values = c.networks.critic(trunk, seen, sequence);
  const Tensor log_prob = actor(trunk, seen, sequence).log_prob(tape.view({n, 1}, actions.data()));
  int inner_starts = 0;
  for (int i = 0; i < n; ++i) {
    EXPECT_EQ(c.rollout.values[rows[i]], values.values()[i]) << rows[i];
    EXPECT_NEAR(c.rollout.log_probs[rows[i]], log_prob.values()[i], 1e-5) << rows[i];
    inner_starts += c.rollout.starts[rows[i]] && rows[i] % seq_len != 0;
  }
  EXPECT_GT(inner_starts, 3);
}

// A truncated episode is worth what its final observation promises to who remembers it.
TEST_P(RecurrentRollout, ValuesWhatFollowsWithItsMemory) {
  const Collected c(GetParam());
  ActorCriticRunner runner(c.networks);
  int cuts = 0;
  for (int env = 0; env < n_envs; ++env) {
    std::vector<float> state(c.rollout.states.begin() + env * (n_steps / seq_len) * c.networks.state_size(),
                             c.rollout.states.begin() + (env * (n_steps / seq_len) + 1) * c.networks.state_size());
    std::vector<float> raw(1), log_prob(1), value(1), action(1);
    for (int step = 0; step < n_steps; ++step) {
      const int row = env * n_steps + step;
      Rng any;
      runner.sample({1, &c.rollout.observations[2 * row]}, state, {&c.rollout.starts[row], 1}, {&any, 1},
                    {raw, log_prob, value}, action);
      EXPECT_EQ(value[0], c.rollout.values[row]);
      if (!c.rollout.truncated[row]) continue;
      const Rollout::Cut& cut = c.rollout.cuts[env][cuts++ % 3];
      EXPECT_EQ(cut.row, row);
      EXPECT_EQ(cut.value, runner.value({1, cut.observation.data()}, state));
      EXPECT_NE(cut.value, runner.value({1, cut.observation.data()}, state, true));  // what it remembers counts
    }
  }
  EXPECT_EQ(cuts, 3 * n_envs);
}

INSTANTIATE_TEST_SUITE_P(All, RecurrentRollout,
                         testing::Values("{core: {lstm: 6}, actor: [], critic: [{linear: 4}, tanh], actor_gain: 1}",
                                         "{actor: [{gru: 5}], critic: [{linear: 3}, {lstm: 4}], actor_gain: 1}",
                                         "{encoders: {state: {layers: [{gru: 4}]}}, core: [{lstm: 3}], actor: [], "
                                         "critic: [{gru: 2}], actor_gain: 1}"));

template <class Body>
void expect_error(Body&& body, const std::vector<std::string>& parts) {
  const std::string text = error_of(body);
  for (const std::string& part : parts) expect_contains(text, part);
}

Fixture<Ppo, PpoConfig> make_recurrent(const std::string& network, const std::string& options) {
  return {make_task("cartpole_no_velocity"), 4, network,
          read_config<PpoConfig>(ConfigNode::parse_text(options, "recipe.yaml"))};
}

TEST(RecurrentPpo, SequencesMustFit) {
  const std::string lstm = "{core: {lstm: 4}, actor: []}";
  expect_error([&] { make_recurrent(lstm, "{n_steps: 48, batch_size: 64, seq_len: 10}"); },
               {"algorithm.seq_len: 10 does not divide n_steps = 48", "such as 8"});
  expect_error([&] { make_recurrent(lstm, "{n_steps: 48, batch_size: 64, seq_len: 12}"); },
               {"algorithm.batch_size: 64", "seq_len = 12"});
  expect_error([&] { make_recurrent(lstm, "{n_steps: 48, batch_size: 64, seq_len: 0}"); },
               {"algorithm.batch_size: 64", "48"});
  expect_error([&] { make_recurrent("{actor: [{linear: 4}]}", "{n_steps: 48, batch_size: 64, seq_len: 8}"); },
               {"algorithm.seq_len", "the network has no memory"});
  make_recurrent(lstm, "{n_steps: 48, batch_size: 64}");
  make_recurrent(lstm, "{n_steps: 48, batch_size: 96, seq_len: 0}");
}

TEST(RecurrentPpo, ACoreNeedsASize) {
  for (const std::string core : {"[lstm]", "[gru]"})
    expect_error([&] { make_recurrent("{core: " + core + ", actor: []}", "{n_steps: 48, batch_size: 64}"); },
                 {"needs its size", "network.yaml:1"});
  expect_error([&] { make_recurrent("{core: {lstm: 0}, actor: []}", "{n_steps: 48, batch_size: 64}"); },
               {"lstm", "1 to 4096"});
}

}  // namespace
}  // namespace sinew
