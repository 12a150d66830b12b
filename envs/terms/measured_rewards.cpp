// Rewards that are a function of what an observation term measures.
#include <algorithm>
#include <cmath>

#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// What the reward is about. The task's observation may have noise; this has what `of` itself adds.
class Measured : public RewardTerm {
 public:
  void begin_episode(const TaskState& state) override { term_->begin_episode(state); }

 protected:
  Measured(const ConfigNode& of, const TermSource& source)
      : term_(make_observation(of, source)), numbers_(term_->size()), rng_(0) {}
  std::span<const double> measure(const TaskState& state) {
    term_->observe(state, rng_, numbers_.data());
    return numbers_;
  }

 private:
  std::unique_ptr<ObservationTerm> term_;
  std::vector<double> numbers_;
  Rng rng_;
};

struct OfParams {
  ConfigNode of;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("of", of);
  }
};

class Value final : public Measured {
 public:
  using Params = OfParams;
  Value(const Params& params, const TermSource& source) : Measured(params.of, source) {}
  double value(const TaskState& state) override {
    double sum = 0;
    for (const double x : measure(state)) sum += x;
    return sum;
  }
};

}  // namespace

std::vector<TermRow<RewardTerm>> measured_rewards() {
  return {
      term_row<RewardTerm, Value>("value", "Σ x of the numbers x of the observation term `of`", "of the term"),
  };
}

}  // namespace sinew
