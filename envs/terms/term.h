#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "sim/simulation.h"

/// A term is one named piece of a task: a part of an observation, of the reward, a reason to end, a
/// way to start. Each env has its own terms, so that a term may remember. Terms compute in double
/// and allocate in their constructor only.
namespace sinew {

/// What a term sees of an env step.
struct StepView {
  const Simulation& sim;           // after the step
  std::span<const double> action;  // as given, before MuJoCo clamps it
  double dt;                       // seconds of one env step
  bool terminated;                 // false while the terminations themselves are asked
};

/// Some numbers of an observation, each with a label and a unit.
class ObservationTerm {
 public:
  virtual ~ObservationTerm() = default;
  /// Fills out[0 … size()).
  virtual void observe(const Simulation& sim, double* out) const = 0;

  size_t size() const { return labels_.size(); }
  const std::vector<std::string>& labels() const { return labels_; }
  const std::vector<std::string>& units() const { return units_; }

 protected:
  void add_number(std::string label, std::string unit) {
    labels_.push_back(std::move(label));
    units_.push_back(std::move(unit));
  }

 private:
  std::vector<std::string> labels_, units_;
};

/// One addend of the reward, before its weight.
class RewardTerm {
 public:
  virtual ~RewardTerm() = default;
  /// Called before the physics of each env step, for terms that compare before and after.
  virtual void before_step(const Simulation&) {}
  virtual double value(const StepView& view) = 0;
};

/// A reason to end the episode as terminated.
class TerminationTerm {
 public:
  virtual ~TerminationTerm() = default;
  virtual bool ended(const StepView& view) = 0;
};

/// A change of the initial state: the simulation has just been reset; forward() is called after all.
class ResetTerm {
 public:
  virtual ~ResetTerm() = default;
  virtual void apply(Simulation& sim, Rng& rng) const = 0;
};

}  // namespace sinew
