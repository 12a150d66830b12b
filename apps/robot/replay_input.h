#pragma once
#include <string>
#include <vector>

#include "envs/task/task_env.h"

namespace sinew {

/// The input of a replay: a start state and the actions from there.
struct ReplayInput {
  ExactStart start;
  std::vector<std::vector<double>> actions;
};

/// Reads {"qpos": […], "qvel": […], "actions": [[…], …]}, or {"keyframe": NAME, "actions": […]}; either may also hold
/// the other fields of a keyframe: "act", "ctrl", "mpos", "mquat". Throws an Error on another shape, on sizes that
/// differ from the task's, and on any value that is not a finite number; the message gives the position in the file.
ReplayInput read_replay_input(const std::string& path, TaskEnv& task);

}  // namespace sinew
