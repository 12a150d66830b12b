#include "core/latency_profile.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/random.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

LatencyProfile read_profile(const std::string& yaml) {
  return read_config<LatencyProfile>(ConfigNode::parse_text(yaml, "p.yaml"));
}
std::string refusal_of_profile(const std::string& yaml) {
  return error_of([&] { read_profile(yaml); });
}

TEST(DelayDistribution, GoesInStraightLinesBetweenItsQuantiles) {
  const DelayDistribution delay{{0.01, 0.02, 0.06}};
  EXPECT_EQ(delay.quantile(0), 0.01);
  EXPECT_EQ(delay.quantile(0.5), 0.02);
  EXPECT_EQ(delay.quantile(1), 0.06);
  EXPECT_DOUBLE_EQ(delay.quantile(0.25), 0.015);
  EXPECT_DOUBLE_EQ(delay.quantile(0.75), 0.04);
  EXPECT_EQ(delay.quantile(-1), 0.01);
  EXPECT_EQ(delay.quantile(2), 0.06);
  EXPECT_DOUBLE_EQ(delay.mean(), (0.015 + 0.04) / 2);
  EXPECT_EQ(delay.longest(), 0.06);
}

TEST(DelayDistribution, OneNumberIsAConstantThatDrawsNothing) {
  const DelayDistribution delay{{0.03}};
  Rng drawn(1), untouched(1);
  EXPECT_EQ(delay.sample(drawn), 0.03);
  EXPECT_EQ(delay.quantile(0.7), 0.03);
  EXPECT_EQ(delay.mean(), 0.03);
  EXPECT_EQ(drawn.bits(), untouched.bits());
  EXPECT_EQ(DelayDistribution{}.longest(), 0);
}

TEST(DelayDistribution, TwoNumbersAreAUniformRange) {
  const DelayDistribution delay{{0.02, 0.06}};
  Rng drawn(7), same(7);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double sample = delay.sample(drawn);
    ASSERT_DOUBLE_EQ(sample, 0.02 + 0.04 * same.uniform());
    sum += sample;
  }
  EXPECT_NEAR(sum / 10000, delay.mean(), 5 * 0.04 / std::sqrt(12.0 * 10000));
  EXPECT_DOUBLE_EQ(delay.mean(), 0.04);
}

TEST(DelayDistribution, OfWhatWasMeasured) {
  const std::vector<double> measured = {0.03, 0.01, 0.02, 0.05, 0.04};
  EXPECT_EQ(distribution_of(measured, 5).quantiles, (std::vector{0.01, 0.02, 0.03, 0.04, 0.05}));
  EXPECT_EQ(distribution_of(measured, 2).quantiles, (std::vector{0.01, 0.05}));
  EXPECT_EQ(distribution_of(measured).quantiles.size(), 21u);
  EXPECT_DOUBLE_EQ(distribution_of(measured, 9).quantiles[1], 0.015);
  EXPECT_EQ(distribution_of(std::vector{0.2}, 3).quantiles, (std::vector{0.2, 0.2, 0.2}));
  EXPECT_EQ(distribution_of(std::vector{0.2, 60.0}, 2).quantiles, (std::vector{0.2, longest_delay}));
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  expect_contains(error_of([] { distribution_of({}); }), "no delay was measured");
  for (const double bad : {-0.001, infinity, nan})
    expect_contains(error_of([&] { distribution_of(std::vector{0.1, bad}); }), "must be finite, and at least 0");
}

// Samples of a measured distribution are distributed as what was measured.
TEST(DelayDistribution, ComesBackFromItsOwnSamples) {
  const DelayDistribution delay{{0, 0.001, 0.002, 0.01, 0.08}};
  Rng rng(3);
  std::vector<double> samples;
  for (int i = 0; i < 20000; ++i) samples.push_back(delay.sample(rng));
  const DelayDistribution again = distribution_of(samples, 5);
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(again.quantiles[i], delay.quantiles[i], 0.001);
  EXPECT_NEAR(again.mean(), delay.mean(), 0.001);
}

TEST(LatencyProfile, ReadsNumbersAndLists) {
  const LatencyProfile profile = read_profile("{observation: [0, 0.02], action: 0.005, loss: 0.01}");
  EXPECT_EQ(profile.observation.quantiles, (std::vector{0, 0.02}));
  EXPECT_EQ(profile.action.quantiles, std::vector{0.005});
  EXPECT_EQ(profile.loss, 0.01);
  EXPECT_EQ(read_profile("{}"), LatencyProfile());
}

TEST(LatencyProfile, IsWrittenAsItIsRead) {
  LatencyProfile profile{.observation = {{0.1 / 3}}, .action = {{}}, .loss = 0.2};
  Rng rng(5);
  std::vector<double> samples;
  for (int i = 0; i < 100; ++i) samples.push_back(rng.uniform(0, 0.3));
  profile.action = distribution_of(samples);
  EXPECT_EQ(read_profile(to_yaml(profile)), profile);
  const auto path = std::filesystem::temp_directory_path() / fmt::format("sinew_latency_{}.yaml", getpid());
  std::ofstream(path) << to_yaml(profile);
  EXPECT_EQ(load_latency_profile(path.string()), profile);
  std::ofstream(path) << "# nothing\n";
  expect_contains(error_of([&] { load_latency_profile(path.string()); }), "it is empty");
  std::filesystem::remove(path);
  expect_contains(error_of([&] { load_latency_profile(path.string()); }), "No such file");
}

TEST(LatencyProfile, SaysWhereItIsWrong) {
  EXPECT_EQ(refusal_of_profile("{action: [0.1, 0.3, 0.2]}"),
            "p.yaml:1:21: action.2: quantiles must ascend, but 0.2 is below 0.3 before it");
  expect_contains(refusal_of_profile("{action: [-0.1, 0.3]}"),
                  "p.yaml:1:11: action.0: -0.1 is out of range; it must be from 0 to 10");
  expect_contains(refusal_of_profile("{action: .nan}"), "action: '.nan' is not a number");
  expect_contains(refusal_of_profile("{action: [0, .inf]}"), "action.1: .inf is not finite");
  expect_contains(refusal_of_profile("{action: []}"),
                  "action: a delay is a number of seconds, or the list of its quantiles");
  expect_contains(refusal_of_profile("{action: late}"), "p.yaml:1:10: action");
  expect_contains(refusal_of_profile("{action: {mean: 1}}"), "p.yaml:1:10: action");
  expect_contains(refusal_of_profile("{loss: 1}"), "loss: 1 is out of range");
  expect_contains(refusal_of_profile("{observations: 1}"), "did you mean 'observation'?");
  expect_contains(refusal_of_profile("0.1"), "p.yaml:1:1");
}

}  // namespace
}  // namespace sinew
