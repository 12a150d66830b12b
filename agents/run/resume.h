#pragma once
#include <optional>
#include <string>

#include "agents/run/checkpoint_folder.h"
#include "agents/run/run_folder.h"
#include "core/config_node.h"
#include "envs/task/make_env.h"

namespace sinew {

/// What a run is: a checkpoint keeps it, since another run cannot go on from there.
struct RunIdentity {
  std::string config;   // the resolved recipe, YAML
  std::string task;     // the resolved task, YAML
  ModelIdentity model;  // of the task
};

/// Of a run in `folder`, to which all paths are relative, so that a project can be moved as a whole.
RunIdentity identity_of(ConfigNode recipe, const Task& task, const std::string& folder);

/// Throws Error naming the keys that differ, with both values. `total_timesteps` may have grown. Where the task and its
/// model lie makes no difference; what they are does.
void check_same_run(const RunIdentity& saved, const RunIdentity& present, const std::string& folder = ".");

/// The newest good checkpoint of the run in the folder; none: nothing that was learnt lies there. Warns of damaged ones
/// after it. Throws Error where something was learnt and no checkpoint is good. Writes nothing.
std::optional<Checkpoint> find_checkpoint(const RunFolder& folder);

}  // namespace sinew
