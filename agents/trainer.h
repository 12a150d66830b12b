#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "agents/recipe.h"

namespace sinew {

/// How far a training run has come.
struct TrainStatus {
  int64_t steps = 0, total_steps = 0;
  double seconds = 0;
  double fps = 0;                     // env steps per second so far
  std::optional<double> ep_rew_mean;  // over the last 100 episodes
  std::optional<double> eval_mean, best_eval;
  bool new_eval = false;              // eval_mean is of this moment
};

struct TrainOptions {
  std::string run_folder;
  bool overwrite = false;  // an existing run in that folder is replaced
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;  // set: save and return after this iteration
  std::function<void(const TrainStatus&)> on_progress;
};

struct TrainResult {
  TrainStatus status;
  bool interrupted = false;
  int64_t diverged_episodes = 0;
  std::string weights_hash;  // of the last policy
};

/// Trains as the recipe says and fills the run folder: config.yaml and task.yaml (resolved), metrics.csv,
/// TensorBoard events, policy.safetensors (last) and best.safetensors (best evaluation, or the last
/// without evaluations). Nothing is written before the recipe, the task and the folder are good.
TrainResult train(const Recipe& recipe, const Registry& registry, const TrainOptions& options);

/// Throws Error when the folder holds a run, unless `overwrite`.
void check_run_folder(const std::string& folder, bool overwrite);

}  // namespace sinew
