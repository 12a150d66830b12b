#pragma once
#include <chrono>

namespace sinew {

/// Seconds of a monotonic clock since an arbitrary start; on Linux, CLOCK_MONOTONIC.
inline double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Measures the seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return now_seconds() - start_; }

 private:
  double start_ = now_seconds();
};

}  // namespace sinew
