#pragma once
#include <cstdint>
#include <string>

#include "core/controller.h"
#include "core/latency_profile.h"
#include "robots/recording/recording.h"

namespace sinew {

struct RecordingReplay {
  uint64_t actions = 0, equal = 0;  // that were re-run; that had the same bits: policy, command and gate
  std::string first_difference;     // "": there is none
};

/// Throws an Error for a recording of the robot's side, which holds neither what a policy said nor when it said so.
void check_recorded_by_policy(const RecordedSession& session);

/// Runs a controller, mostly a policy's, on what a recording of the policy's side holds, as it was run then: the same
/// observations, at the same times. Throws an Error for one that does not fit the recorded robot, and for a recording
/// of the robot's side.
RecordingReplay replay_recording(const Recording& recording, const ControllerFactory& controllers);

/// The delays that a recording measured: of an observation, until the policy had answered it; of an action, from then
/// to its arrival at the robot; and which share of the actions was never obeyed. Throws an Error where it holds no
/// session in which the robot was armed, and for a recording of the robot's side.
LatencyProfile measured_profile(const Recording& recording);

}  // namespace sinew
