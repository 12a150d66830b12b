#pragma once
#include <string>
#include <vector>

#include "core/controller.h"
#include "robots/protocol/messages.h"
#include "robots/protocol/robot_config.h"

/// Whether a controller (here called the policy, for it mostly is one), a robot's file and a robot go together. Before
/// they all agree on every sensor and every joint, nothing moves.
namespace sinew {

/// The policy and the robot's file: names and order of the actuators, units, the rate. Throws an Error that names the
/// first difference with both sides' values; also for choices instead of numbers, and actions without limits.
void check_policy(const Controller& policy, const RobotConfig& config);

/// What the policy's side says first. `name`: of the policy's file.
Hello make_hello(const std::string& name, const Controller& policy, const RobotConfig& config);
/// What the robot's side answers. `sensors` as it delivers them.
Welcome make_welcome(const RobotConfig& config, std::vector<SensorSpec> sensors);

/// The robot's side: "" where it agrees, else the first difference in one sentence.
std::string disagreement(const Hello& hello, const Welcome& own);
/// What a robot says of itself and its file: "" where they agree, else the first difference. `needed`: sensors, too.
std::string welcome_difference(const Welcome& welcome, const std::vector<SensorSpec>& needed,
                               const RobotConfig& config);
/// The policy's side: throws an Error that names the first difference. How images fit is for CameraInput to say.
void check_welcome(const Welcome& welcome, const Controller& policy, const RobotConfig& config);

}  // namespace sinew
