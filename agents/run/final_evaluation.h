#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/algorithm.h"
#include "agents/run/candidates.h"
#include "agents/run/evaluator.h"

namespace sinew {

/// The results of one policy over the episodes of a final evaluation.
struct FinalFigures {
  int64_t step = 0;                           // env steps that the policy had been trained on
  double mean_reward = 0, std_error = 0;      // std_error: of the mean; NaN for one episode
  double std_reward = 0, mean_ep_length = 0;  // over the episodes
  std::optional<double> success_rate;         // where the task has successes
  void visit_state(StateArchive& archive);
};

/// Results of a run's policies on fresh episodes, not used for learning, evaluation or selection.
struct FinalEvaluation {
  int32_t n_episodes = 0;  // of each policy
  FinalFigures kept, last;
  /// Reports kept/… and last/….
  void report(const MetricSink& metrics) const;
  /// The names that it may report.
  static std::vector<std::string> metric_names(bool has_success);
  void visit_state(StateArchive& archive);
};

/// The inputs of a final evaluation.
struct FinalPlay {
  Evaluator& evaluator;
  const LayerTable<float>& layers;
  int n_episodes;
  bool has_success;  // the task's
  Rng stream;        // its own, never drawn from before
  const std::atomic<bool>* stop = nullptr;
};

/// Runs the candidates again, all on the same fresh episodes, to select the one to keep. Then runs that one and the
/// last policy on other fresh episodes, the same for both. A single candidate needs no selection run. Returns none when
/// it was stopped. The result does not depend on the threads.
std::optional<FinalEvaluation> evaluate_finally(const FinalPlay& play, const std::vector<Candidate>& candidates,
                                                const Candidate& last);

}  // namespace sinew
