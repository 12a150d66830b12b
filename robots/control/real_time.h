#pragma once
#include <atomic>
#include <cstdint>
#include <string>

/// What a control loop needs from the system: priority in scheduling, resident memory, deadlines, and wake-ups. Times
/// are seconds of CLOCK_MONOTONIC, as in now_seconds() of core/clock.h.
namespace sinew {

/// What the system permitted, for people: "real-time scheduling, priority 80" or "not permitted (…): normal scheduling;
/// to permit it: …". The result affects nothing else.
struct RealTimeReport {
  bool permitted = false;
  std::string text;
};

/// Makes the calling thread a control thread: SCHED_FIFO if permitted; threads and processes that it starts get normal
/// scheduling. In either case it blocks signals, so that none interrupts its calls; the first 256 KiB of its stack are
/// resident; and the kernel does not delay its timers. Throws Error for a priority outside 1 to 99.
RealTimeReport make_thread_real_time(int priority);

/// Whether a thread of this process may get that scheduling. Tested in a separate thread.
bool may_be_real_time(int priority);

/// Priorities of both sides of the link, in case they share a computer; a higher thread must not wait for a lower one.
/// ZeroMQ's own threads have the priority of the thread that uses them.
inline constexpr int robot_control_priority = 80, stop_priority = 76, robot_link_priority = 74,
                     policy_control_priority = 70, policy_link_priority = 66;

/// Locks all of the process's memory, current and future, against being paged out; affects the whole process. Done only
/// if RLIMIT_MEMLOCK is unlimited or can be made so: under a limit, a later allocation would fail.
RealTimeReport lock_memory();

/// Deadlines at a fixed distance from each other, regardless of how long the work between them takes. Allocates
/// nothing.
///
/// Overruns: a deadline missed by up to one period is served late, at once. A deadline missed by more is given up, like
/// all others that have passed: wait() sleeps until the next one. So missed ticks are skipped and counted, never caught
/// up in a burst, and the deadlines stay where they were.
///
/// Never sleeps longer than a period, whatever the clock does: if the clock has gone back, as in a restored virtual
/// machine, the deadlines continue from its current time.
class DeadlineLoop {
 public:
  using Clock = int64_t (*)();  // ns

  /// The first deadline is one period from now. period: s; throws Error unless it is 1 µs to 1 h. `clock`:
  /// CLOCK_MONOTONIC if null.
  explicit DeadlineLoop(double period, Clock clock = nullptr);

  /// Sleeps until the next deadline. Returns how late it is relative to the deadline that was due, s: more than a
  /// period if ticks were skipped.
  double wait();

  double period() const;
  /// The deadline of the last wait(), s; before the first wait(), the time of construction.
  double deadline() const;
  /// Ticks given up so far.
  uint64_t skipped() const { return skipped_; }

 private:
  Clock clock_;
  int64_t period_, deadline_;  // ns
  uint64_t skipped_ = 0;
};

/// Wakes one thread that waits for another's data, such as a Mailbox's. Notices do not accumulate: many before a wait
/// count as one. The woken thread sees everything done before the notice. Allocates nothing.
class WakeUp {
 public:
  WakeUp() = default;
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  /// From any thread; never waits.
  void notify();
  /// From one thread at a time. True: there was a notice, which is now consumed; false: `deadline` has passed (s of
  /// now_seconds(); infinity: none). With a past deadline it checks without sleeping.
  bool wait_until(double deadline);

 private:
  std::atomic<uint32_t> state_{0};
};

}  // namespace sinew
