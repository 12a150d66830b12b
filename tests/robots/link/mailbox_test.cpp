#include "robots/link/mailbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "tests/core/allocation_counter.h"

namespace sinew {
namespace {

TEST(Mailbox, HandsOverTheLatestOnce) {
  Mailbox<int> mailbox;
  EXPECT_FALSE(mailbox.fetch());
  EXPECT_EQ(mailbox.front(), 0);
  mailbox.back() = 1;
  EXPECT_FALSE(mailbox.fetch()) << "it is not published yet";
  mailbox.publish();
  EXPECT_TRUE(mailbox.fetch());
  EXPECT_EQ(mailbox.front(), 1);
  EXPECT_FALSE(mailbox.fetch());
  EXPECT_EQ(mailbox.front(), 1) << "it stays";
  for (const int value : {2, 3, 4}) {
    mailbox.back() = value;
    mailbox.publish();
  }
  EXPECT_TRUE(mailbox.fetch());
  EXPECT_EQ(mailbox.front(), 4) << "2 and 3 are gone";
  EXPECT_FALSE(mailbox.fetch());
}

TEST(Mailbox, WhatIsHeldDoesNotChange) {
  Mailbox<std::string> mailbox("none");
  EXPECT_EQ(mailbox.front(), "none");
  EXPECT_EQ(mailbox.back(), "none");
  mailbox.back() = "held";
  mailbox.publish();
  ASSERT_TRUE(mailbox.fetch());
  const std::string& held = mailbox.front();
  for (int i = 0; i < 5; ++i) {
    mailbox.back() = "other " + std::to_string(i);
    mailbox.publish();
    EXPECT_EQ(held, "held");
  }
}

// Has no default.
struct Frame {
  explicit Frame(size_t size) : bytes(size) {}
  std::vector<uint64_t> bytes;
};

TEST(Mailbox, AllocatesNothingAfterItsPrototype) {
  Mailbox<Frame> mailbox(Frame(1000));
  const int64_t before = allocations();
  for (uint64_t value = 1; value <= 10; ++value) {
    std::ranges::fill(mailbox.back().bytes, value);
    mailbox.publish();
    if (value % 3 == 0) {
      EXPECT_TRUE(mailbox.fetch());
    }
  }
  EXPECT_EQ(allocations(), before);
  EXPECT_EQ(mailbox.front().bytes, std::vector<uint64_t>(1000, 9));
}

TEST(Mailbox, BetweenTwoThreadsNothingIsTornAndNothingOldComesBack) {
  constexpr uint64_t last = 20000;
  Mailbox<Frame> mailbox(Frame(64));
  std::thread producer([&] {
    for (uint64_t value = 1; value <= last; ++value) {
      std::iota(mailbox.back().bytes.begin(), mailbox.back().bytes.end(), value);
      mailbox.publish();
    }
  });
  uint64_t newest = 0, torn = 0, old = 0;
  while (newest < last) {
    if (!mailbox.fetch()) {
      std::this_thread::yield();
      continue;
    }
    const std::vector<uint64_t>& bytes = mailbox.front().bytes;
    old += bytes[0] <= newest;
    newest = bytes[0];
    for (size_t i = 0; i < bytes.size(); ++i) torn += bytes[i] != newest + i;
  }
  producer.join();
  EXPECT_EQ(torn, 0u);
  EXPECT_EQ(old, 0u);
  EXPECT_EQ(newest, last);
}

}  // namespace
}  // namespace sinew
