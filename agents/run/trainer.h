#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "agents/run/final_evaluation.h"
#include "agents/run/recipe.h"
#include "agents/run/run_folder.h"

namespace sinew {

/// The progress of a training run.
struct TrainStatus {
  int64_t steps = 0, total_steps = 0;
  double seconds = 0;                 // of training, over all sittings
  double fps = 0;                     // env steps per second so far
  std::optional<double> ep_rew_mean;  // over the last 100 episodes
  std::optional<double> eval_mean, best_eval;
  bool new_eval = false;     // eval_mean was computed just now
  bool has_learned = false;  // learning is done; the final evaluation follows
};

struct TrainOptions {
  std::string run_folder;
  IfRunExists if_run_exists = IfRunExists::refuse;
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;  // set: save and return, after this iteration or during an evaluation
  std::function<void(const TrainStatus&)> on_progress;
};

struct TrainResult {
  TrainStatus status;
  bool interrupted = false;  // possibly only the final evaluation remains: see TrainStatus::has_learned
  std::optional<FinalEvaluation> final_evaluation;  // of a completed run, unless it is disabled
  double final_seconds = 0;                         // spent on it in this sitting; not training time
  std::optional<int64_t> resumed_from;              // env steps of the checkpoint
  int64_t diverged_episodes = 0;
  double save_seconds = 0;   // spent in this sitting on checkpoints and policy files
  std::string weights_hash;  // of the last policy and its learner's own parameters
};

/// Trains according to the recipe and fills the run folder: config.yaml and task.yaml (resolved), metrics.csv,
/// TensorBoard events, checkpoints/, policy.safetensors (last) and best.safetensors (the kept one: see
/// final_evaluation.h). Nothing is written until the recipe, the task and the folder are valid.
///
/// IfRunExists::resume continues a run that was stopped, killed or lost power from its newest good checkpoint. The run
/// ends with the same bits in weights and metrics as an undisturbed one, whatever the number of threads. An Error
/// during the run (a full disk, a loss that is not finite) names the checkpoint that is kept.
TrainResult train(const Recipe& recipe, const Registry& registry, const TrainOptions& options);

}  // namespace sinew
