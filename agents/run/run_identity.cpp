#include "agents/run/run_identity.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "agents/run/recipe.h"
#include "core/config_node.h"
#include "core/input_path.h"
#include "core/log.h"
#include "core/text.h"

namespace sinew {
namespace {

constexpr size_t most_named = 5;

std::string brief(const ConfigNode* node) {
  if (!node) return "nothing";
  std::string text = node->is_scalar() ? node->text() : node->to_yaml();
  if (text.ends_with('\n')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text.size() > 60 ? text.substr(0, 57) + "…" : text;
}

// Adds "key: 1 in the run, 2 now" for each leaf that differs.
void compare(const ConfigNode* saved, const ConfigNode* present, const std::string& path,
             std::vector<std::string>& differences) {
  if (saved && present && saved->is_map() && present->is_map()) {
    const auto inside = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    for (const auto& [key, value] : saved->entries()) compare(&value, present->find(key), inside(key), differences);
    for (const auto& [key, value] : present->entries())
      if (!saved->find(key)) compare(nullptr, &value, inside(key), differences);
    return;
  }
  if (saved && present && saved->to_yaml() == present->to_yaml()) return;
  differences.push_back(fmt::format("{}: {} in the run, {} now", path, brief(saved), brief(present)));
}

bool has_grown(const ConfigNode& saved, const ConfigNode& present) {
  const ConfigNode *before = saved.find("total_timesteps"), *now = present.find("total_timesteps");
  return before && now && now->integer() >= before->integer();
}

// Removes a key such as "eval.eval_freq", if present.
void forget(ConfigNode& node, const std::string& key) {
  const size_t dot = key.find('.');
  if (dot == std::string::npos) return node.remove(key);
  const ConfigNode* inside = node.find(key.substr(0, dot));
  if (!inside || !inside->is_map()) return;
  ConfigNode rest = *inside;
  forget(rest, key.substr(dot + 1));
  node.set(key.substr(0, dot), std::move(rest));
}

// Makes an absolute path, from the machine that wrote it, relative to `folder`.
ConfigNode with_paths_from(const std::string& folder, const ConfigNode& node) {
  if (node.is_scalar())
    return node.text().starts_with('/') ? ConfigNode::scalar(path_from(node.text(), folder), node.is_quoted()) : node;
  if (node.is_map()) {
    ConfigNode map = node;
    for (const auto& [key, value] : node.entries()) map.set(key, with_paths_from(folder, value));
    return map;
  }
  if (!node.is_list()) return node;
  ConfigNode list = ConfigNode::list();
  for (const ConfigNode& item : node.items()) list.append(with_paths_from(folder, item));
  return list;
}

void relate_paths(ConfigNode& node, const std::vector<std::string>& keys, const std::string& folder) {
  for (const std::string& key : keys)
    if (const ConfigNode* value = node.find(key)) node.set(key, with_paths_from(folder, *value));
}

const std::vector<std::string> recipe_paths = {"task", "initial_policy", "algorithm"};

std::vector<std::string> recipe_differences(ConfigNode saved, ConfigNode present, const std::string& folder) {
  relate_paths(saved, recipe_paths, folder);  // older runs store absolute paths of their machine
  for (ConfigNode* node : {&saved, &present}) node->remove("task");
  if (has_grown(saved, present)) saved.set("total_timesteps", *present.find("total_timesteps"));
  for (const std::string& key : changeable_keys()) {
    forget(saved, key);
    forget(present, key);
  }
  std::vector<std::string> differences;
  compare(&saved, &present, "", differences);
  return differences;
}

std::vector<std::string> task_differences(const RunIdentity& saved, const RunIdentity& present) {
  ConfigNode before = ConfigNode::parse_text(saved.task, "the checkpoint's task");
  ConfigNode now = ConfigNode::parse_text(present.task, "the task");
  if (before.find("model") && now.find("model"))
    for (ConfigNode* node : {&before, &now}) node->remove("model");
  std::vector<std::string> differences;
  compare(&before, &now, "task", differences);
  if (!is_same_model(saved.model, present.model))
    differences.push_back("the compiled model: its MJCF file, or the version of MuJoCo, has changed");
  return differences;
}

}  // namespace

RunIdentity identity_of(ConfigNode recipe, const Task& task, const std::string& folder) {
  ConfigNode task_config = task.config;
  relate_paths(recipe, recipe_paths, folder);
  relate_paths(task_config, {"model"}, folder);
  return {.config = recipe.to_yaml(), .task = task_config.to_yaml(), .model = task.model};
}

void check_same_run(const RunIdentity& saved, const RunIdentity& present, const std::string& folder) {
  const ConfigNode before = ConfigNode::parse_text(saved.config, "the checkpoint's recipe");
  const ConfigNode now = ConfigNode::parse_text(present.config, "the recipe");
  std::vector<std::string> differences = recipe_differences(before, now, folder);
  const std::vector<std::string> of_task = task_differences(saved, present);
  const ConfigNode *task_before = before.find("task"), *task_now = now.find("task");
  if (!of_task.empty() && task_before && task_now) compare(task_before, task_now, "task", differences);
  differences.insert(differences.end(), of_task.begin(), of_task.end());
  if (differences.empty()) return;
  const size_t more = differences.size() - std::min(differences.size(), most_named);
  differences.resize(differences.size() - more);
  fail(
      "the run cannot be resumed with other settings ({}{}): only total_timesteps may grow, and {} change. Put them "
      "back, or start a new run with --overwrite or in another folder with --run",
      join(differences, "; "), more > 0 ? fmt::format("; and {} more", more) : "", join(changeable_keys()));
}

std::optional<Checkpoint> find_checkpoint(const RunFolder& folder) {
  CheckpointFolder::Newest newest = CheckpointFolder(folder.checkpoints()).newest();
  if (!newest.checkpoint && !newest.damaged.empty())
    fail("the run in '{}' cannot be resumed: {}; --overwrite restarts it", folder.path(), newest.damaged.front());
  std::error_code code;
  if (!newest.checkpoint && std::filesystem::exists(folder.file("policy.safetensors"), code))
    fail("the run in '{}' cannot be resumed: it has a policy, but no checkpoints; --overwrite restarts it",
         folder.path());
  for (const std::string& damage : newest.damaged) log_warning("{}; going back to the one before it", damage);
  if (!newest.checkpoint) log_info("'{}' has no checkpoint yet: starting from the beginning", folder.path());
  return std::move(newest.checkpoint);
}

}  // namespace sinew
