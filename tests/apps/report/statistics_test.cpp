// Statistics, with numbers computed by hand.
#include "apps/report/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace sinew {
namespace {

double mean_of(const Samples& samples) { return mean_std(samples[0]).mean; }

void expect_no_interval(const Estimate& estimate) {
  EXPECT_TRUE(std::isnan(estimate.low));
  EXPECT_TRUE(std::isnan(estimate.high));
}

TEST(MeanStd, IgnoresWhatIsNotFinite) {
  const MeanStd result = mean_std({1, std::nan(""), 3, INFINITY});
  EXPECT_DOUBLE_EQ(result.mean, 2);
  EXPECT_DOUBLE_EQ(result.std, std::sqrt(2.0));
  EXPECT_EQ(result.count, 2);
  EXPECT_TRUE(std::isnan(mean_std({}).mean));
  EXPECT_EQ(mean_std({5}).std, 0);
}

TEST(Iqm, CutsAQuarterOfTheMassFromBothEnds) {
  EXPECT_TRUE(std::isnan(iqm(std::vector<double>{})));
  EXPECT_EQ(iqm({7.0}), 7);
  EXPECT_EQ(iqm({4.0, 1.0}), 2.5);                               // half of both
  EXPECT_DOUBLE_EQ(iqm({10.0, 0.0, 1.0}), 3.5 / 1.5);            // (0.25·0 + 1 + 0.25·10) / 1.5
  EXPECT_EQ(iqm({100.0, 10.0, 0.0, 20.0}), 15);                  // the two in the middle
  EXPECT_EQ(iqm({100.0, 0.0, 1.0, 9.0, 4.0}), 4.6);              // (0.75·1 + 4 + 0.75·9) / 2.5
  EXPECT_EQ(iqm({-9.0, 1.0, 2.0, 6.0, 8.0, 9.0}), 12.5 / 3);     // (0.5·1 + 2 + 6 + 0.5·8) / 3
  EXPECT_EQ(iqm({0., 0., 1., 2., 3., 10., 99., 99.}), 16. / 4);  // (1 + 2 + 3 + 10) / 4
}

TEST(Iqm, GivesEverySampleTheSameMass) {
  EXPECT_EQ(pooled_iqm(Samples{{100, 10}, {0, 20}}), 15);
  // Masses: twice 1.5 and four times 0.75, 6 in total; from 1.5 to 4.5 there are three ones and half of the 8.
  EXPECT_EQ(pooled_iqm(Samples{{0, 8}, {1, 1, 1, 9}}), (3 * 0.75 * 1 + 0.75 * 8) / 3);
}

TEST(ProbabilityOfImprovement, CountsPairsAndHalvesTies) {
  EXPECT_EQ(probability_of_improvement({3, 5}, {1, 3, 4}), 4.5 / 6);
  EXPECT_EQ(probability_of_improvement({1, 2}, {3}), 0);
  EXPECT_EQ(probability_of_improvement({1, 1}, {1, 1}), 0.5);
  EXPECT_TRUE(std::isnan(probability_of_improvement({}, {1})));
}

TEST(Bootstrap, OfTwoValuesIsAsWorkedByHand) {
  // The mean of a resample of 0 and 1 is 0, ½ or 1, with probabilities ¼, ½ and ¼.
  const Estimate mean = bootstrap({{0, 1}}, mean_of);
  EXPECT_EQ(mean.value, 0.5);
  EXPECT_EQ(mean.low, 0);
  EXPECT_EQ(mean.high, 1);
  // Eight values: a binomial over 8, whose 2.5th and 97.5th percentiles are 1 and 7 (P(0) = 0.004, P(≤ 1) = 0.035).
  const Estimate of_eight = bootstrap({{0, 0, 0, 0, 1, 1, 1, 1}}, mean_of);
  EXPECT_EQ(of_eight.low, 1.0 / 8);
  EXPECT_EQ(of_eight.high, 7.0 / 8);
}

TEST(Bootstrap, OfManyValuesIsTheNormalInterval) {
  Rng rng(5);
  std::vector<double> values(200);
  for (double& value : values) value = 10 + 3 * rng.normal();
  const MeanStd all = mean_std(values);
  const double half = 1.96 * all.std / std::sqrt(200.0);
  const Estimate mean = bootstrap({values}, mean_of);
  EXPECT_NEAR(mean.low, all.mean - half, 0.1 * half);
  EXPECT_NEAR(mean.high, all.mean + half, 0.1 * half);
  const Estimate again = bootstrap({values}, mean_of);
  EXPECT_EQ(again.low, mean.low);
  EXPECT_EQ(again.high, mean.high);
}

TEST(Bootstrap, DrawsWithinEachSample) {
  const Estimate result = bootstrap({{1, 1, 1}, {5, 5}}, [](const Samples& samples) {
    EXPECT_EQ(samples[0].size(), 3u);
    EXPECT_EQ(samples[1].size(), 2u);
    return iqm(samples[0]) - iqm(samples[1]);
  });
  EXPECT_EQ(result.low, -4);
  EXPECT_EQ(result.high, -4);
}

TEST(Bootstrap, WithoutSpreadOrValueThereIsNoInterval) {
  const Estimate single = bootstrap({{1, 2, 3}, {5}}, pooled_iqm);
  EXPECT_TRUE(std::isfinite(single.value));
  expect_no_interval(single);
  expect_no_interval(bootstrap({{}}, mean_of));
  // One of the resamples is all zeros.
  const Estimate inverse = bootstrap({{0, 1}}, [](const Samples& samples) { return 1 / mean_of(samples); });
  EXPECT_EQ(inverse.value, 2);
  expect_no_interval(inverse);
}

}  // namespace
}  // namespace sinew
