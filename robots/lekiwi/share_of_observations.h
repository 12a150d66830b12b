#pragma once
#include <array>
#include <cstddef>

namespace sinew {

/// Whether somebody else takes every other one of a host's messages, which it hands to its listeners in turn: the times
/// between them, steady before, are steady again and twice as long. What is slow now and then, as on a busy computer,
/// is no such thing.
class ShareOfObservations {
 public:
  /// `now`: s, when it came, or `at_once` of them; `busy`: s, of the time since the last one in which this side did not
  /// listen. Where this side was slow itself, it says nothing of others.
  void add(double now, int at_once = 1, double busy = 0);
  /// Until as many as before come again. After a silence it is not known, and false.
  bool is_half(double now) const { return is_half_ && now - last_ < longest_silence; }
  /// s, between two of them; 0: not known.
  double usual() const { return usual_; }

 private:
  static constexpr size_t size = 24;            // of the gaps looked at: about a second at 30 Hz
  static constexpr int most = 20;               // of these near their median: they are steady
  static constexpr double longest_silence = 1;  // s, after which it begins anew
  void judge();

  std::array<double, size> gaps_{};  // s, the last ones, in a ring
  size_t count_ = 0;
  double last_ = 0, usual_ = 0;  // s: usual_ of the time between two, where there were enough; 0: not known
  bool is_half_ = false;
};

}  // namespace sinew
