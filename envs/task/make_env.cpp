#include "envs/task/make_env.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/text.h"
#include "envs/partially_observed_env.h"
#include "envs/task/task_env.h"
#include "envs/task/task_extends.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

fs::path tasks_folder() { return fs::path(sinew_home()) / "configs" / "tasks"; }

fs::path home_task(const std::string& name) { return tasks_folder() / (name + ".yaml"); }

std::string task_file(const std::string& task) {
  if (names_task_file(task)) {
    const FoundFile found = find_file(task, "", &shipped_tasks);
    const std::string name = fs::path(task).stem().string();
    if (found.is_there) return found.path;
    fail("cannot read '{}': No such file or directory{}{}", task, found.looked(),
         fs::exists(home_task(name))
             ? fmt::format("; the task of ours is called '{}', without a folder and .yaml", name)
             : "");
  }
  const fs::path file = home_task(task);
  if (!fs::exists(file) && known_tasks().empty())
    fail("there is no task '{}', nor any other, in {}: does SINEW_HOME name the folder that configs/ lies in?", task,
         tasks_folder().string());
  if (!fs::exists(file))
    fail("there is no task '{}' in {}{}", task, tasks_folder().string(), suggestion(task, known_tasks()));
  return file.string();
}

// Checks names that go into policy files and the columns of metrics.csv. `node`: their place; null: defaults.
void check_names(const TaskConfig::Named& entries, const ConfigNode* node, const char* if_none) {
  if (node && entries.empty()) throw node->error(if_none);
  const auto fits = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != ',' && c != '"' && c != 0x7f; };
  for (const auto& [name, value] : entries)
    if (name.empty() || !std::ranges::all_of(name, fits))
      throw value.error(fmt::format("'{}' is not a valid name: use letters, digits and _", shortened(name)));
}

// Checks names that go into the columns of metrics.csv, TensorBoard's tags and labels.
void check_column_names(const TaskConfig::Named& entries) {
  const auto fits = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != ',' && c != '"' && c != 0x7f; };
  for (const auto& [name, value] : entries)
    if (name.empty() || !std::ranges::all_of(name, fits))
      throw Error(
          fmt::format("{}: {}: '{}' is not a valid name: it becomes a column of metrics.csv, so it has no comma, quote "
                      "or line break",
                      value.where_of_key(), value.path(), shortened(name)));
}

// Names a file of sinew by its place below the source folder, so that a stored config works in another checkout.
std::string portable(const std::string& file) {
  const std::string path = fs::absolute(file).lexically_normal().string();
  return is_shipped(path) ? path_from(path, "") : path;
}

}  // namespace

bool names_task_file(const std::string& task) {
  return task.find('/') != std::string::npos || task.ends_with(".yaml") || task.ends_with(".yml");
}

std::vector<std::string> known_tasks() {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(tasks_folder(), none))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

Task load_task(const ConfigNode& written, const std::string& name, const BaseFolder& written_in,
               const TaskRegistry& registry) {
  BaseFolder folder = written_in;
  const ConfigNode config = resolve_extends(written, folder);
  Task task{.name = name, .config = config, .factory = {}, .model = {}};
  if (const ConfigNode* env = config.find("env")) {
    const EnvRow& row = find_row(registry.envs, env->text(), *env, "env");
    if (const ConfigNode* delay = config.find("delay"))
      throw delay->error(
          fmt::format("the env '{}' is written in C++ and knows no delay; tasks with a model do", row.name));
    ConfigNode own = config;
    const ConfigNode* hide = config.find("hide");
    own.remove("hide");  // this key is not the env's
    task.factory = [make = row.make, own, hide = hide ? *hide : ConfigNode()]() -> std::unique_ptr<Env> {
      if (hide.is_null()) return make(own);
      return std::make_unique<PartiallyObservedEnv>(make(own), hide);
    };
  } else {
    TaskConfig typed = read_config<TaskConfig>(config);
    check_names(typed.observations, config.find("observations"),
                "a policy needs a sensor, as in {state: [qpos, qvel]}");
    check_names(typed.actions, config.find("actions"), "a policy needs an action, as in {actuators: all}");
    for (const TaskConfig::Named* entries : {&typed.commands, &typed.reward, &typed.terminate})
      check_column_names(*entries);
    const FoundFile file = find_file(typed.model, folder);
    const std::shared_ptr<const Model> model = with_context(config.find("model")->where(), [&] {
      if (!file.is_there) fail("cannot load the model '{}': there is no such file{}", typed.model, file.looked());
      return Model::load(file.path);
    });
    typed.model = portable(file.path);
    task.config = write_config(typed);
    if (!typed.delay) task.config.remove("delay");  // without one, the text stays as it was before `delay` existed
    task.model = model->identity();
    task.factory = [name, typed, model, registry, pool = make_render_pool(typed, model)] {
      return std::make_unique<TaskEnv>(name, typed, model, registry, pool);
    };
  }
  task.factory();  // any mistake shows now
  return task;
}

Task load_task(const std::string& task, const TaskRegistry& registry) {
  const std::string file = task_file(task);
  return load_task(ConfigNode::parse_file(file), fs::path(file).stem().string(), BaseFolder::of_file(file), registry);
}

EnvFactory make_task(const std::string& task, const TaskRegistry& registry) {
  return load_task(task, registry).factory;
}

}  // namespace sinew
