#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "agents/run/final_evaluation.h"
#include "agents/run/recipe.h"
#include "agents/run/run_folder.h"

namespace sinew {

/// How far a training run has come.
struct TrainStatus {
  int64_t steps = 0, total_steps = 0;
  double seconds = 0;                 // of training, over all its sittings
  double fps = 0;                     // env steps per second so far
  std::optional<double> ep_rew_mean;  // over the last 100 episodes
  std::optional<double> eval_mean, best_eval;
  bool new_eval = false;     // eval_mean is of this moment
  bool has_learned = false;  // what follows is the final evaluation
};

struct TrainOptions {
  std::string run_folder;
  IfRunExists if_run_exists = IfRunExists::refuse;
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;  // set: save and return, after this iteration or amid an evaluation
  std::function<void(const TrainStatus&)> on_progress;
};

struct TrainResult {
  TrainStatus status;
  bool interrupted = false;  // what is left may be the final evaluation alone: see TrainStatus::has_learned
  std::optional<FinalEvaluation> final_evaluation;  // of a run that is complete, unless it wants none
  double final_seconds = 0;                         // of this sitting, spent on it; no training time
  std::optional<int64_t> resumed_from;              // env steps of the checkpoint
  int64_t diverged_episodes = 0;
  double save_seconds = 0;   // of this sitting, spent on checkpoints and policy files
  std::string weights_hash;  // of the last policy and of what its learner has beside it
};

/// Trains as the recipe says and fills the run folder: config.yaml and task.yaml (resolved), metrics.csv,
/// TensorBoard events, checkpoints/, policy.safetensors (last) and best.safetensors (the kept one: see
/// final_evaluation.h). Nothing is written before the recipe, the task and the folder are good.
///
/// A run that was stopped, killed or cut from its power goes on with IfRunExists::resume from its newest
/// good checkpoint, and ends with the same bits in weights and metrics as one never disturbed, whatever
/// the number of threads. An Error on the way (a full disk, a loss that is not finite) says which
/// checkpoint is kept.
TrainResult train(const Recipe& recipe, const Registry& registry, const TrainOptions& options);

}  // namespace sinew
