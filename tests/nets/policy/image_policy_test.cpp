// A policy that sees: images beside numbers, what only the critic sees, and the file that it is kept in.
#include <gtest/gtest.h>

#include <cstring>

#include "nets/formats/policy_file.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

Policy make_seeing() {
  return make_policy(seeing_interface(), std::string(seeing_network).insert(1, "actor_gain: 1, "));
}

struct Rows {
  std::vector<float> numbers;
  std::vector<uint8_t> images;
  int count;
  Rows(const Policy& policy, int rows, uint64_t seed)
      : numbers(static_cast<size_t>(rows) * policy.observation_size()),
        images(static_cast<size_t>(rows) * policy.image_size()),
        count(rows) {
    Rng rng(seed);
    for (float& x : numbers) x = static_cast<float>(rng.normal());
    for (uint8_t& x : images) x = static_cast<uint8_t>(rng.below(256));
  }
  ObservationRows rows(int first = 0, int n = -1) const {
    return {n < 0 ? count : n, numbers.data() + first * (numbers.size() / count),
            images.data() + first * (images.size() / count)};
  }
};

std::vector<float> act(const Policy& policy, const ObservationRows& rows) {
  std::vector<float> actions(static_cast<size_t>(rows.rows) * policy.action_size());
  PolicyRunner(policy).act(rows, {}, {}, actions);
  return actions;
}

// Of the critic that is made beside it.
std::vector<float> values(const Policy& policy, const ObservationRows& rows) {
  Rng rng(1);
  const Critic critic(policy.actor(), policy.spec(), policy.config(), builtin_layers<float>(), rng);
  Tape tape(TapeMode::infer);
  Sequence first_steps;
  const Observations observations = policy.observe(tape, rows);
  const auto result = critic(policy.actor().trunk(observations, first_steps), observations, first_steps).values();
  return {result.begin(), result.end()};
}

TEST(ImagePolicy, KnowsItsRows) {
  const Policy policy = make_seeing();
  EXPECT_EQ(policy.observation_size(), 5);
  EXPECT_EQ(policy.image_size(), 12 * 10 * 6 + 4 * 5);
  EXPECT_EQ(policy.normalizers()[0].size(), 6);  // of the channels
  EXPECT_EQ(policy.normalizers()[2].size(), 0);  // an image is not normalised unless told so
  EXPECT_TRUE(policy.actor().trunk_has_parameters());
}

TEST(ImagePolicy, EverySensorCountsWhereItIsUsedAndNowhereElse) {
  const Policy policy = make_seeing();
  const Rows rows(policy, 1, 3);
  const std::vector<float> actions = act(policy, rows.rows()), value = values(policy, rows.rows());
  const auto with = [&](auto&& change) {
    Rows changed = rows;
    change(changed);
    return std::pair(act(policy, changed.rows()) == actions, values(policy, changed.rows()) == value);
  };
  EXPECT_EQ(with([](Rows& r) { r.images[100] ^= 128; }), std::pair(false, false));              // front
  EXPECT_EQ(with([](Rows& r) { r.images[12 * 10 * 6 + 3] ^= 128; }), std::pair(false, false));  // scan
  EXPECT_EQ(with([](Rows& r) { r.numbers[2] += 1; }), std::pair(false, false));                 // joints
  EXPECT_EQ(with([](Rows& r) { r.numbers[4] += 1; }), std::pair(true, false));                  // the critic's
}

TEST(ImagePolicy, ActorAndCriticMayShareNothing) {
  const Policy policy =
      make_policy(seeing_interface(),
                  "{encoders: {front: {used_by: actor, layers: [flatten, {linear: 2}]}, joints: {used_by: actor}, "
                  "scan: {used_by: critic}, truth: {used_by: critic}}, actor: [], critic: []}");
  EXPECT_FALSE(policy.actor().trunk_has_parameters());
  Rng rng(1);
  const Critic critic(policy.actor(), policy.spec(), policy.config(), builtin_layers<float>(), rng);
  for (const Parameter& parameter : policy.parameters().list())
    EXPECT_FALSE(parameter.name.starts_with("critic.")) << parameter.name;
  for (const Parameter& parameter : critic.parameters().list())
    EXPECT_TRUE(parameter.name.starts_with("critic.")) << parameter.name;
}

TEST(ImagePolicy, ChannelsAreNormalizedOverTheirPixels) {
  Policy policy = make_seeing();
  Rows rows(policy, 20, 4);
  for (size_t i = 0; i < rows.images.size(); ++i)
    if (const size_t byte = i % policy.image_size(); byte < 12 * 10 * 6)
      rows.images[i] = static_cast<uint8_t>(byte % 6 == 2 ? 51 : rows.images[i] / 2);
  policy.update_image_normalizers(rows.rows());
  EXPECT_NEAR(policy.normalizers()[0].mean()[2], 0.2, 1e-6);
  EXPECT_NEAR(policy.normalizers()[0].mean()[1], 0.25, 0.01);
  Tape tape;
  const auto normalized = policy.observe(tape, rows.rows()).images.values();
  double mean = 0, square = 0;
  int n = 0;
  for (int row = 0; row < 20; ++row)
    for (int i = 1; i < 12 * 10 * 6; i += 6, ++n) {
      const double x = normalized[static_cast<size_t>(row) * policy.image_size() + i];
      mean += x;
      square += x * x;
    }
  EXPECT_NEAR(mean / n, 0, 1e-5);
  EXPECT_NEAR(square / n, 1, 1e-4);
  EXPECT_EQ(normalized[12 * 10 * 6 + 1], rows.images[12 * 10 * 6 + 1] * (1.0f / 255));  // of the other camera
}

TEST(ImagePolicy, ARowsBitsDoNotDependOnTheOthers) {
  const Policy policy = make_seeing();
  const Rows rows(policy, 33, 5);
  const std::vector<float> together = act(policy, rows.rows());
  for (int row = 0; row < rows.count; ++row) {
    const std::vector<float> alone = act(policy, rows.rows(row, 1));
    EXPECT_EQ(std::memcmp(alone.data(), &together[row * 2], sizeof(float) * 2), 0) << row;
  }
}

TEST(ImagePolicy, TheFileKeepsIt) {
  Policy policy = make_seeing();
  policy.update_image_normalizers(Rows(policy, 8, 6).rows());
  const std::string content = format_policy(policy, {"task", "", ""});
  const LoadedPolicy loaded = parse_policy(content, "a.safetensors", builtin_layers<float>());
  EXPECT_EQ(loaded.policy->spec().sensors, policy.spec().sensors);
  const Rows rows(policy, 5, 7);
  EXPECT_EQ(act(*loaded.policy, rows.rows()), act(policy, rows.rows()));
}

// What is said of a network that does not fit.
std::string refusal(const std::string& yaml) {
  return error_of([&] { make_policy(seeing_interface(), yaml); });
}

TEST(ImagePolicy, WrongNetworksAreRefusedByName) {
  expect_contains(refusal("{encoders: {frnt: {layers: []}}, actor: []}"), "no sensor 'frnt'; did you mean 'front'");
  const std::string too_large =
      refusal("{encoders: {scan: {layers: [{conv: {filters: 4, kernel: 6}}, flatten]}}, actor: []}");
  for (const char* part : {"encoder.scan.0", "6x6", "4x5"}) expect_contains(too_large, part);
  expect_contains(refusal("{encoders: {front: {layers: [{conv: {filters: 4, kernel: 3}}]}}, actor: []}"), "flatten");
  expect_contains(refusal("{encoders: {front: {used_by: critics}}, actor: []}"), "did you mean 'critic'");
  expect_contains(refusal("{encoders: {front: {used_by: critic}, joints: {used_by: critic}, scan: {used_by: critic}, "
                          "truth: {used_by: critic}}, actor: []}"),
                  "the actor sees no sensor");
}

}  // namespace
}  // namespace sinew
