#include "robots/link/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

#include "core/random.h"
#include "tests/core/allocation_counter.h"

namespace sinew {
namespace {

constexpr double width = 1.0 / 128;  // of a bucket, as a share of its lower edge

// 1000 durations: 1 ms, 2 ms, … 1000 ms.
LatencyHistogram thousand() {
  LatencyHistogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.add(i * 1e-3);
  return histogram;
}

TEST(LatencyHistogram, FindsQuantiles) {
  const LatencyHistogram histogram = thousand();
  EXPECT_EQ(histogram.count(), 1000u);
  EXPECT_NEAR(histogram.mean(), 0.5005, 1e-12);
  EXPECT_EQ(histogram.max(), 1.0);
  const auto expect = [&](double p, double exact) {
    EXPECT_GE(histogram.quantile(p), exact) << p;
    EXPECT_LE(histogram.quantile(p), exact * (1 + width)) << p;
  };
  expect(0, 0.001);
  expect(0.001, 0.001);
  expect(0.5, 0.5);
  expect(0.9, 0.9);
  expect(0.999, 0.999);
  EXPECT_EQ(histogram.quantile(1), 1.0) << "never above the longest";
}

// 2^-10 s = 0.9765625 ms begins an octave; its first buckets are 1/128 of that in width.
TEST(LatencyHistogram, ItsEdgesAreWhereTheyShouldBe) {
  constexpr double octave = 1.0 / 1024;
  LatencyHistogram histogram;
  histogram.add(octave);
  histogram.add(std::nextafter(octave * (1 + width), 0));
  histogram.add(octave * (1 + width));
  histogram.add(1);
  EXPECT_EQ(histogram.quantile(0.5), octave * (1 + width)) << "the first two are in one bucket";
  EXPECT_EQ(histogram.quantile(0.75), octave * (1 + 2 * width));
  EXPECT_EQ(histogram.quantile(1), 1);
}

TEST(LatencyHistogram, EveryDurationIsFoundToOnePercent) {
  Rng rng(3);
  for (int i = 0; i < 2000; ++i) {
    const double seconds = 1e-6 * std::pow(1e8, rng.uniform());
    LatencyHistogram histogram;
    histogram.add(seconds);
    histogram.add(200);
    EXPECT_GE(histogram.quantile(0.5), seconds);
    EXPECT_LE(histogram.quantile(0.5), seconds * 1.01);
  }
}

TEST(LatencyHistogram, TakesWhatIsOutside) {
  LatencyHistogram histogram;
  histogram.add(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.quantile(0.5), 0);
  for (const double seconds : {-1.0, 0.0, 1e-9}) histogram.add(seconds);
  EXPECT_EQ(histogram.count(), 3u);
  EXPECT_EQ(histogram.max(), 1e-9);
  EXPECT_EQ(histogram.quantile(0.5), 1e-9);
  histogram.add(1000);
  histogram.add(std::numeric_limits<double>::infinity());
  EXPECT_NEAR(histogram.quantile(0.5), 1e-6, 1e-7);
  EXPECT_TRUE(std::isinf(histogram.quantile(0.8)));
  histogram.reset();
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_TRUE(histogram.rows().empty());
  EXPECT_EQ(histogram.text(), "nothing yet");
}

TEST(LatencyHistogram, TwoAreAsOne) {
  LatencyHistogram first, second, both;
  Rng rng(5);
  for (int i = 0; i < 1000; ++i) {
    const double seconds = std::exp(rng.normal() - 7);
    (i % 3 ? first : second).add(seconds);
    both.add(seconds);
  }
  first.merge(second);
  EXPECT_EQ(first.count(), 1000u);
  EXPECT_NEAR(first.mean(), both.mean(), 1e-15);
  EXPECT_EQ(first.max(), both.max());
  for (const double p : {0.0, 0.1, 0.5, 0.9, 0.99, 1.0}) EXPECT_EQ(first.quantile(p), both.quantile(p));
  LatencyHistogram copy(first);
  EXPECT_EQ(copy.text(), first.text());
  copy = second;
  EXPECT_EQ(copy.count(), 333u + 1);
  EXPECT_EQ(copy.text(), second.text());
}

TEST(LatencyHistogram, SaysItInALine) {
  LatencyHistogram histogram;
  for (int i = 0; i < 980; ++i) histogram.add(210e-6);
  for (int i = 0; i < 15; ++i) histogram.add(1.2e-3);
  for (int i = 0; i < 4; ++i) histogram.add(21e-3);
  histogram.add(2.5);
  EXPECT_EQ(histogram.text(), "p50 0.21 ms, p99 1.21 ms, p99.9 21.1 ms, worst 2.50 s");
  EXPECT_EQ(duration_text(0), "0.0 µs");
  EXPECT_EQ(duration_text(8.3e-6), "8.3 µs");
  EXPECT_EQ(duration_text(83e-6), "83 µs");
  EXPECT_EQ(duration_text(301e-3), "301 ms");
}

TEST(LatencyHistogram, GivesRows) {
  LatencyHistogram histogram;
  for (int i = 0; i < 3; ++i) histogram.add(30e-6);
  histogram.add(150e-6);
  histogram.add(700e-6);
  const std::vector<LatencyRow> rows = histogram.rows();
  const double edges[] = {20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1000e-6};
  const uint64_t counts[] = {3, 0, 1, 0, 1};
  ASSERT_EQ(rows.size(), std::size(counts));
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_DOUBLE_EQ(rows[i].low, edges[i]);
    EXPECT_DOUBLE_EQ(rows[i].high, edges[i + 1]);
    EXPECT_EQ(rows[i].count, counts[i]);
  }
}

TEST(LatencyHistogram, RowsHaveEachDurationOnce) {
  LatencyHistogram histogram = thousand();
  histogram.add(0);
  histogram.add(1e9);
  const std::vector<LatencyRow> rows = histogram.rows();
  uint64_t count = 0;
  for (const LatencyRow& row : rows) count += row.count;
  EXPECT_EQ(count, 1002u);
  EXPECT_EQ(rows.front().low, 0);
  EXPECT_TRUE(std::isinf(rows.back().high));
}

TEST(LatencyHistogram, IsReadWhileItGrows) {
  constexpr uint64_t last = 50000;
  LatencyHistogram histogram;
  std::thread writer([&] {
    for (uint64_t i = 0; i < last; ++i) histogram.add(i % 2 ? 1e-3 : 2e-3);
  });
  uint64_t before = 0;
  while (before < last) {
    const uint64_t count = histogram.count();
    EXPECT_GE(count, before);
    before = count;
    if (count == 0) continue;
    EXPECT_LE(histogram.quantile(1), 2e-3);
    EXPECT_GE(histogram.quantile(0), 1e-3);
    EXPECT_GE(LatencyHistogram(histogram).count(), count);
  }
  writer.join();
  EXPECT_NEAR(histogram.mean(), 1.5e-3, 1e-12);
}

TEST(LatencyHistogram, AllocatesNothing) {
  LatencyHistogram histogram, other;
  const int64_t before = allocations();
  for (int i = 0; i < 100; ++i) histogram.add(i * 1e-4);
  other.merge(histogram);
  EXPECT_GT(other.quantile(0.5), 0);
  other.reset();
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace sinew
