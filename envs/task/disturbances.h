#pragma once
#include <string>
#include <vector>

#include "envs/terms/task_registry.h"

/// What a task disturbs, so that a policy learns to bear it: the entries of `randomize`, the noise of its observations
/// (together), and of its `delay` the observations', the actions' and the loss. A `randomize` entry whose term is a
/// part of the task is none, such as `cue`.
namespace sinew {

/// Their names, for people: "mass: chassis", "observation noise", "delay of actions". `task`: as Task::config is,
/// without `extends`. None for an env in C++.
std::vector<std::string> disturbances_of(const ConfigNode& task, const TaskRegistry& registry);

/// The task with each of them so many times as strong (Growth): 0 off, 1 as it is, 2 twice. strengths: one for each of
/// disturbances_of. The random numbers that an episode draws are the same, so that its resets are, too (but of a loss
/// that is off none is drawn; of a term that does not say how it grows none either, for it is taken out). Throws a
/// located Error where such a term shall grow. What has grown is checked by load_task.
ConfigNode with_strengths(const ConfigNode& task, const std::vector<double>& strengths, const TaskRegistry& registry);

}  // namespace sinew
