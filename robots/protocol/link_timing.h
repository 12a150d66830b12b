#pragma once
#include <string>

namespace sinew {

/// The times in a robot's file that both sides keep, s. They are part of the handshake: a robot whose watchdog waits 20
/// s must not pass for one whose watchdog waits 0.2 s.
struct LinkTiming {
  double max_age = 0;       // from an observation to the arrival of the action that answers it
  double watchdog = 0;      // without a valid action, until an armed robot stops
  double link_timeout = 0;  // without any message, until the other side counts as gone
  double blend = 0;         // from the pose at arming to full obedience
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("max_age", max_age);
    v.required("watchdog", watchdog);
    v.required("link_timeout", link_timeout);
    v.required("blend", blend);
  }
};

/// "" if both sides keep the same times; else the first difference in one sentence with both sides' values.
std::string first_difference(LinkTiming ours, LinkTiming theirs, const std::string& us, const std::string& them);

}  // namespace sinew
