#pragma once
#include <string>
#include <vector>

#include "envs/task/task_env.h"

namespace sinew {

/// What is replayed: a state, and actions from there.
struct ReplayInput {
  ExactStart start;
  std::vector<std::vector<double>> actions;
};

/// Reads {"qpos": […], "qvel": […], "actions": [[…], …]}, or {"keyframe": NAME, "actions": […]}; either may have more
/// of what a keyframe has: "act", "ctrl", "mpos", "mquat". Throws Error on another shape, on sizes that are not the
/// task's, and on whatever is not a finite number; the message says where in the file.
ReplayInput read_replay_input(const std::string& path, TaskEnv& task);

}  // namespace sinew
