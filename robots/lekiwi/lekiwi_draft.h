#pragma once
#include <string>
#include <vector>

#include "core/spec.h"
#include "robots/protocol/robot_config.h"

namespace sinew {

/// The file of a simulated robot, as drafted from its model, as that of a LeKiwi: which actuator is which of its nine,
/// what its motors may be told, those of the task's sensors that can be put together from its wire, and of its cameras,
/// front [480, 640] and wrist [640, 480], those that the model has. `spec`: of the task, of a camera one frame.
/// Positions are taken for those of the joints, as the wire has them, not for differences to a default pose, which
/// labels do not tell. Throws an Error for an actuator that a LeKiwi does not have, and where one of the nine is
/// missing.
RobotConfig draft_lekiwi(RobotConfig config, const InterfaceSpec& spec, const std::vector<std::string>& cameras);

}  // namespace sinew
