#pragma once
#include <span>
#include <vector>

#include "agents/data/demonstration_data.h"
#include "agents/data/sequence_batch.h"
#include "nets/ops/ops.h"
#include "nets/policy/policy.h"

namespace sinew {

/// The rows to learn from, cut into sequences of seq_len steps. The last sequence overlaps the one before it when the
/// rows do not divide evenly. A sequence may cross the beginning of an episode; memory is reset there.
struct BcSequences {
  int seq_len = 1;
  std::vector<int> first;     // [sequences]: row
  std::vector<float> states;  // [sequences, policy.state_size()]: the memory before it
};

/// Diagnostics of a minibatch as sums over its rows.
struct BcSums {
  double rows = 0;
  double loss = 0;   // −log π(demonstrated action)
  double error = 0;  // DemonstrationData::action_error of the likeliest action
  BcSums& operator+=(const BcSums& other);
};

/// −log π(demonstrated action) on some sequences of demonstrations, computed by the actor.
class BcLoss {
 public:
  BcLoss(const Policy& policy, const DemonstrationData& data, const BcSequences& all, int max_sequences);

  /// `scale` · (sum of the rows' losses).
  Tensor operator()(Tape& tape, std::span<const int> sequences, double scale);

  /// Summed over the calls since clear().
  const BcSums& sums() const { return sums_; }
  void clear() { sums_ = {}; }

 private:
  void gather(std::span<const int> sequences);
  double error_of(const Tensor& likeliest, std::span<const int> sequences) const;

  const Policy& policy_;
  const DemonstrationData& data_;
  const BcSequences& all_;
  SequenceBatch batch_;
  BcSums sums_;
};

}  // namespace sinew
