#pragma once
#include <string>
#include <vector>

#include "core/spec.h"
#include "robots/protocol/robot_config.h"

namespace sinew {

/// Turns the drafted file of a simulated robot into that of a LeKiwi. It assigns the model's actuators to LeKiwi's nine
/// and adds the motors' limits, the task's sensors that the wire can provide, and those of the cameras front [480, 640]
/// and wrist [640, 480] that the model has. `spec`: the task's interface, one frame per camera. Positions are assumed
/// to be joint positions, as on the wire, and not differences from a default pose: labels do not distinguish the two.
/// Throws an Error for an actuator that a LeKiwi lacks, and if one of the nine is missing.
RobotConfig draft_lekiwi(RobotConfig config, const InterfaceSpec& spec, const std::vector<std::string>& cameras);

}  // namespace sinew
