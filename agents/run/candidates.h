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
  int64_t step = 0;                         // env steps that it had been trained on
  double eval_mean = 0;                     // from the evaluation at that step
  std::string policy;                       // the bytes of its file
  void visit_state(StateArchive& archive);  // all but the policy
};

/// The policies of a run's best evaluations. The best of many evaluations is partly luck, so the policy to keep is
/// selected after learning ends, on episodes that selected none of the candidates (see final_evaluation.h). Until then
/// it is the policy of the best evaluation.
class Candidates {
 public:
  /// Holds at most `most` policies.
  explicit Candidates(int most) : most_(static_cast<size_t>(most)) {}

  /// Whether an evaluation with this mean ranks among the best; of equal ones the earlier ranks higher.
  bool want(double eval_mean) const;
  /// Adds it, and drops the worst one when there are too many.
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
