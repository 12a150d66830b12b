#include "robots/control/real_time.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <limits>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void sleep_for(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

// Whether `body` returns true in a separate process, which may give up rights or memory.
template <class Body>
bool in_child(Body&& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// For the child only: no real-time scheduling, almost no locked memory, and no right to change that.
void give_up_rights() {
  const rlimit none{0, 0}, little{64 << 10, 64 << 10};
  ::setrlimit(RLIMIT_RTPRIO, &none);
  ::setrlimit(RLIMIT_MEMLOCK, &little);
  if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
}

TEST(RealTime, SaysWhatWasPermitted) {
  RealTimeReport report;
  int policy = -1, inherited = -1;
  sched_param parameters{};
  std::thread([&] {
    report = make_thread_real_time(7);
    policy = ::sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    ::sched_getparam(0, &parameters);
    std::thread([&] { inherited = ::sched_getscheduler(0); }).join();
  }).join();
  EXPECT_EQ(inherited, SCHED_OTHER);
  if (report.permitted) {
    EXPECT_EQ(report.text, "real-time scheduling, priority 7");
    EXPECT_EQ(policy, SCHED_FIFO);
    EXPECT_EQ(parameters.sched_priority, 7);
  } else {
    expect_contains(report.text, "not permitted (");
    EXPECT_EQ(policy, SCHED_OTHER);
  }
}

TEST(RealTime, SaysHowToPermitIt) {
  EXPECT_TRUE(in_child([] {
    give_up_rights();
    const RealTimeReport report = make_thread_real_time(80);
    return !report.permitted && report.text ==
                                    "not permitted (Operation not permitted): normal scheduling; to permit it: "
                                    "'ulimit -r 80' (rtprio in /etc/security/limits.conf), or CAP_SYS_NICE for the "
                                    "program";
  }));
}

TEST(RealTime, RefusesAPriorityThatThereIsNot) {
  for (const int priority : {-1, 0, 100})
    expect_contains(error_of([&] { make_thread_real_time(priority); }), "a real-time priority is 1 to 99");
}

TEST(RealTime, TheThreadTakesNoSignals) {
  sigset_t blocked, own;
  std::thread([&] {
    make_thread_real_time(1);
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  }).join();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGCHLD}) EXPECT_EQ(::sigismember(&blocked, signal), 1);
  for (const int signal : {SIGSEGV, SIGFPE, SIGABRT}) EXPECT_EQ(::sigismember(&blocked, signal), 0);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &own);
  EXPECT_EQ(::sigismember(&own, SIGINT), 0) << "the other threads take them";
}

TEST(RealTime, MemoryIsLockedOnlyWithoutALimit) {
  EXPECT_TRUE(in_child([] {
    give_up_rights();
    const RealTimeReport report = lock_memory();
    const std::vector<char> later(8 << 20);  // not available under a lock and a limit
    return !report.permitted && report.text.starts_with("not permitted (the limit is 64 KiB): memory may be paged out");
  }));
  EXPECT_TRUE(in_child([] {
    const RealTimeReport report = lock_memory();
    const std::vector<char> later(8 << 20);
    return report.permitted ? report.text == "memory is locked" : report.text.find("paged out") != std::string::npos;
  }));
}

TEST(DeadlineLoop, KeepsItsDeadlinesWhateverTheWorkTakes) {
  const double begin = now_seconds();
  DeadlineLoop loop(0.02);
  const double origin = loop.deadline();
  EXPECT_NEAR(origin, begin, 1);
  for (int tick = 1; tick <= 5; ++tick) {
    sleep_for(0.005);
    const double late = loop.wait();
    EXPECT_GE(late, 0);
    const double ticks = tick + static_cast<double>(loop.skipped());
    EXPECT_NEAR(loop.deadline(), origin + ticks * loop.period(), 1e-6);
    EXPECT_GE(now_seconds(), loop.deadline());
  }
}

TEST(DeadlineLoop, SkipsWhatItMissed) {
  DeadlineLoop loop(0.1);
  const double origin = loop.deadline();
  sleep_for(0.35);  // the ticks at 0.1, 0.2 and 0.3 have passed
  const double late = loop.wait();
  const double skipped = static_cast<double>(loop.skipped());
  EXPECT_GE(skipped, 3);
  EXPECT_GE(late, 0.3 - 1e-6) << "of the tick at 0.1";
  EXPECT_NEAR(loop.deadline(), origin + (1 + skipped) * 0.1, 1e-6);
  EXPECT_GE(now_seconds(), loop.deadline()) << "it slept to the next, and did not hurry";
}

TEST(DeadlineLoop, ServesATickThatIsALittleLate) {
  DeadlineLoop loop(1);
  sleep_for(1.01);
  EXPECT_GE(loop.wait(), 0.01 - 1e-6);
  EXPECT_EQ(loop.skipped(), 0u);
}

TEST(DeadlineLoop, RefusesAPeriodThatIsNone) {
  for (const double period : {0.0, -1.0, 1e-7, 4000.0, infinity, std::numeric_limits<double>::quiet_NaN()})
    expect_contains(error_of([&] { DeadlineLoop loop(period); }), "a loop's period is 1 µs to 1 h");
}

TEST(DeadlineLoop, GoesOnSleepingAfterASignal) {
  std::atomic<bool> ready{false};
  double late = -1;
  struct sigaction action{}, before{};
  action.sa_handler = [](int) {};  // without SA_RESTART: calls return EINTR
  ::sigaction(SIGUSR1, &action, &before);
  std::thread sleeper([&] {
    DeadlineLoop loop(0.1);
    ready = true;
    late = loop.wait();
  });
  while (!ready) std::this_thread::yield();
  for (int i = 0; i < 5; ++i) {
    sleep_for(0.005);
    ::pthread_kill(sleeper.native_handle(), SIGUSR1);
  }
  sleeper.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  EXPECT_GE(late, 0);
}

std::atomic<int64_t> shift{0};  // ns: shift of the clock below
int64_t leaping_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec + shift;
}

// As in a restored virtual machine: the step has no effect, even during a sleep.
TEST(DeadlineLoop, NeverSleepsLongerThanAPeriodWhereItsClockStepsBack) {
  constexpr int64_t hour = 3'600'000'000'000, millisecond = 1'000'000;
  for (const int64_t step : {millisecond, 100'000 * millisecond, hour}) {
    shift = 0;
    DeadlineLoop loop(0.01, leaping_clock);
    loop.wait();
    shift -= step;
    const double begin = now_seconds();
    for (int tick = 0; tick < 3; ++tick) EXPECT_GE(loop.wait(), 0);
    EXPECT_LT(now_seconds() - begin, 30) << step;  // 0.03, on an idle machine
    EXPECT_GE(now_seconds() - begin, 0.02) << step << ": it did not sleep";
  }
  shift = 0;
  DeadlineLoop loop(0.01, leaping_clock);
  std::thread other([] {
    sleep_for(0.003);
    shift = -hour;
  });
  const double begin = now_seconds();
  loop.wait();
  loop.wait();
  EXPECT_LT(now_seconds() - begin, 30);
  other.join();
  shift = 0;
}

TEST(WakeUp, NoticesAreUsedUpAndDoNotPileUp) {
  WakeUp wake_up;
  EXPECT_FALSE(wake_up.wait_until(now_seconds() - 1));
  EXPECT_FALSE(wake_up.wait_until(-infinity));
  EXPECT_FALSE(wake_up.wait_until(std::numeric_limits<double>::quiet_NaN()));
  wake_up.notify();
  wake_up.notify();
  EXPECT_TRUE(wake_up.wait_until(0)) << "a deadline that has passed asks";
  EXPECT_FALSE(wake_up.wait_until(0));
  wake_up.notify();
  EXPECT_TRUE(wake_up.wait_until(infinity));
}

TEST(WakeUp, WaitsToItsDeadlineAndNoLonger) {
  WakeUp wake_up;
  const double begin = now_seconds();
  EXPECT_FALSE(wake_up.wait_until(begin + 0.02));
  EXPECT_GE(now_seconds(), begin + 0.02);
  EXPECT_LE(now_seconds(), begin + 5);
}

TEST(WakeUp, IsWokenByAnotherThread) {
  WakeUp there, back;
  int value = 0;  // passed between threads only by the notices
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) {
      there.wait_until(infinity);
      ++value;
      back.notify();
    }
  });
  for (int i = 0; i < 1000; ++i) {
    ++value;
    there.notify();
    while (!back.wait_until(infinity)) {
    }
  }
  other.join();
  EXPECT_EQ(value, 2000);
}

TEST(RealTime, NothingIsAllocatedInALoop) {
  DeadlineLoop loop(1e-4);
  WakeUp wake_up;
  const int64_t before = allocations();
  for (int i = 0; i < 5; ++i) {
    loop.wait();
    wake_up.notify();
    wake_up.wait_until(infinity);
    wake_up.wait_until(now_seconds() + 1e-4);
  }
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace sinew
