// What a learner has beside its policy: values, draws, and their place in the policy's file.
#include "agents/update/actor_critic.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nets/formats/policy_file.h"
#include "tests/agents/made_up_env.h"
#include "tests/core/allocation_counter.h"
#include "tests/nets/make_network.h"

namespace sinew {
namespace {

constexpr const char* network = "{actor: [{linear: 7}, tanh], critic: [{linear: 6}], actor_gain: 1}";

ActorCritic make_networks(const InterfaceSpec& spec, const std::string& yaml, uint64_t seed = 1) {
  return {spec, network_from(yaml), builtin_layers<float>(), Rng(seed)};
}

TEST(ActorCriticRunner, SampledCommandsAreMappedAndTheRowsStreamsAreTheirOwn) {
  InterfaceSpec spec = continuous_interface(2, 2);
  spec.actions.parts[0].low = {-0.1, -1};
  spec.actions.parts[0].high = {0.1, 3};
  const ActorCritic networks = make_networks(spec, "{actor: []}");
  ActorCriticRunner runner(networks);
  const std::vector<float> observations = {1, 2, 1, 2};
  std::vector<float> raw(4), log_prob(2), actions(4);
  std::vector<Rng> rngs = {Rng(1), Rng(2)};
  runner.sample({2, observations.data()}, {}, {}, rngs, {raw, log_prob, {}}, actions);
  EXPECT_NE(raw[0], raw[2]);
  for (int row = 0; row < 2; ++row) {
    EXPECT_EQ(actions[2 * row], std::clamp(raw[2 * row], -0.1f, 0.1f));
    Rng own(static_cast<uint64_t>(row) + 1);
    own.normal();
    own.normal();
    EXPECT_EQ(own.bits(), rngs[row].bits());
  }
}

TEST(ActorCriticRunner, WarmAllocatesNothing) {
  constexpr int rows = 8;
  const InterfaceSpec spec = mixed_interface();
  const ActorCritic networks = make_networks(spec, shared_network);
  ActorCriticRunner runner(networks);
  std::vector<float> observations(static_cast<size_t>(rows) * spec.observation_size(), 0.1f);
  std::vector<float> actions(static_cast<size_t>(rows) * spec.actions.size()), raw(actions.size()), log_prob(rows),
      values(rows);
  std::vector<Rng> rngs(rows);
  const auto step = [&] {
    runner.sample({rows, observations.data()}, {}, {}, rngs, {raw, log_prob, values}, actions);
    runner.values({rows, observations.data()}, values);
  };
  step();
  step();
  const int64_t before = allocations();
  for (int i = 0; i < 100; ++i) step();
  EXPECT_EQ(allocations() - before, 0);
}

std::vector<float> values_of(const Parameters& parameters) {
  return {parameters.values().begin(), parameters.values().end()};
}

LoadedPolicy written_and_read(const ActorCritic& networks, const LearnerParameters& learner) {
  return parse_policy(format_policy(networks.policy, {}, learner), "p.safetensors", builtin_layers<float>());
}

TEST(LearnersPart, OfAPolicyFileIsTakenOverOrMayBeMissing) {
  const InterfaceSpec spec = continuous_interface(3, 2);
  const ActorCritic from = make_networks(spec, network, 3);
  const LoadedPolicy whole = written_and_read(from, {&from.critic.parameters()});
  const LoadedPolicy alone = written_and_read(from, {});
  EXPECT_EQ(whole.learner.size(), from.critic.parameters().list().size());
  EXPECT_TRUE(alone.learner.empty());
  for (const LoadedPolicy* loaded : {&whole, &alone}) {
    EXPECT_EQ(values_of(loaded->policy->parameters()), values_of(from.policy.parameters()));
    EXPECT_EQ(loaded->policy->weights_hash(), from.policy.weights_hash());
  }
  EXPECT_EQ(whole_weights_hash(whole), weights_hash({&from.policy.parameters(), &from.critic.parameters()}));
  EXPECT_EQ(whole_weights_hash(alone), from.policy.weights_hash());

  ActorCritic to = make_networks(spec, network, 4);
  const std::vector<float> own = values_of(to.critic.parameters());
  EXPECT_FALSE(take_learner_parameters(alone, to.critic.parameters()));
  EXPECT_EQ(values_of(to.critic.parameters()), own);
  EXPECT_TRUE(take_learner_parameters(whole, to.critic.parameters()));
  EXPECT_EQ(values_of(to.critic.parameters()), values_of(from.critic.parameters()));
}

// One tensor of another shape, or one that is missing: nothing is taken.
TEST(LearnersPart, OfAnotherCriticIsLeft) {
  const InterfaceSpec spec = continuous_interface(3, 2);
  const ActorCritic from = make_networks(spec, network, 3);
  const LoadedPolicy loaded = written_and_read(from, {&from.critic.parameters()});
  for (const char* other : {"{actor: [{linear: 7}, tanh], critic: [{linear: 9}]}",
                            "{actor: [{linear: 7}, tanh], critic: [{linear: 6}, {linear: 6}]}"}) {
    ActorCritic to = make_networks(spec, other, 4);
    const std::vector<float> own = values_of(to.critic.parameters());
    EXPECT_FALSE(take_learner_parameters(loaded, to.critic.parameters())) << other;
    EXPECT_EQ(values_of(to.critic.parameters()), own) << other;
  }
}

}  // namespace
}  // namespace sinew
