#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace sinew {

/// Reports repeated refusals: a new reason at once and a known one rarely, with a count of each. Reasons that differ
/// only in numbers or quoted words count as the same. For one thread.
class RefusalLog {
 public:
  /// `interval`: s between two reports of the same reason.
  explicit RefusalLog(double interval = 10) : interval_(interval) {}

  /// Counts `times` more refusals. Returns what to report now, or "": nothing. `now`: s, of a clock that never goes
  /// back.
  std::string add(const std::string& reason, double now, uint64_t times = 1);

  /// Every reason counts as new again, for example in a new session.
  void forget_what_was_said();
  /// Resets the counts below, for example when something was not refused.
  void begin_counting();
  uint64_t count() const;
  /// Among those counted: "not finite", or "most of them (15): not finite"; "" if there are none.
  std::string commonest() const;

 private:
  struct Reason {
    std::string kind, text;  // kind: without numbers and quoted words; text: the latest one in full
    uint64_t count = 0, unsaid = 0;
    double said_at = 0;  // s
    bool was_said = false;
  };
  Reason& find(const std::string& reason);

  double interval_;
  std::vector<Reason> reasons_;
};

}  // namespace sinew
