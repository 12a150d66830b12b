#pragma once
#include <functional>
#include <string>
#include <vector>

#include "robots/control/robot_control.h"
#include "robots/protocol/messages.h"

namespace sinew {

/// An observation that a robot's side sends, with its frames and data that only this side has.
struct SentObservation {
  ObservationMessage message;
  std::vector<double> wanted, told;  // as in RobotObservation
  std::string policy, policy_hash;   // of the connected policy, as it reports them; "": not reported
};

/// Receives each observation that is sent, and each of an armed robot even without a receiver, in the thread that sends
/// them. It must not take long; a RobotRecorder does not.
using ObservationTap = std::function<void(SentObservation&&)>;

/// Converts it to a message. `images`: its frames. `arrived`, `overtaken`: actions so far, as counted by the link.
ObservationMessage message_of(const RobotObservation& from, std::vector<std::string> images, uint64_t arrived,
                              uint64_t overtaken);

}  // namespace sinew
