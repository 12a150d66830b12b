#pragma once
#include <string>

namespace sinew {

/// The times of a robot's file that both sides keep, s. They are part of the handshake: a robot whose watchdog waits 20
/// s is no robot whose watchdog waits 0.2 s.
struct LinkTiming {
  double max_age = 0;       // from an observation to the arrival of the action that answers it
  double watchdog = 0;      // without an action that may be obeyed, until an armed robot stops
  double link_timeout = 0;  // without any message, until the other side counts as gone
  double blend = 0;         // from the pose in which it is armed to obeying wholly
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("max_age", max_age);
    v.required("watchdog", watchdog);
    v.required("link_timeout", link_timeout);
    v.required("blend", blend);
  }
};

/// "" where two sides keep the same times; else the first difference in one sentence with both sides' values.
std::string first_difference(LinkTiming ours, LinkTiming theirs, const std::string& us, const std::string& them);

}  // namespace sinew
