#include "apps/policy_argument.h"

#include <filesystem>

#include "apps/file_argument.h"

namespace sinew {

std::string policy_path(const std::string& policy) {
  namespace fs = std::filesystem;
  if (!fs::exists(policy))
    fail("there is no policy '{}': give a run folder or a .safetensors file{}", policy, suggested_file(policy));
  const fs::path extension = fs::path(policy).extension();
  if (extension == ".yaml" || extension == ".yml")
    fail("'{}' is a YAML file, not a policy: give a run folder or a .safetensors file", policy);
  if (extension == ".checkpoint")
    fail("'{}' is a checkpoint, which 'train --resume' goes on from; the policies lie in the run folder above it",
         policy);
  if (!fs::is_directory(policy)) return policy;
  for (const char* name : {"best.safetensors", "policy.safetensors"})
    if (fs::exists(fs::path(policy) / name)) return (fs::path(policy) / name).string();
  for (const auto& entry : fs::directory_iterator(policy))
    if (entry.path().filename().string().starts_with("seed_"))
      fail("'{}' holds runs of several seeds; choose one, such as {}", policy, entry.path().string());
  for (const auto& entry : fs::directory_iterator(policy))
    if (entry.path().extension() == ".safetensors")
      fail("the folder '{}' holds policies, but is no run folder; choose one, such as {}", policy,
           entry.path().string());
  fail("the folder '{}' holds no policy; is it a run folder?", policy);
}

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
