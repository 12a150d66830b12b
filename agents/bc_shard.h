#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "agents/demonstration_data.h"
#include "nets/ops.h"
#include "nets/policy.h"

namespace sinew {

/// The rows to learn from, cut into sequences of seq_len steps, the last one overlapping the one before it where they
/// do not come out even. Sequences may run across the beginning of an episode, where memory starts anew.
struct BcSequences {
  int seq_len = 1;
  std::vector<int> first;     // [sequences]: row
  std::vector<float> states;  // [sequences, policy.state_size()]: what is remembered before it
};

/// The piece of a minibatch that one thread computes: some of its sequences, through the actor.
class BcShard {
 public:
  struct Sums {
    double rows = 0;
    double loss = 0;   // −log π(demonstrated action)
    double error = 0;  // DemonstrationData::action_error of the likeliest action
  };

  BcShard(const Policy& policy, int max_sequences, int seq_len, bool learn_std);

  /// Leaves the gradient of scale · (sum of the rows' losses), and its sums. Augmentation draws from `random`.
  void run(const DemonstrationData& data, const BcSequences& all, std::span<const int> sequences, double scale,
           Rng random);
  /// After the step that followed run(): see nets/ops.h.
  void absorb_batch_statistics() { sinew::absorb_batch_statistics(tape_); }

  std::span<float> gradient() { return gradient_; }
  const Sums& sums() const { return sums_; }
  /// What made the first number of the last run that is not finite; "" where all are.
  std::string culprit() const;

 private:
  void gather(const DemonstrationData& data, const BcSequences& all, std::span<const int> sequences);

  const Policy& policy_;
  Tape tape_;
  Rng random_;
  size_t frozen_begin_ = 0, frozen_end_ = 0;  // of the gradient: what is not learnt
  std::vector<uint8_t> images_, starts_;
  std::vector<float> gradient_, observations_, actions_, states_;
  Sums sums_;
};

}  // namespace sinew
