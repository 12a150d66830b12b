#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace sinew {

/// What is refused again and again, in words: says a reason that is new at once and a known one seldom, and counts
/// both. Reasons that differ in numbers or in quoted words alone are one reason. For one thread.
class RefusalLog {
 public:
  /// `interval`: s, from saying a reason to saying it again.
  explicit RefusalLog(double interval = 10) : interval_(interval) {}

  /// Counts `times` refusals more. What is to be said of them now, or "": nothing. `now`: s, of a clock that never goes
  /// back.
  std::string add(const std::string& reason, double now, uint64_t times = 1);

  /// Every reason is new again, such as in a new session.
  void forget_what_was_said();
  /// The counts below begin anew, such as when something was not refused.
  void begin_counting();
  uint64_t count() const;
  /// Of those that were counted: "not finite", or "most of them (15): not finite"; "" where there are none.
  std::string commonest() const;

 private:
  struct Reason {
    std::string kind, text;  // kind: without numbers and quoted words; text: as it came last
    uint64_t count = 0, unsaid = 0;
    double said_at = 0;  // s
    bool was_said = false;
  };
  Reason& find(const std::string& reason);

  double interval_;
  std::vector<Reason> reasons_;
};

}  // namespace sinew
