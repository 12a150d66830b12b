#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/run/checkpoint_file.h"

namespace sinew {

class StateArchive;

/// A policy that a run may keep.
struct Candidate {
  int64_t step = 0;                         // env steps that it had learnt from
  double eval_mean = 0;                     // of the evaluation at that step
  std::string policy;                       // the bytes of its file
  void visit_state(StateArchive& archive);  // all but the policy
};

/// The policies of a run's best evaluations. The best of many evaluations is partly luck, so which of them is kept is
/// decided when the run has learned, on episodes that none of them was chosen by (see final_evaluation.h). Until then
/// it is the one of the best evaluation.
class Candidates {
 public:
  /// Holds so many at most.
  explicit Candidates(int most) : most_(static_cast<size_t>(most)) {}

  /// Whether an evaluation with this mean is among the best; of equal ones the earlier counts as the better.
  bool want(double eval_mean) const;
  /// Takes it in and drops the one too many.
  void add(Candidate candidate);
  const std::vector<Candidate>& best_first() const { return list_; }
  std::optional<int64_t> best_step() const;

  /// Each policy is a section of a checkpoint.
  void write_policies(CheckpointWriter& out) const;
  void read_policies(const Checkpoint& checkpoint);
  void visit_state(StateArchive& archive);  // all but the policies

 private:
  size_t most_;
  std::vector<Candidate> list_;  // the best first
};

}  // namespace sinew
