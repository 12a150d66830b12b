#pragma once
#include <vector>

#include "agents/data/rollout.h"

namespace sinew {

class StateArchive;

/// Scales rewards by the standard deviation of the running discounted return, and clips them to ±10 (as VecNormalize
/// does). Belongs to the learner because it needs gamma.
class RewardNormalizer {
 public:
  RewardNormalizer(int n_envs, double gamma) : gamma_(gamma), running_(n_envs) {}

  /// Adds a roll-out's rewards to the statistics, env by env, then scales them in place.
  void apply(Rollout& rollout);

  struct State {
    double count = 0, mean = 0, m2 = 0;
    std::vector<double> running;  // per env: the discounted return so far
  };
  State state() const { return {count_, mean_, m2_, running_}; }
  void visit_state(StateArchive& archive);

 private:
  double gamma_;
  double count_ = 0, mean_ = 0, m2_ = 0;  // Welford's
  std::vector<double> running_;
};

}  // namespace sinew
