#pragma once
#include <string>

#include "agents/run/recipe.h"
#include "apps/command_line/policy_path.h"
#include "nets/formats/policy_file.h"

namespace sinew {

/// The task a policy is to act on: `task` if given, else the one it was trained on, as its file has
/// it. Throws Error naming the first difference when the policy does not fit.
Task task_for(const LoadedPolicy& loaded, const std::string& policy, const std::optional<std::string>& task,
              const Registry& registry);

}  // namespace sinew
