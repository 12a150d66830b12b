#pragma once
#include "envs/task_registry.h"

/// The terms that sinew brings along, one table a file.
namespace sinew {

std::vector<TermRow<ObservationTerm>> builtin_observations();
std::vector<TermRow<RewardTerm>> builtin_rewards();
std::vector<TermRow<TerminationTerm>> builtin_terminations();
std::vector<TermRow<ResetTerm>> builtin_resets();

}  // namespace sinew
