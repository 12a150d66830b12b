#pragma once
#include <functional>
#include <string>
#include <vector>

#include "robots/control/robot_control.h"
#include "robots/protocol/messages.h"

namespace sinew {

/// An observation on its way out of a robot's side, with its frames, and what only this side knows of that moment.
struct SentObservation {
  ObservationMessage message;
  std::vector<double> wanted, told;  // as in RobotObservation
  std::string policy, policy_hash;   // of whoever is connected, in its own words; "": it says nothing
};

/// Gets each observation that somebody is sent, and each of an armed robot, whoever hears of it: in the thread that
/// sends them. It must not take long; a RobotRecorder does not.
using ObservationTap = std::function<void(SentObservation&&)>;

/// The same as a message. `images`: its frames. `arrived`, `overtaken`: actions so far, as the link counted them.
ObservationMessage message_of(const RobotObservation& from, std::vector<std::string> images, uint64_t arrived,
                              uint64_t overtaken);

}  // namespace sinew
