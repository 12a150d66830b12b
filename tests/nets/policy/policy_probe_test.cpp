#include "nets/policy/policy_probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

// Of a policy that is linear in its pixels: the slope of |a| by one of them, from two actions.
TEST(PolicyInternals, SaliencyIsHowMuchTheActionChanges) {
  InterfaceSpec spec;
  spec.sensors = {{"eye", SensorSpec::Type::uint8, {3, 4, 2}, {}, {}, 1, "grey"}};
  spec.actions.parts = {continuous("arm", 2)};
  spec.actions.parts[0].low = {-1e6, -1e6};
  spec.actions.parts[0].high = {1e6, 1e6};
  const Policy policy = make_policy(spec, "{encoders: {eye: {layers: [flatten]}}, actor: [], actor_gain: 1}");
  std::vector<uint8_t> image(24, 100);
  PolicyProbe probe(policy);
  const PolicyInternals internals = probe.look({1, nullptr, image.data()}, {}, true);
  ASSERT_EQ(internals.saliency.size(), 1u);
  EXPECT_EQ(internals.saliency[0].name, "eye");
  ASSERT_EQ(internals.saliency[0].values.size(), 12u);
  PolicyRunner runner(policy);
  const auto total = [&] {
    std::vector<float> action(2);
    runner.act({1, nullptr, image.data()}, {}, {}, action);
    return std::abs(action[0]) + std::abs(action[1]);
  };
  for (size_t pixel = 0; pixel < 12; ++pixel) {
    double expected = 0;
    for (size_t c = 0; c < 2; ++c) {
      const float before = total();
      image[2 * pixel + c] += 1;
      expected += std::abs(total() - before) * 255;
      image[2 * pixel + c] -= 1;
    }
    EXPECT_NEAR(internals.saliency[0].values[pixel], expected, 1e-3) << pixel;
  }
}

// What the recurrent layer puts out is what it remembers of itself; a step after a reset looks at nothing but
// itself.
TEST(PolicyInternals, ShowsCellsAndWhereAttentionLooks) {
  const InterfaceSpec spec = continuous_interface(3, 2);
  const Policy policy = make_policy(
      spec, "{core: [{linear: 4}, {attention: {heads: 2, memory: 3}}, {gru: 5}], actor: [], critic: [{lstm: 2}]}");
  PolicyProbe probe(policy);
  PolicyRunner runner(policy);
  std::vector<float> state(static_cast<size_t>(policy.state_size())), action(2);
  const std::vector<float> observation = {0.3f, -0.5f, 0.8f};
  for (int step = 0; step < 6; ++step) {
    const uint8_t starts = step == 0;
    const PolicyInternals internals = probe.look({1, observation.data()}, state, starts);
    runner.act(observation, state, {&starts, 1}, action);
    ASSERT_EQ(internals.activations.size(), 1u);
    EXPECT_EQ(internals.activations[0].name, "core.2");
    EXPECT_EQ(internals.activations[0].values, std::vector<float>(state.end() - 5, state.end()));
    ASSERT_EQ(internals.attention.size(), 1u);
    const PolicyInternals::Map& attention = internals.attention[0];
    EXPECT_EQ(attention.rows, 2);
    EXPECT_EQ(attention.columns, 4);
    for (int head = 0; head < 2; ++head) {
      float sum = 0;
      for (int i = 0; i < 4; ++i) {
        const float weight = attention.values[static_cast<size_t>(head) * 4 + i];
        EXPECT_EQ(weight > 0, i >= 3 - std::min(step, 3)) << step << " " << i;
        sum += weight;
      }
      EXPECT_NEAR(sum, 1, 1e-5);
    }
  }
}

}  // namespace
}  // namespace sinew
