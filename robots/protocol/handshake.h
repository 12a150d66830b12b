#pragma once
#include <string>
#include <vector>

#include "core/controller.h"
#include "robots/protocol/messages.h"
#include "robots/protocol/robot_config.h"

/// Checks whether a controller (here called the policy, since it usually is one), a robot's file and a robot match.
/// Nothing moves until all three agree on every sensor and every joint.
namespace sinew {

/// Checks the policy against the robot's file: names and order of the actuators, units, rate. Throws an Error that
/// names the first difference with both sides' values; also for discrete actions, and for actions without limits.
void check_policy(const Controller& policy, const RobotConfig& config);

/// The first message of the policy's side. `name`: of the policy's file.
Hello make_hello(const std::string& name, const Controller& policy, const RobotConfig& config);
/// The answer of the robot's side. `sensors`: as it delivers them.
Welcome make_welcome(const RobotConfig& config, std::vector<SensorSpec> sensors);

/// For the robot's side: "" if it agrees, else the first difference in one sentence.
std::string disagreement(const Hello& hello, const Welcome& own);
/// Compares a robot's welcome with its file: "" if they agree, else the first difference. `needed`: sensors to compare
/// as well.
std::string welcome_difference(const Welcome& welcome, const std::vector<SensorSpec>& needed,
                               const RobotConfig& config);
/// For the policy's side: throws an Error that names the first difference. CameraInput checks whether images match.
void check_welcome(const Welcome& welcome, const Controller& policy, const RobotConfig& config);

}  // namespace sinew
