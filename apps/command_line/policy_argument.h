#pragma once
#include <string>

#include "agents/run/recipe.h"
#include "apps/command_line/policy_path.h"
#include "nets/formats/policy_file.h"

namespace sinew {

/// The task to run a policy on: `task` if given, else the task it was trained on, as stored in its file. Throws an
/// Error naming the first difference if the policy does not fit.
Task task_for(const LoadedPolicy& loaded, const std::string& policy, const std::optional<std::string>& task,
              const Registry& registry);

}  // namespace sinew
