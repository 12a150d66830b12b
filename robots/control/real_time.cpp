#include "robots/control/real_time.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <ctime>
#include <thread>

#include "core/clock.h"
#include "core/error.h"

namespace sinew {
namespace {

constexpr int64_t second = 1'000'000'000;  // ns

timespec timespec_of(int64_t nanoseconds) { return {.tv_sec = nanoseconds / second, .tv_nsec = nanoseconds % second}; }

int64_t now_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * second + now.tv_nsec;
}

// Blocks all signals except those raised by a thread's own faults: blocked, those would end the process silently.
void block_signals() {
  sigset_t signals;
  ::sigfillset(&signals);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) ::sigdelset(&signals, own);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

// The first use of each page traps into the kernel; this happens here in advance.
[[gnu::noinline]] void touch_stack() {
  volatile char pages[256 << 10];
  for (size_t i = 0; i < sizeof pages; i += 1024) pages[i] = 0;
}

}  // namespace

RealTimeReport make_thread_real_time(int priority) {
  if (priority < 1 || priority > 99) fail("a real-time priority is 1 to 99, not {}", priority);
  block_signals();
  touch_stack();
  ::prctl(PR_SET_TIMERSLACK, 1);  // ns; under normal scheduling it is 50 µs
  const sched_param parameters{.sched_priority = priority};
  if (::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters) == 0)
    return {true, fmt::format("real-time scheduling, priority {}", priority)};
  return {false, fmt::format("not permitted ({}): normal scheduling; to permit it: 'ulimit -r {}' (rtprio in "
                             "/etc/security/limits.conf), or CAP_SYS_NICE for the program",
                             std::strerror(errno), priority)};
}

bool may_be_real_time(int priority) {
  bool may = false;
  std::thread([&] {
    const sched_param parameters{.sched_priority = priority};
    may = ::sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
  }).join();
  return may;
}

RealTimeReport lock_memory() {
  rlimit limit{};
  ::getrlimit(RLIMIT_MEMLOCK, &limit);
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  if (limit.rlim_cur != RLIM_INFINITY && ::setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0)
    return {false, fmt::format("not permitted (the limit is {} KiB): memory may be paged out; to permit it: 'ulimit -l "
                               "unlimited' (memlock in /etc/security/limits.conf)",
                               limit.rlim_cur >> 10)};
  if (::mlockall(MCL_CURRENT | MCL_FUTURE) == 0) return {true, "memory is locked"};
  return {false, fmt::format("memory may be paged out: it cannot be locked ({})", std::strerror(errno))};
}

DeadlineLoop::DeadlineLoop(double period, Clock clock) : clock_(clock ? clock : now_nanoseconds) {
  if (!(period >= 1e-6 && period <= 3600)) fail("a loop's period is 1 µs to 1 h, not {} s", period);
  period_ = std::llround(period * second);
  deadline_ = clock_();
}

double DeadlineLoop::period() const { return static_cast<double>(period_) / second; }
double DeadlineLoop::deadline() const { return static_cast<double>(deadline_) / second; }

// Sleeps for a duration, not until a time of the clock: if the clock goes back meanwhile, that time may be an hour
// away.
double DeadlineLoop::wait() {
  int64_t now = clock_();
  const int64_t due = std::min(deadline_, now) + period_;  // if now is earlier, the clock went back
  deadline_ = due;
  if (const int64_t late = now - due; late > period_) {
    const int64_t missed = late / period_ + 1;
    skipped_ += static_cast<uint64_t>(missed);
    deadline_ += missed * period_;
  }
  for (; now < deadline_ && deadline_ - now <= period_; now = clock_()) {
    const timespec left = timespec_of(deadline_ - now);
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &left, nullptr);
  }
  return static_cast<double>(std::max(now - due, int64_t{0})) / second;
}

namespace {

// States of a WakeUp.
constexpr uint32_t quiet = 0, notified = 1, asleep = 2;

static_assert(std::atomic<uint32_t>::is_always_lock_free && sizeof(std::atomic<uint32_t>) == sizeof(uint32_t),
              "the kernel looks at the word itself");

void futex(std::atomic<uint32_t>& word, int operation, uint32_t value, const timespec* longest) {
  ::syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value, longest, nullptr, 0);
}

}  // namespace

void WakeUp::notify() {
  if (state_.exchange(notified, std::memory_order_release) == asleep) futex(state_, FUTEX_WAKE, 1, nullptr);
}

// Sleeps for a duration, as above.
bool WakeUp::wait_until(double deadline) {
  constexpr double longest = 1e9;  // s
  for (double now = now_seconds(); now < deadline; now = now_seconds()) {
    const timespec left = timespec_of(static_cast<int64_t>(std::min(deadline - now, longest) * second));
    uint32_t state = quiet;
    if (!state_.compare_exchange_strong(state, asleep, std::memory_order_relaxed) && state == notified) break;
    // Returns at a notice, at the timeout, at a signal, or spuriously; the state distinguishes them.
    futex(state_, FUTEX_WAIT, asleep, deadline < longest ? &left : nullptr);
  }
  return state_.exchange(quiet, std::memory_order_acquire) == notified;
}

}  // namespace sinew
