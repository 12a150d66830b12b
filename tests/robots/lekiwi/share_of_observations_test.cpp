// When every other message goes to another receiver, and when it only appears so.
#include "robots/lekiwi/share_of_observations.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace sinew {
namespace {

struct Listener {
  // Receives `count` messages, each `gap` s after the previous one, varied by up to `jitter` of that.
  void hear(int count, double gap, double jitter = 0) {
    for (int i = 0; i < count; ++i) share.add(now += gap * (1 + rng.uniform(-jitter, jitter)));
  }
  bool is_half() const { return share.is_half(now); }
  ShareOfObservations share;
  Rng rng{3};
  double now = 100;
};

TEST(ShareOfObservations, EveryOtherOneGoesElsewhere) {
  for (const double rate : {10, 15, 30, 60}) {
    Listener listener;
    listener.hear(60, 1 / rate, 0.1);
    EXPECT_FALSE(listener.is_half());
    listener.hear(60, 2 / rate, 0.1);
    EXPECT_TRUE(listener.is_half()) << rate;
    listener.hear(60, 1 / rate, 0.1);
    EXPECT_FALSE(listener.is_half()) << "the other one has gone";
  }
}

TEST(ShareOfObservations, ABusyComputerIsNone) {
  Listener listener;
  listener.hear(60, 1.0 / 30, 0.1);
  for (int i = 0; i < 300; ++i) {
    listener.hear(1, listener.rng.uniform(0, 4.0 / 30));
    EXPECT_FALSE(listener.is_half()) << i;
  }
  listener.hear(100, 1.3 / 30, 0.1);
  EXPECT_FALSE(listener.is_half()) << "slower, and not by half";
}

// The receiver takes longer than a period for each message and finds the next two together, or its sender had to drop
// one.
TEST(ShareOfObservations, WhoIsSlowItselfBlamesNobody) {
  for (const bool is_together : {true, false}) {
    Listener listener;
    listener.hear(60, 1.0 / 50, 0.1);
    for (int i = 0; i < 200; ++i) {
      listener.now += 2.0 / 50;
      listener.share.add(listener.now, is_together ? 2 : 1, is_together ? 0 : 1.2 / 50);
      ASSERT_FALSE(listener.is_half()) << i;
    }
    listener.hear(60, 2.0 / 50, 0.1);
    EXPECT_TRUE(listener.is_half());
  }
}

TEST(ShareOfObservations, AfterASilenceItBeginsAnew) {
  Listener listener;
  listener.hear(60, 1.0 / 30);
  listener.hear(1, 2);
  listener.hear(60, 1.0 / 15);
  EXPECT_FALSE(listener.is_half()) << "another host, perhaps";
}

}  // namespace
}  // namespace sinew
