#pragma once
#include <array>
#include <cstddef>

namespace sinew {

/// Detects another client that takes every second message of a host, which distributes messages to its clients in turn.
/// The intervals between messages, steady before, are then steady again and twice as long. Occasional delays, as on a
/// busy computer, do not count.
class ShareOfObservations {
 public:
  /// `now`: s, time of receipt of one message, or of `at_once` of them. `busy`: s since the last message in which this
  /// side was not listening. If this side itself was slow, the interval is not evidence of another client.
  void add(double now, int at_once = 1, double busy = 0);
  /// Remains true until messages come as often as before. After a silence it is unknown, and false.
  bool is_half(double now) const { return is_half_ && now - last_ < longest_silence; }
  /// s between two messages; 0: unknown.
  double usual() const { return usual_; }

 private:
  static constexpr size_t size = 24;            // number of gaps examined: about a second at 30 Hz
  static constexpr int most = 20;               // number of these near their median for them to count as steady
  static constexpr double longest_silence = 1;  // s, after which measurement restarts
  void judge();

  std::array<double, size> gaps_{};  // s, the latest gaps, as a ring
  size_t count_ = 0;
  double last_ = 0, usual_ = 0;  // s; usual_: time between two messages if there were enough; 0: unknown
  bool is_half_ = false;
};

}  // namespace sinew
