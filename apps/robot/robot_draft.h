#pragma once
#include <string>
#include <vector>

#include "envs/task/task_env.h"
#include "robots/link/adapter_table.h"
#include "robots/protocol/robot_config.h"

namespace sinew {

/// A robot's file for a task's simulated robot: names, units, ranges and forces from the model, and what it does not
/// say (velocity, acceleration) so generous that the policy is not disturbed. Throws an Error that names an action
/// which drives no single joint.
RobotConfig draft_robot(const TaskEnv& env, const std::string& name);
/// The same of one that speaks an adapter's dialect; it accepts what that lacks. Throws an Error where the adapter
/// drafts none, or the robot is none of its kind.
RobotConfig draft_robot(const TaskEnv& env, const std::string& name, const Adapter& adapter);

/// A camera delivers one frame; whoever observes stacks them.
std::vector<SensorSpec> one_frame_each(std::vector<SensorSpec> sensors);

/// Throws an Error where a robot's file is of another robot than the task's: other actuators, another rate, or a
/// control_rate of which no whole number of physics steps is a tick.
void check_robot(const TaskEnv& env, const RobotConfig& config);

/// As YAML, with a word on what came from where.
std::string to_yaml(const RobotConfig& config, const std::string& task);

}  // namespace sinew
