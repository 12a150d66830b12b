#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/state_archive.h"

namespace sinew {

/// A target that moves towards a goal at a limited rate. It is a function of the time since the goal was set, so that a
/// physics step can be repeated.
struct Ramp {
  double rate = std::numeric_limits<double>::infinity();  // per second, by magnitude
  double from = 0, goal = 0;                              // where it was when the goal was set; and the goal

  double at(double seconds) const {
    return std::isinf(rate) ? goal : from + std::clamp(goal - from, -rate * seconds, rate * seconds);
  }
  /// `seconds`: since the previous goal was set.
  void go_to(double next, double seconds) {
    from = at(seconds);
    goal = next;
  }
  void start_at(double value) { from = goal = value; }
  void visit_state(StateArchive& archive) {
    archive("from", from);
    archive("goal", goal);
  }
};

}  // namespace sinew
