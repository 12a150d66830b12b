#pragma once
#include <string>
#include <vector>

#include "core/input_path.h"
#include "core/model_identity.h"
#include "envs/terms/task_registry.h"
#include "envs/vec_env.h"

namespace sinew {

/// A task read from its YAML and checked.
struct Task {
  std::string name;  // "half_cheetah"
  /// Makes the same task again, with no other file than its model. Keys have their defaults, terms are as written.
  ConfigNode config;
  EnvFactory factory;   // its envs share one compiled model
  ModelIdentity model;  // empty for an env in C++, which has none
};

/// TASK is a basename in configs/tasks/ or the path of a YAML file. Throws on an unknown task (with
/// the nearest name), and on whatever is wrong in its YAML or its model.
Task load_task(const std::string& task, const TaskRegistry& registry = TaskRegistry::builtin());
/// A task whose map is at hand, such as the one that a run folder keeps. Its relative paths count from `folder`, as
/// find_file says.
Task load_task(const ConfigNode& config, const std::string& name, const BaseFolder& folder,
               const TaskRegistry& registry = TaskRegistry::builtin());
/// The same, when the factory is all that is wanted.
EnvFactory make_task(const std::string& task, const TaskRegistry& registry = TaskRegistry::builtin());

/// The names of the tasks in configs/tasks/, sorted.
std::vector<std::string> known_tasks();
/// Whether TASK is the path of a file, not the name of a task of ours.
bool names_task_file(const std::string& task);

}  // namespace sinew
