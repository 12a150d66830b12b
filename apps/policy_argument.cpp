#include "apps/policy_argument.h"

#include <filesystem>

namespace sinew {

Task task_for(const LoadedPolicy& loaded, const std::string& policy, const std::optional<std::string>& task,
              const Registry& registry) {
  const PolicyInfo& info = loaded.info;
  Task found = task || info.task_config.empty()
                   ? load_task(task.value_or(info.task), registry.tasks)
                   : load_task(ConfigNode::parse_text(info.task_config, "the task in " + policy),
                               std::filesystem::path(info.task).stem().string(), ".", registry.tasks);
  const std::string difference =
      first_difference(loaded.policy->spec(), found.factory()->spec(), fmt::format("the task '{}'", found.name));
  if (!difference.empty()) fail("the policy '{}' does not fit: {}", policy, difference);
  return found;
}

}  // namespace sinew
