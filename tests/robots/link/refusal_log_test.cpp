// A refusal is reported once per reason and rarely again, however often and in however many ways it occurs.
#include "robots/link/refusal_log.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace sinew {
namespace {

TEST(RefusalLog, ANewReasonIsSaidAtOnceAndAKnownOneSeldom) {
  RefusalLog log(10);
  EXPECT_EQ(log.add("not finite", 100), "not finite");
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(log.add("not finite", 100 + 0.009 * i), "");
  EXPECT_EQ(log.add("too late", 109), "too late");
  EXPECT_EQ(log.add("not finite", 110), "not finite (1001 times)");
  EXPECT_EQ(log.add("not finite", 119.9), "");
  EXPECT_EQ(log.add("too late", 119.9, 7), "too late (7 times)");
  log.forget_what_was_said();
  EXPECT_EQ(log.add("too late", 119.9), "too late");
}

TEST(RefusalLog, NumbersAndQuotedWordsMakeNoNewReason) {
  RefusalLog log;
  EXPECT_NE(log.add("'joints', number 2, is 1.25e30, limit 9", 1), "");
  EXPECT_EQ(log.add("'knees', number 317, is 0.5e30, limit 10.5", 2), "");
  EXPECT_NE(log.add("'joints', number 2, is NaN", 2), "");
  EXPECT_NE(log.add("it's", 3), "");
}

TEST(RefusalLog, TheCommonestStandsInOneSentence) {
  RefusalLog log;
  EXPECT_EQ(log.commonest(), "");
  log.add("too late", 1, 20);
  EXPECT_EQ(log.commonest(), "too late");
  log.add("not finite", 2, 30);
  EXPECT_EQ(log.commonest(), "most of them (30): not finite");
  EXPECT_EQ(log.count(), 50u);
  log.begin_counting();
  EXPECT_EQ(log.count(), 0u);
  EXPECT_EQ(log.commonest(), "");
  EXPECT_EQ(log.add("too late", 3), "") << "it has been said";
  EXPECT_EQ(log.commonest(), "too late");
}

// 100,000 random texts within 5 s: few lines are printed, and all texts are counted.
TEST(RefusalLog, WhoeverMakesUpReasonsFillsNeitherMemoryNorTheScreen) {
  RefusalLog log(10);
  Rng rng(1);
  int lines = 0;
  for (int i = 0; i < 100000; ++i) {
    std::string reason;
    for (int k = 0; k < 12; ++k) reason += static_cast<char>('a' + rng.below(26));
    lines += !log.add(reason, 5e-5 * i).empty();
  }
  EXPECT_LE(lines, 65);
  EXPECT_EQ(log.count(), 100000u);
}

}  // namespace
}  // namespace sinew
