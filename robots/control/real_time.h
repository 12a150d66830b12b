#pragma once
#include <atomic>
#include <cstdint>
#include <string>

/// What a control loop needs of the system: to be scheduled ahead of others, memory that is there, deadlines, and to be
/// woken. Times are seconds of CLOCK_MONOTONIC, as now_seconds() of core/clock.h has them.
namespace sinew {

/// What the system permitted, for people: "real-time scheduling, priority 80" or
/// "not permitted (…): normal scheduling; to permit it: …". Nothing else depends on it.
struct RealTimeReport {
  bool permitted = false;
  std::string text;
};

/// Makes the calling thread a control thread: SCHED_FIFO where that is permitted; threads and processes that it starts
/// have normal scheduling. Either way it takes signals no longer, so that none interrupts its calls; the first 256 KiB
/// of its stack are there; and the kernel does not put off its timers. Throws Error for a priority outside of 1 to 99.
RealTimeReport make_thread_real_time(int priority);

/// Whether a thread of this process may be so scheduled. Tried in a thread of its own.
bool may_be_real_time(int priority);

/// Priorities of both sides of the link, should they share a computer: who must not wait for whom. ZeroMQ's own threads
/// have that of the thread that uses them.
inline constexpr int robot_control_priority = 80, stop_priority = 76, robot_link_priority = 74,
                     policy_control_priority = 70, policy_link_priority = 66;

/// Keeps all of the process's memory, of now and later, from being paged out: of the whole process, once. Done only
/// where RLIMIT_MEMLOCK is unlimited or can be made so: under a limit, some later allocation would fail.
RealTimeReport lock_memory();

/// Deadlines at a fixed distance from each other, whatever the work between them takes. Allocates nothing.
///
/// Overruns: a deadline missed by up to one period is served late, at once. One missed by more is given up, like all
/// others that have passed: wait() sleeps to the next to come. So missed ticks are skipped and counted, never caught up
/// in a burst, and the deadlines stay where they were.
///
/// Never sleeps longer than a period, whatever the clock does: where it has gone back, as in a virtual machine that was
/// restored, the deadlines go on from where it is now.
class DeadlineLoop {
 public:
  using Clock = int64_t (*)();  // ns

  /// The first deadline is one period from now. period: s; throws Error unless it is 1 µs to 1 h. `clock`:
  /// CLOCK_MONOTONIC where it is null.
  explicit DeadlineLoop(double period, Clock clock = nullptr);

  /// Sleeps to the next deadline. Returns by how much now is later than the deadline that was due, s: more than a
  /// period where ticks were skipped.
  double wait();

  double period() const;
  /// Of the last wait(), s; before that, when it was made.
  double deadline() const;
  /// Ticks given up so far.
  uint64_t skipped() const { return skipped_; }

 private:
  Clock clock_;
  int64_t period_, deadline_;  // ns
  uint64_t skipped_ = 0;
};

/// Wakes one thread that waits for another's news, such as a Mailbox's. Notices do not pile up: many before a wait are
/// one. Whoever is woken sees all that was done before the notice. Allocates nothing.
class WakeUp {
 public:
  WakeUp() = default;
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  /// From any thread; never waits.
  void notify();
  /// From one thread at a time. True: there was a notice, which is used up now; false: it is past `deadline` (s of
  /// now_seconds(); infinity: no end). A deadline that has passed asks without sleeping.
  bool wait_until(double deadline);

 private:
  std::atomic<uint32_t> state_{0};
};

}  // namespace sinew
