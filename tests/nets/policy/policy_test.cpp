// What a policy makes of observations and raw actions.
#include "nets/policy/policy.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "core/safe_file.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<float> mapped_action(const Policy& policy, const std::vector<float>& raw) {
  Tape tape(TapeMode::infer);
  const Tensor mapped = policy.map_action(tape.constant({1, policy.action_size()}, raw));
  return {mapped.values().begin(), mapped.values().end()};
}

InterfaceSpec arm(double low, double high) {
  InterfaceSpec spec = continuous_interface(2, 2);
  spec.actions.parts[0].low = {low, -1};
  spec.actions.parts[0].high = {high, 3};
  return spec;
}

TEST(ActionMap, ClipLimitsEachNumberToItsRange) {
  const Policy policy = make_policy(arm(-2, 0.5), "{actor: []}");
  EXPECT_EQ(mapped_action(policy, {0.25f, 2}), (std::vector<float>{0.25f, 2}));
  EXPECT_EQ(mapped_action(policy, {7, -7}), (std::vector<float>{0.5f, -1}));
}

TEST(ActionMap, ClipKnowsNumbersWithoutALimit) {
  const Policy policy = make_policy(arm(-infinity, infinity), "{actor: []}");
  EXPECT_EQ(mapped_action(policy, {-1e30f, 4}), (std::vector<float>{-1e30f, 3}));
}

TEST(ActionMap, ScaleStretchesPlusMinusOneOverTheRange) {
  const Policy policy = make_policy(arm(-2, 0.5), "{actor: [], action_map: scale}");
  EXPECT_EQ(mapped_action(policy, {-1, 1}), (std::vector<float>{-2, 3}));
  EXPECT_EQ(mapped_action(policy, {0, 0.5f}), (std::vector<float>{-0.75f, 2}));
  EXPECT_EQ(mapped_action(policy, {5, -5}), (std::vector<float>{0.5f, -1}));
}

TEST(ActionMap, TanhReachesTheLimitsAtInfinity) {
  const Policy policy = make_policy(arm(-2, 0.5), "{actor: [], action_map: tanh}");
  EXPECT_EQ(mapped_action(policy, {-50, 50}), (std::vector<float>{-2, 3}));
  const std::vector<float> middle = mapped_action(policy, {0.3f, -1.2f});
  EXPECT_NEAR(middle[0], -2 + 2.5 * (std::tanh(0.3) / 2 + 0.5), 1e-6);
  EXPECT_NEAR(middle[1], -1 + 4 * (std::tanh(-1.2) / 2 + 0.5), 1e-6);
}

TEST(ActionMap, AChoicePassesAsItIs) {
  const Policy policy = make_policy(mixed_interface(), "{actor: [], action_map: scale}");
  EXPECT_EQ(mapped_action(policy, {9, 0.5f, 2, 1, 3, -9}), (std::vector<float>{1, 0.5f, 2, 1, 3, -1}));
}

TEST(ActionMap, ARangeWithoutALimitCannotBeStretched) {
  const std::string text = error_of([] { make_policy(arm(-infinity, 1), "{actor: [], action_map: tanh}"); });
  expect_contains(text, "network.action_map: 'tanh' needs limits, and 'torque' has none; use clip");
}

// Of two sensors one is normalised.
TEST(PolicyNormalize, EachSensorHasItsOwn) {
  Policy policy = make_policy(mixed_interface(), "{encoders: {joints: {normalize: false}}, actor: []}");
  std::vector<float> rows;
  for (const float x : {1.0f, 3.0f})
    for (int i = 0; i < 8; ++i) rows.push_back(x);
  policy.update_normalizers(rows);  // touch: mean 2, deviation 1
  Tape tape(TapeMode::infer);
  const Tensor normalized = policy.normalize(tape.constant({1, 8}, std::vector<float>{5, 6, 7, 8, 9, 2, 4, 1000}));
  const std::vector<float> expected = {5, 6, 7, 8, 9, 0, 2, 10};  // ±10 is the limit
  for (int i = 0; i < 8; ++i) EXPECT_NEAR(normalized.values()[i], expected[i], 1e-6) << i;
}

// The hash is that of the bytes in the order of names: it does not ask in which order layers were made.
TEST(WeightsHash, IsTheSha256OfTheParametersByName) {
  const Policy policy = make_policy(continuous_interface(3, 2), "{actor: [{linear: 4}, tanh], critic: [{linear: 2}]}");
  std::map<std::string, const Parameter*> by_name;
  for (const Parameter& parameter : policy.parameters().list()) by_name[parameter.name] = &parameter;
  Sha256 hash;
  for (const auto& [name, parameter] : by_name)
    hash.update(parameter->values().data(), parameter->values().size_bytes());
  EXPECT_EQ(policy.weights_hash(), hash.hex_digest());
  EXPECT_NE(by_name.begin()->second, &policy.parameters().list().front());  // the orders differ here
}

TEST(WeightsHash, ChangesWithEveryWeight) {
  Policy policy = make_policy(continuous_interface(3, 2), "{actor: []}");
  const std::string before = policy.weights_hash();
  for (float& x : policy.parameters().values()) {
    const float kept = x;
    x = std::nextafter(x, infinity);
    EXPECT_NE(policy.weights_hash(), before);
    x = kept;
  }
  EXPECT_EQ(policy.weights_hash(), before);
}

// Rows 1 to 64 have the bits that each has alone, and a feed-forward policy takes empty state and mask.
TEST(PolicyRunner, ARowHasTheSameBitsInAnyCompany) {
  for (const char* network : {separate_network, shared_network}) {
    const Policy policy = make_policy(mixed_interface(), std::string(network).insert(1, "actor_gain: 1, "));
    PolicyRunner runner(policy);
    constexpr int most = 64;
    const int width = policy.observation_size(), action_width = policy.action_size();
    std::vector<float> observations(static_cast<size_t>(most) * width), alone(static_cast<size_t>(most) * action_width);
    Rng rng(1);
    for (float& x : observations) x = static_cast<float>(rng.normal());
    for (int row = 0; row < most; ++row)
      runner.act({&observations[row * width], static_cast<size_t>(width)}, {}, {},
                 {&alone[row * action_width], static_cast<size_t>(action_width)});
    for (int rows = 1; rows <= most; ++rows) {
      std::vector<float> together(static_cast<size_t>(rows) * action_width);
      runner.act({observations.data(), static_cast<size_t>(rows) * width}, {}, {}, together);
      ASSERT_EQ(std::memcmp(together.data(), alone.data(), together.size() * sizeof(float)), 0) << rows << " rows";
    }
  }
}

}  // namespace
}  // namespace sinew
