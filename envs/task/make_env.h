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
  /// Makes the same task again and needs no other file than its model. Keys are written with their defaults, terms as
  /// in the YAML.
  ConfigNode config;
  EnvFactory factory;   // its envs share one compiled model
  ModelIdentity model;  // empty for an env in C++, which has no model
};

/// TASK is a basename in configs/tasks/ or the path of a YAML file. Throws on an unknown task (with the nearest name),
/// and on any mistake in its YAML or its model.
Task load_task(const std::string& task, const TaskRegistry& registry = TaskRegistry::builtin());
/// Loads a task from its map, such as the one stored in a run folder. Its relative paths are resolved from `folder`, as
/// in find_file.
Task load_task(const ConfigNode& config, const std::string& name, const BaseFolder& folder,
               const TaskRegistry& registry = TaskRegistry::builtin());
/// The same, when only the factory is needed.
EnvFactory make_task(const std::string& task, const TaskRegistry& registry = TaskRegistry::builtin());

/// The names of the tasks in configs/tasks/, sorted.
std::vector<std::string> known_tasks();
/// Whether TASK is the path of a file, not the name of a task that comes with sinew.
bool names_task_file(const std::string& task);

}  // namespace sinew
