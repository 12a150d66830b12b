#pragma once
#include <memory>
#include <span>
#include <vector>

#include "envs/terms/task_registry.h"

namespace sinew {

/// The numbers of an observation term that a reward or a termination uses. They lack the noise of the task's
/// observations, but include noise that the term itself adds, from a separate stream.
class Measure {
 public:
  Measure(const ConfigNode& of, const TermSource& source)
      : term_(make_observation(of, source)), numbers_(term_->size()), rng_(0) {}

  const ObservationTerm& term() const { return *term_; }
  /// Also observes the initial state, which a term with memory requires.
  void begin_episode(const TaskState& state) {
    term_->begin_episode(state);
    now(state);
  }
  /// Called once per env step. Valid until the next call.
  std::span<const double> now(const TaskState& state) {
    term_->observe(state, rng_, numbers_.data());
    return numbers_;
  }

  void visit_state(StateArchive& archive) {
    archive("of", *term_);
    archive("rng", rng_);
  }

 private:
  std::unique_ptr<ObservationTerm> term_;
  std::vector<double> numbers_;
  Rng rng_;
};

}  // namespace sinew
