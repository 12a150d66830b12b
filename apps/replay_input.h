#pragma once
#include <string>
#include <vector>

namespace sinew {

class TaskEnv;

/// What is replayed: a state, and actions from there.
struct ReplayInput {
  std::vector<double> qpos, qvel;
  std::vector<std::vector<double>> actions;
};

/// Reads {"qpos": […], "qvel": […], "actions": [[…], …]}. Throws Error on another shape, on sizes that are
/// not the task's, and on whatever is not a finite number; the message says where in the file.
ReplayInput read_replay_input(const std::string& path, TaskEnv& task);

}  // namespace sinew
