// A policy goes on from another one's weights, where it is the same.
#include <algorithm>

#include "nets/policy/initial_policy.h"

#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

std::vector<float> parameters_of(const Policy& policy) {
  const auto values = policy.parameters().values();
  return {values.begin(), values.end()};
}

TEST(InitialPolicy, TakesOverWeightsAndNormalisers) {
  const Policy from = make_experienced_policy(mixed_interface(), shared_network, 3);
  Policy policy = make_policy(mixed_interface(), std::string(shared_network).insert(1, "actor_gain: 1, "), 4);
  EXPECT_NE(act_on_random_rows(policy), act_on_random_rows(from));
  start_from(policy, from);
  EXPECT_EQ(parameters_of(policy), parameters_of(from));
  EXPECT_EQ(act_on_random_rows(policy), act_on_random_rows(from));
  // Its statistics stay; those of nothing do not count.
  policy.update_normalizers(std::vector<float>(8, 100));
  EXPECT_EQ(act_on_random_rows(policy), act_on_random_rows(from));
  Policy fresh = make_policy(mixed_interface(), shared_network, 5);
  fresh.update_normalizers(std::vector<float>(8, 7));
  start_from(fresh, make_policy(mixed_interface(), shared_network, 6));
  EXPECT_EQ(fresh.normalizers()[0].state().mean[0], 7);
}

TEST(InitialPolicy, AnotherActorIsRefused) {
  const InterfaceSpec spec = continuous_interface(3, 2);
  const Policy from = make_policy(spec, "{actor: [{linear: 7}, tanh]}");
  const auto refused = [&](const InterfaceSpec& other, const char* network, const char* why) {
    Policy policy = make_policy(other, network);
    const std::vector<float> before = parameters_of(policy);
    expect_contains(error_of([&] { start_from(policy, from); }), why);
    EXPECT_EQ(parameters_of(policy), before);
  };
  refused(continuous_interface(4, 2), "{actor: [{linear: 7}, tanh]}",
          "sensor 'state' has shape [3] in the policy, [4] in this task");
  refused(spec, "{actor: [{linear: 8}, tanh]}",
          "its parameter 'actor.0.weight' has the shape [3, 7], this network's [3, 8]");
  refused(spec, "{actor: [{linear: 7}, tanh, {linear: 7}]}", "it has no parameter 'actor.2.weight', this network has");
  refused(spec, "{actor: []}", "its parameter 'actor.head.weight' has the shape");
  refused(spec, "{actor: [{linear: 7}, relu]}", "the layers, or the action map, differ");
  refused(spec, "{actor: [{linear: 7}, tanh], action_map: tanh}", "the layers, or the action map, differ");
}

TEST(InitialPolicy, ARawActionBecomesItsCommandAgain) {
  for (const char* map : {"clip", "scale", "tanh"}) {
    InterfaceSpec spec = continuous_interface(3, 2);
    spec.actions.parts[0].low = {-1, 2};
    spec.actions.parts[0].high = {1, 6};
    const Policy policy = make_policy(spec, std::string("{actor: [], action_map: ") + map + "}");
    Tape tape(TapeMode::infer);
    for (const std::vector<float>& command : {std::vector<float>{0.25f, 3}, {-0.9f, 5.5f}}) {
      std::vector<float> raw(2);
      policy.unmap_action(command, raw);
      const Tensor mapped = policy.map_action(tape.view({1, 2}, raw.data()));
      for (size_t i = 0; i < 2; ++i) EXPECT_NEAR(mapped.values()[i], command[i], 1e-5) << map;
    }
    std::vector<float> beyond(2);
    policy.unmap_action(std::vector<float>{-3, 7}, beyond);
    const Tensor mapped = policy.map_action(tape.view({1, 2}, beyond.data()));
    EXPECT_NEAR(mapped.values()[0], -1, 2e-3) << map;
    EXPECT_NEAR(mapped.values()[1], 6, 3e-3) << map;
  }
}

}  // namespace
}  // namespace sinew
