#include "tests/nets/gradient_check.h"
#include "tests/nets/make_network.h"

namespace sinew {
namespace {

constexpr int rows = 3;

// Raw actions that fit the interface.
std::vector<double> draw_actions(const ActionSpec& spec, Rng& rng) {
  std::vector<double> raw;
  for (int row = 0; row < rows; ++row)
    for (const ActionPart& part : spec.parts)
      for (int i = 0; i < part.size(); ++i)
        raw.push_back(part.is_discrete() ? rng.below(static_cast<uint32_t>(part.choices[i])) : rng.normal());
  return raw;
}

// A loss in which every output of the network has its part.
void check(const InterfaceSpec& spec, const std::string& yaml) {
  SCOPED_TRACE(yaml);
  BasicNetworks<double> network = make_network<double>(spec, yaml);
  Rng rng(8);
  for (auto* set : {&network.actor.parameters(), &network.critic.parameters()})
    for (double& value : set->values()) value += rng.uniform(-0.3, 0.3);
  const std::vector<double> observations = CheckInput{{rows * spec.observation_size()}}.draw(rng);
  const std::vector<double> actions = draw_actions(spec.actions, rng);
  const auto loss = [&](Tape64& tape) {
    const auto out = network(tape.constant({rows, spec.observation_size()}, observations));
    const Tensor64 log_prob = out.actions.log_prob(tape.constant({rows, spec.actions.size()}, actions));
    return mean(exp(log_prob) + square(out.values) + out.actions.entropy() * 0.1);
  };
  // Of each set while the other one is frozen.
  expect_parameter_gradients(network.actor.parameters(), loss);
  expect_parameter_gradients(network.critic.parameters(), loss);
}

TEST(NetworkGradient, SeparateTrunks) { check(mixed_interface(), separate_network); }

TEST(NetworkGradient, SharedTrunk) { check(mixed_interface(), shared_network); }

TEST(NetworkGradient, StateDependentStd) {
  check(continuous_interface(4, 3), "{actor: [{linear: 5}, tanh], critic: [{linear: 2}], state_dependent_std: true}");
  check(mixed_interface(), "{actor: [{linear: 5}, tanh], state_dependent_std: true}");
}

TEST(NetworkGradient, Squashed) {
  check(continuous_interface(4, 3), "{actor: [{linear: 5}, relu], critic: [{linear: 2}], action_map: tanh}");
}

}  // namespace
}  // namespace sinew
