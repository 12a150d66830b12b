#pragma once
#include "envs/terms/task_registry.h"

/// The terms that come with sinew: a few tables per kind, one file per table.
namespace sinew {

std::vector<TermRow<ObservationTerm>> array_observations();
std::vector<TermRow<ObservationTerm>> body_observations();
std::vector<TermRow<ObservationTerm>> function_observations();
std::vector<TermRow<ObservationTerm>> joint_observations();
std::vector<TermRow<ObservationTerm>> memory_observations();
std::vector<TermRow<ObservationTerm>> pose_observations();
std::vector<TermRow<ObservationTerm>> sensor_observations();
std::vector<TermRow<ObservationTerm>> task_observations();

std::vector<TermRow<ActionTerm>> builtin_actions();
std::vector<TermRow<ActionTerm>> pd_actions();
std::vector<TermRow<ActionTerm>> servo_actions();
std::vector<TermRow<ActionTerm>> wheel_actions();

std::vector<TermRow<RewardTerm>> measured_rewards();
std::vector<TermRow<RewardTerm>> motion_rewards();
std::vector<TermRow<RewardTerm>> effort_rewards();
std::vector<TermRow<RewardTerm>> joint_rewards();
std::vector<TermRow<RewardTerm>> contact_rewards();

std::vector<TermRow<TerminationTerm>> builtin_terminations();
std::vector<TermRow<TerminationTerm>> fall_terminations();
std::vector<TermRow<ResetTerm>> builtin_resets();
std::vector<TermRow<ResetTerm>> pose_resets();

std::vector<TermRow<CommandTerm>> builtin_commands();

std::vector<TermRow<RandomizationTerm>> body_randomizations();
std::vector<TermRow<RandomizationTerm>> model_randomizations();
std::vector<TermRow<RandomizationTerm>> robot_randomizations();
std::vector<TermRow<RandomizationTerm>> visual_randomizations();

}  // namespace sinew
