#pragma once
#include <atomic>
#include <csignal>

namespace sinew {

/// From now on SIGUSR1 presses the emergency stop of a robot's side, and SIGUSR2 releases it, as long as this object
/// lives. Side has emergency_stop() and release_emergency_stop(), which signal handlers may call. One object per Side
/// at a time.
template <class Side>
class SignalledStop {
 public:
  explicit SignalledStop(Side& side) {
    served = &side;
    std::signal(SIGUSR1, [](int) {
      if (Side* present = served) present->emergency_stop();
    });
    std::signal(SIGUSR2, [](int) {
      if (Side* present = served) present->release_emergency_stop();
    });
  }
  ~SignalledStop() { served = nullptr; }
  SignalledStop(const SignalledStop&) = delete;
  SignalledStop& operator=(const SignalledStop&) = delete;

 private:
  static inline std::atomic<Side*> served{nullptr};
};

}  // namespace sinew
