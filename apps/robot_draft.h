#pragma once
#include <string>

#include "envs/task_env.h"
#include "robots/robot_config.h"

namespace sinew {

/// A robot's file for a task's simulated robot: names, units, ranges and forces from the model, and what it does not say
/// (velocity, acceleration) so generous that the policy is not disturbed. Throws an Error that names an action which
/// drives no single joint.
RobotConfig draft_robot(const TaskEnv& env, const std::string& name);

/// Throws an Error where a robot's file is of another robot than the task's: other actuators, or another clock.
void check_robot(const TaskEnv& env, const RobotConfig& config);

/// As YAML, with a word on what came from where.
std::string to_yaml(const RobotConfig& config, const std::string& task);

}  // namespace sinew
