#pragma once
#include <string>
#include <vector>

#include "envs/terms/task_registry.h"

/// The disturbances of a task, which a policy learns to withstand: the entries of `randomize`, the noise of its
/// observations (together), and, under `delay`, the delay of the observations, the delay of the actions and the loss. A
/// `randomize` entry whose term is part of the task itself, such as `cue`, is not a disturbance.
namespace sinew {

/// Their names, for display: "mass: chassis", "observation noise", "delay of actions". `task`: as in Task::config,
/// without `extends`. None for an env in C++.
std::vector<std::string> disturbances_of(const ConfigNode& task, const TaskRegistry& registry);

/// The task with each disturbance scaled by its strength (DisturbanceScale): 0 off, 1 unchanged, 2 twice. strengths:
/// one for each of disturbances_of. An episode draws the same random numbers, so its resets are the same, too. Two
/// exceptions draw none at strength 0: a loss, and a term that does not declare its scales, which is removed. Throws a
/// located Error where such a term would have to be scaled. load_task checks the scaled values.
ConfigNode with_strengths(const ConfigNode& task, const std::vector<double>& strengths, const TaskRegistry& registry);

}  // namespace sinew
