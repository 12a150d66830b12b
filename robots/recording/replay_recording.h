#pragma once
#include <cstdint>
#include <string>

#include "core/controller.h"
#include "core/latency_profile.h"
#include "robots/recording/recording.h"

namespace sinew {

struct RecordingReplay {
  uint64_t actions = 0, equal = 0;  // replayed; of these, bit-identical in policy, command and gate
  std::string first_difference;     // "": none
};

/// Throws an Error for a recording of the robot's side, which contains neither the policy's outputs nor their times.
void check_recorded_by_policy(const RecordedSession& session);

/// Replays a controller, usually a policy's, on a recording of the policy's side: the same observations, at the same
/// times. Throws an Error for a controller that does not match the recorded robot, and for a recording of the robot's
/// side.
RecordingReplay replay_recording(const Recording& recording, const ControllerFactory& controllers);

/// The delays measured in a recording: from an observation until the policy had answered it; from then to the action's
/// arrival at the robot; and the share of actions that were never obeyed. Throws an Error if the robot was never armed,
/// and for a recording of the robot's side.
LatencyProfile measured_profile(const Recording& recording);

}  // namespace sinew
