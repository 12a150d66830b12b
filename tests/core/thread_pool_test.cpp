#include "core/thread_pool.h"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

#include "tests/core/allocation_counter.h"

namespace sinew {
namespace {

class ThreadPools : public ::testing::TestWithParam<int> {
 protected:
  ThreadPool pool_{GetParam()};
};

TEST_P(ThreadPools, CallsEveryIndexOnce) {
  EXPECT_EQ(pool_.size(), GetParam());
  for (const int n : {0, 1, 2, 3, 7, 64, 1000, (1 << 20) - 1}) {
    std::vector<std::atomic<int>> calls(static_cast<size_t>(n));
    pool_.parallel_for(n, [&](int i) { ++calls[static_cast<size_t>(i)]; });
    for (int i = 0; i < n; ++i) ASSERT_EQ(calls[static_cast<size_t>(i)], 1) << i << " of " << n;
  }
}

// What the threads wrote is there when the loop returns, and the next loop sees it, however short.
TEST_P(ThreadPools, ManyTinyLoops) {
  std::vector<long> sums(7);
  for (int round = 0; round < 100000; ++round) {
    const int n = round % 8;
    pool_.parallel_for(n, [&](int i) { sums[static_cast<size_t>(i)] += i + 1; });
  }
  for (size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(sums[i], static_cast<long>(12500 * (sums.size() - i) * (i + 1)));
}

TEST_P(ThreadPools, WorkersWakeAfterASleep) {
  std::atomic<int> calls{0};
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(round % 3));
    pool_.parallel_for(16, [&](int) { ++calls; });
  }
  EXPECT_EQ(calls, 320);
}

TEST_P(ThreadPools, TheSmallestIndexsExceptionWins) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> calls{0};
    try {
      pool_.parallel_for(20, [&](int i) {
        ++calls;
        if (i % 5 == 3) throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      ASSERT_STREQ(error.what(), "3");
    }
    ASSERT_EQ(calls, 20);  // the others are not cut short
  }
  pool_.parallel_for(20, [](int) {});  // the pool is as good as new
}

TEST_P(ThreadPools, LoopsOfTwoPoolsNest) {
  ThreadPool inner(2);
  std::atomic<int> sum{0};
  pool_.parallel_for(1, [&](int) { inner.parallel_for(10, [&](int i) { sum += i; }); });
  EXPECT_EQ(sum, 45);
}

TEST_P(ThreadPools, AllocatesNothing) {
  std::atomic<int> sum{0};
  const auto body = [&](int i) { sum += i; };
  pool_.parallel_for(8, body);
  const int64_t before = calls_of_new();
  for (int round = 0; round < 1000; ++round) pool_.parallel_for(8, body);
  EXPECT_EQ(calls_of_new(), before);
}

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPools, ::testing::Values(1, 2, 3, 4));

TEST(ThreadPool, ComesAndGoes) {
  for (int round = 0; round < 200; ++round) {
    ThreadPool pool(1 + round % 4);
    if (round % 2) pool.parallel_for(3, [](int) {});
  }
}

TEST(ThreadPool, DefaultThreads) { EXPECT_GE(default_threads(), 1); }

}  // namespace
}  // namespace sinew
