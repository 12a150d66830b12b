#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/algorithm.h"
#include "envs/vec_env.h"

namespace sinew {

class StateArchive;

/// Means over a run's last 100 episodes, as in Stable-Baselines3, and counts over all episodes.
class EpisodeWindow {
 public:
  /// `spec` describes the task's episodes.
  explicit EpisodeWindow(const EnvSpec& spec) : spec_(spec) {}

  void add(std::vector<EpisodeRecord> episodes);
  /// Reports rollout/…: no means before the first episode has ended.
  void report(const MetricSink& metrics) const;
  /// The names that it may report.
  std::vector<std::string> metric_names() const;

  std::optional<double> mean_reward() const;
  int64_t diverged() const { return diverged_; }
  void visit_state(StateArchive& archive);

 private:
  const EnvSpec& spec_;
  std::vector<EpisodeRecord> recent_;  // the oldest first
  int64_t diverged_ = 0;               // of all episodes
};

}  // namespace sinew
