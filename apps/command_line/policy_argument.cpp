#include "apps/command_line/policy_argument.h"

#include <filesystem>

#include "core/input_path.h"
#include "core/log.h"
#include "sim/model/model_sources.h"

namespace sinew {

namespace {

namespace fs = std::filesystem;

// The task stored in the policy's file. Its model is found by its path relative to the policy. If the policy was copied
// away from its run, the model is identified by its content.
Task embedded_task(const PolicyInfo& info, const std::string& policy, const TaskRegistry& tasks) {
  const std::string name = fs::path(info.task).stem().string();
  const ConfigNode config = ConfigNode::parse_text(info.task_config, "the task in " + policy);
  const ConfigNode* model = config.is_map() ? config.find("model") : nullptr;
  const BaseFolder beside = BaseFolder::of_file(policy);
  if (!model) return load_task(config, name, beside, tasks);
  const FoundFile found = find_file(model->text(), beside);
  if (found.is_there) return load_task(config, name, beside, tasks);
  for (const std::string& place : places_if_moved(model->text(), beside.named()))
    if (hash_of_sources(place) == info.model.sources) {
      ConfigNode moved = config;
      moved.set("model", ConfigNode::scalar(place));
      return load_task(moved, name, beside, tasks);
    }
  fail("the policy '{}' was trained on the model '{}', which is not there{}; name its task with --task", policy,
       model->text(), found.looked());
}

// Warns in one line if the policy runs on a model it was not trained on and the user did not request that.
void warn_of_another_model(const PolicyInfo& info, const std::string& policy, const Task& task, bool asked_for) {
  const auto model_of = [](const ConfigNode& config) {
    const ConfigNode* model = config.is_map() ? config.find("model") : nullptr;
    return model ? fs::path(model->text()).filename().string() : "";
  };
  if (is_same_model(info.model, task.model)) return;
  const std::string model = model_of(task.config);
  if (asked_for && model != model_of(ConfigNode::parse_text(info.task_config, "its task"))) return;
  log_warning("the model '{}' was changed since '{}' was trained on it", model, policy);
}

}  // namespace

Task task_for(const LoadedPolicy& loaded, const std::string& policy, const std::optional<std::string>& task,
              const Registry& registry) {
  const PolicyInfo& info = loaded.info;
  Task found = task || info.task_config.empty() ? load_task(task.value_or(info.task), registry.tasks)
                                                : embedded_task(info, policy, registry.tasks);
  const InterfaceSpec wanted = found.factory()->spec();
  const std::string difference = first_difference(with_missing_names(loaded.policy->spec(), wanted), wanted,
                                                  fmt::format("the task '{}'", found.name));
  if (!difference.empty()) fail("the policy '{}' does not fit: {}", policy, difference);
  warn_of_another_model(info, policy, found, task.has_value());
  return found;
}

}  // namespace sinew
