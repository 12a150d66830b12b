#pragma once
#include <string>
#include <vector>

#include "envs/task/task_env.h"
#include "robots/link/adapter_table.h"
#include "robots/protocol/robot_config.h"

namespace sinew {

/// Drafts a robot's file for a task's simulated robot: names, units, ranges and forces from the model; limits that the
/// model lacks (velocity, acceleration) are wide enough not to disturb the policy. Throws an Error that names any
/// action that does not drive a single joint.
RobotConfig draft_robot(const TaskEnv& env, const std::string& name);
/// The same for a robot that uses an adapter's protocol; the draft accepts what that protocol lacks. Throws an Error if
/// the adapter cannot draft a file, or if the robot is not of its kind.
RobotConfig draft_robot(const TaskEnv& env, const std::string& name, const Adapter& adapter);

/// The same sensors with one frame per camera: a camera delivers one frame, and the observer stacks them.
std::vector<SensorSpec> one_frame_each(std::vector<SensorSpec> sensors);

/// Throws an Error if a robot's file does not match the task's robot: other actuators, another rate, or a control_rate
/// whose tick is not a whole number of physics steps.
void check_robot(const TaskEnv& env, const RobotConfig& config);

/// The file as YAML, with comments on where each value came from.
std::string to_yaml(const RobotConfig& config, const std::string& task);

}  // namespace sinew
