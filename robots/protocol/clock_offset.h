#pragma once
#include <array>
#include <cstddef>
#include <limits>

namespace sinew {

/// Estimates how far the robot's clock is ahead of ours, from heartbeats. Half of the round trip estimates the one-way
/// delay, more accurately for shorter round trips. So the shortest of the latest ones is used (NTP's clock filter, RFC
/// 5905).
class ClockOffset {
 public:
  /// s; sent and returned: our clock; received: the robot's clock.
  void add(double sent, double received, double returned) {
    samples_[next_] = {returned - sent, received - 0.5 * (sent + returned)};
    next_ = (next_ + 1) % samples_.size();
    Sample best;
    for (const Sample& sample : samples_)
      if (sample.round_trip < best.round_trip) best = sample;
    offset_ = best.offset;
    is_known_ = true;
  }
  bool is_known() const { return is_known_; }
  double seconds() const { return offset_; }

 private:
  struct Sample {
    double round_trip = std::numeric_limits<double>::infinity(), offset = 0;
  };
  std::array<Sample, 32> samples_;
  size_t next_ = 0;
  double offset_ = 0;
  bool is_known_ = false;
};

}  // namespace sinew
