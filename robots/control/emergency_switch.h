#pragma once
#include <atomic>
#include <cstdint>

namespace sinew {

/// A robot's emergency stop within its process: callers press and release it on one side, the control thread obeys on
/// the other. Neither side waits for the other, and a press overrides a release in the same tick.
class EmergencySwitch {
 public:
  struct Orders {
    bool stop = false, release = false;
    uint64_t last = 0;  // ticket
  };

  /// From any thread, and from a signal handler. Returns a ticket: the order is obeyed once obeyed() has reached it.
  uint64_t press() noexcept {
    pressed_ = true;
    return ++tickets_;
  }
  uint64_t release() noexcept {
    released_ = true;
    return ++tickets_;
  }
  uint64_t obeyed() const noexcept { return obeyed_; }
  /// As of the last tick: the robot is in an emergency stop.
  bool is_latched() const noexcept { return latched_; }

  /// Called by the control thread at each tick: take() returns the pending orders; done() confirms them once the
  /// actuators have been commanded.
  Orders take() noexcept {
    const uint64_t last = tickets_;  // read before the orders, so that a ticket is never done without its order
    return {pressed_.exchange(false), released_.exchange(false), last};
  }
  void done(const Orders& orders, bool is_latched) noexcept {
    latched_ = is_latched;
    obeyed_ = orders.last;
  }

 private:
  std::atomic<bool> pressed_{false}, released_{false}, latched_{false};
  std::atomic<uint64_t> tickets_{0}, obeyed_{0};
};

}  // namespace sinew
