#pragma once
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "agents/data/demonstration_data.h"
#include "core/thread_pool.h"
#include "nets/policy/policy.h"

namespace sinew {

/// Runs a policy over demonstrated episodes from their beginnings, as it would run in place of the demonstrator. Yields
/// the memory before each row, and the command the policy would give.
class DemonstrationReplay {
 public:
  /// Called once for each row, from several threads: state [policy.state_size()] before the row, zeros where an episode
  /// begins; the deterministic command [policy.action_size()].
  using Visit = std::function<void(int row, std::span<const float> state, std::span<const float> command)>;

  DemonstrationReplay(const Policy& policy, const DemonstrationData& data, ThreadPool& pool);
  void run(const std::vector<DemonstrationData::Episode>& episodes, const Visit& visit);

 private:
  void run_together(PolicyRunner& runner, std::span<const DemonstrationData::Episode> episodes,
                    const Visit& visit) const;

  const Policy& policy_;
  const DemonstrationData& data_;
  ThreadPool& pool_;
  std::vector<std::unique_ptr<PolicyRunner>> runners_;  // one per thread
};

}  // namespace sinew
