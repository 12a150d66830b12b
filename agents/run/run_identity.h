#pragma once
#include <optional>
#include <string>

#include "agents/run/checkpoint_folder.h"
#include "agents/run/run_folder.h"
#include "core/config_node.h"
#include "envs/task/make_env.h"

namespace sinew {

/// The identity of a run. A checkpoint stores it, since another run cannot continue from that checkpoint.
struct RunIdentity {
  std::string config;   // the resolved recipe, YAML
  std::string task;     // the resolved task, YAML
  ModelIdentity model;  // of the task
};

/// The identity of a run in `folder`. All paths are relative to the folder, so that a project can be moved as a whole.
RunIdentity identity_of(ConfigNode recipe, const Task& task, const std::string& folder);

/// Throws Error naming the keys that differ, with both values. `total_timesteps` may have grown. The location of the
/// task and its model may change; their contents may not.
void check_same_run(const RunIdentity& saved, const RunIdentity& present, const std::string& folder = ".");

/// The newest good checkpoint of the run in the folder; none: the folder holds nothing that was learnt. Warns of
/// damaged ones after it. Throws Error when something was learnt but no checkpoint is good. Writes nothing.
std::optional<Checkpoint> find_checkpoint(const RunFolder& folder);

}  // namespace sinew
