#pragma once
#include <memory>
#include <string>

#include "apps/inspect/inspect_model_internal.h"
#include "envs/terms/task_registry.h"

/// The task that `sinew inspect --task` writes: it can be trained unchanged, and its comments list the alternatives.
namespace sinew {

/// Its first line.
inline constexpr const char* starter_first_line =
    "# A task to start from. It trains as it stands; what it rewards is a guess: say what you want.";

/// Writes the task to `path` after checking that it loads. Throws an Error if the file exists and `overwrite` is false,
/// if it cannot be written, or if the model has nothing to drive.
void write_starter_task(const std::shared_ptr<const Model>& model, const std::string& path, bool overwrite,
                        const TaskRegistry& registry);

/// The command line that trains the task at `path`.
std::string starter_command(const std::string& path);

}  // namespace sinew
