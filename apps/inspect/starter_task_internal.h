#pragma once
#include <memory>
#include <string>

#include "apps/inspect/inspect_model_internal.h"
#include "envs/terms/task_registry.h"

/// The task that `sinew inspect --task` writes: it trains as it stands, and its comments say what else
/// there is to choose from.
namespace sinew {

/// How it begins.
inline constexpr const char* starter_first_line =
    "# A task to start from. It trains as it stands; what it rewards is a guess: say what you want.";

/// Writes it to `path`, once it is known to load as a task. Throws Error when the file is there and
/// `overwrite` is not, when it cannot be written, and for a model that has nothing to drive.
void write_starter_task(const std::shared_ptr<const Model>& model, const std::string& path, bool overwrite,
                        const TaskRegistry& registry);

/// The command line that trains the task at `path`.
std::string starter_command(const std::string& path);

}  // namespace sinew
