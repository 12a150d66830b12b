#include "envs/make_env.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/error.h"
#include "envs/task_env.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

fs::path tasks_folder() { return fs::path(sinew_home()) / "configs" / "tasks"; }

std::string task_file(const std::string& task) {
  if (task.find('/') != std::string::npos || task.ends_with(".yaml") || task.ends_with(".yml")) return task;
  const fs::path file = tasks_folder() / (task + ".yaml");
  if (!fs::exists(file))
    fail("there is no task '{}' in {}{}", task, tasks_folder().string(), suggestion(task, known_tasks()));
  return file.string();
}

std::string model_file(const std::string& model, const std::string& folder) {
  const fs::path beside = (fs::path(folder) / model).lexically_normal();  // an absolute path stays itself
  const fs::path at_home = (fs::path(sinew_home()) / model).lexically_normal();
  return !fs::exists(beside) && fs::exists(at_home) ? at_home.string() : beside.string();
}

// A file of ours by its place in the house, so that a kept config works in another checkout.
std::string portable(const std::string& file) {
  const fs::path relative = fs::absolute(file).lexically_normal().lexically_relative(fs::absolute(sinew_home()));
  return relative.empty() || *relative.begin() == ".." ? fs::absolute(file).lexically_normal().string()
                                                       : relative.string();
}

}  // namespace

std::string sinew_home() {
  const char* home = std::getenv("SINEW_HOME");
  return home && *home ? home : SINEW_SOURCE_DIR;
}

std::vector<std::string> known_tasks() {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(tasks_folder(), none))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

Task load_task(const ConfigNode& config, const std::string& name, const std::string& folder,
               const TaskRegistry& registry) {
  Task task{.name = name, .config = config, .factory = {}, .model_fingerprint = {}};
  if (const ConfigNode* env = config.find("env")) {
    const EnvRow& row = find_row(registry.envs, env->text(), *env, "env");
    task.factory = [make = row.make, config] { return make(config); };
  } else {
    TaskConfig typed = read_config<TaskConfig>(config);
    const std::string file = model_file(typed.model, folder);
    std::shared_ptr<const Model> model = with_context(config.find("model")->where(), [&] { return Model::load(file); });
    typed.model = portable(file);
    task.config = write_config(typed);
    task.model_fingerprint = model->fingerprint();
    task.factory = [name, typed, model, registry] { return std::make_unique<TaskEnv>(name, typed, model, registry); };
  }
  task.factory();  // whatever is wrong shows now
  return task;
}

Task load_task(const std::string& task, const TaskRegistry& registry) {
  const std::string file = task_file(task);
  return load_task(ConfigNode::parse_file(file), fs::path(file).stem().string(), fs::path(file).parent_path().string(),
                   registry);
}

EnvFactory make_task(const std::string& task, const TaskRegistry& registry) {
  return load_task(task, registry).factory;
}

}  // namespace sinew
