#include "core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "core/state_archive.h"

namespace sinew {
namespace {

using Block = std::array<uint32_t, 4>;

// The known answers of Random123, the reference implementation.
TEST(Random, PhiloxKnownAnswers) {
  constexpr uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, AStreamIsPhiloxOfItsSeedBlockByBlock) {
  Rng rng(0x0000000500000007);
  for (uint32_t counter = 0; counter < 3; ++counter)
    for (const uint32_t word : philox4x32({counter, 0, 0, 0}, {7, 5})) EXPECT_EQ(rng.bits(), word);
}

TEST(Random, SameSeedSameNumbers) {
  Rng a(5), b(5), c(6);
  int equal = 0;
  for (int i = 0; i < 1000; ++i) {
    const uint32_t x = a.bits();
    EXPECT_EQ(x, b.bits());
    equal += x == c.bits();
  }
  EXPECT_LE(equal, 1);
}

TEST(Random, StreamsDependOnNamesAndIndexAlone) {
  Rng root(1);
  const uint32_t first = root.split("env", 3).bits();
  root.bits();
  EXPECT_EQ(root.split("env", 3).bits(), first);
  std::set<uint32_t> seen;
  for (const char* purpose : {"env", "policy", "shuffle", ""})
    for (uint64_t index = 0; index < 1000; ++index) seen.insert(root.split(purpose, index).bits());
  EXPECT_GE(seen.size(), 3998u);  // of 4000; two may collide by chance
}

TEST(Random, StreamsAreUncorrelated) {
  Rng root(2);
  constexpr int n = 100000;
  const double limit = 5 / std::sqrt(n);
  for (const auto& [a, b] : {std::pair{root.split("env", 0), root.split("env", 1)},
                             {root.split("env", 0), root.split("env", 0).split("env", 0)},
                             {Rng(0), Rng(1)}}) {
    Rng x = a, y = b;
    double product = 0;
    for (int i = 0; i < n; ++i) product += (x.uniform() - 0.5) * (y.uniform() - 0.5) * 12;
    EXPECT_LT(std::abs(product / n), limit);
  }
}

TEST(Random, UniformMoments) {
  Rng rng(3);
  constexpr int n = 400000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = rng.uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
}

TEST(Random, NormalMoments) {
  Rng rng(4);
  constexpr int n = 400000;
  double moments[5] = {};
  for (int i = 0; i < n; ++i) {
    const double x = rng.normal();
    ASSERT_TRUE(std::isfinite(x));
    for (int k = 1; k <= 4; ++k) moments[k] += std::pow(x, k) / n;
  }
  EXPECT_NEAR(moments[1], 0, 5 * std::sqrt(1.0 / n));
  EXPECT_NEAR(moments[2], 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(moments[3], 0, 5 * std::sqrt(15.0 / n));
  EXPECT_NEAR(moments[4], 3, 5 * std::sqrt(96.0 / n));
}

TEST(Random, BelowIsUnbiased) {
  Rng rng(5);
  EXPECT_EQ(rng.below(1), 0u);
  // Without rejection every third number would come twice as often as the others.
  constexpr uint32_t n = 3u << 30;
  constexpr int draws = 300000;
  int thirds[3] = {};
  for (int i = 0; i < draws; ++i) {
    const uint32_t x = rng.below(n);
    ASSERT_LT(x, n);
    ++thirds[x % 3];
  }
  for (const int count : thirds) EXPECT_NEAR(count, draws / 3.0, 5 * std::sqrt(draws * 2.0 / 9));
}

TEST(Random, ShuffleReachesEveryOrderEqually) {
  Rng rng(6);
  constexpr int draws = 60000;
  int counts[6] = {};
  for (int i = 0; i < draws; ++i) {
    std::vector<int> values = {0, 1, 2};
    shuffle(values, rng);
    ++counts[values[0] * 2 + (values[1] > values[2])];
  }
  for (const int count : counts) EXPECT_NEAR(count, draws / 6.0, 5 * std::sqrt(draws * 5.0 / 36));
  std::vector<int> nothing;
  shuffle(nothing, rng);
}

TEST(Random, StateRoundTripAtEveryPosition) {
  for (int drawn = 0; drawn < 12; ++drawn)
    for (const bool spare : {false, true}) {
      Rng rng(7);
      for (int i = 0; i < drawn; ++i) rng.bits();
      if (spare) rng.normal();
      StateArchive saved;
      saved("rng", rng);
      Rng restored(99);
      StateArchive archive(saved.bytes(), "stream");
      archive("rng", restored);
      EXPECT_EQ(rng.normal(), restored.normal());
      for (int i = 0; i < 9; ++i) EXPECT_EQ(rng.bits(), restored.bits());
      EXPECT_EQ(rng.split("x").bits(), restored.split("x").bits());
    }
}

TEST(Random, AnImpossibleStateIsHarmless) {
  Rng rng(8);
  StateArchive saved;
  saved("rng", rng);
  std::string bytes = saved.bytes();
  bytes[bytes.find("position") + 8 + 8] = 100;  // behind the name and the count; 0 to 4 are good
  StateArchive archive(bytes, "stream");
  archive("rng", rng);
  EXPECT_EQ(rng.bits(), Rng(8).bits());
}

}  // namespace
}  // namespace sinew
