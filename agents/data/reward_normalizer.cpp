#include "agents/data/reward_normalizer.h"

#include <algorithm>
#include <cmath>

#include "core/state_archive.h"

namespace sinew {

void RewardNormalizer::apply(Rollout& rollout) {
  for (int env = 0; env < rollout.n_envs; ++env)
    for (int step = 0; step < rollout.n_steps; ++step) {
      const size_t row = static_cast<size_t>(env) * rollout.n_steps + step;
      running_[env] = gamma_ * running_[env] + rollout.rewards[row];
      ++count_;
      const double delta = running_[env] - mean_;
      mean_ += delta / count_;
      m2_ += delta * (running_[env] - mean_);
      if (rollout.terminated[row] || rollout.truncated[row]) running_[env] = 0;
    }
  const double scale = 1 / std::sqrt(m2_ / count_ + 1e-8);
  for (float& reward : rollout.rewards) reward = static_cast<float>(std::clamp(reward * scale, -10.0, 10.0));
}

void RewardNormalizer::visit_state(StateArchive& archive) {
  archive("count", count_);
  archive("mean", mean_);
  archive("m2", m2_);
  archive("running", std::span(running_));
}

}  // namespace sinew
