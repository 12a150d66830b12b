#pragma once
#include <string>
#include <vector>

#include "envs/task_registry.h"
#include "envs/vec_env.h"

namespace sinew {

/// A task read from its YAML and checked.
struct Task {
  std::string name;  // "half_cheetah"
  /// Makes the same task again, with no other file than its model. Keys have their defaults, terms are as written.
  ConfigNode config;
  EnvFactory factory;             // its envs share one compiled model
  std::string model_fingerprint;  // Model::fingerprint; "" for an env in C++, which has no model
};

/// TASK is a basename in configs/tasks/ or the path of a YAML file. Throws on an unknown task (with
/// the nearest name), and on whatever is wrong in its YAML or its model.
Task load_task(const std::string& task, const TaskRegistry& registry = TaskRegistry::builtin());
/// A task whose map is at hand, such as the one that a run folder keeps. A relative model path
/// resolves against `folder`, then against sinew_home().
Task load_task(const ConfigNode& config, const std::string& name, const std::string& folder,
               const TaskRegistry& registry = TaskRegistry::builtin());
/// The same, when the factory is all that is wanted.
EnvFactory make_task(const std::string& task, const TaskRegistry& registry = TaskRegistry::builtin());

/// The names of the tasks in configs/tasks/, sorted.
std::vector<std::string> known_tasks();
/// The folder that configs/ and sim/models/ lie in: $SINEW_HOME, else the source folder.
std::string sinew_home();
/// A file that a task in `folder` names: relative to that, and where it is not there, to sinew_home().
std::string file_of_task(const std::string& name, const std::string& folder);

}  // namespace sinew
