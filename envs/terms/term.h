#pragma once
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/spec.h"
#include "core/state_archive.h"
#include "envs/terms/action_drive.h"
#include "envs/terms/task_state.h"

/// A term is one named piece of a task: a part of an observation, of the reward, a reason to end, a way to start. Each
/// env has its own terms, so a term may have memory. Terms compute in double and allocate only in their constructor.
/// After a step they read the simulation as MuJoCo left it: numbers derived from the position are those before the last
/// physics step's integration.
namespace sinew {

class Term {
 public:
  virtual ~Term() = default;
  /// Called when an episode starts, with its initial state; a term with memory resets it.
  virtual void begin_episode(const TaskState&) {}
  /// Saves or restores the term's memory between env steps, including that of the terms it contains. Values that
  /// before_step sets again, or that the constructor made, are left out.
  virtual void visit_state(StateArchive&) {}
};

/// Some numbers of an observation, each with a label and a unit.
class ObservationTerm : public Term {
 public:
  /// Fills out[0 … size()). Called once for the initial state and once after each env step.
  virtual void observe(const TaskState& state, Rng& rng, double* out) = 0;

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

/// One addend of the reward, without its weight.
class RewardTerm : public Term {
 public:
  /// Called before the physics of each env step, for terms that compare the states before and after it.
  virtual void before_step(const TaskState&) {}
  virtual double value(const TaskState& state) = 0;
};

/// A reason to end the episode as terminated.
class TerminationTerm : public Term {
 public:
  virtual bool ended(const TaskState& state) = 0;
  /// Whether this ending is a success of the task: it then counts in rollout/success_rate.
  virtual bool is_success() const { return false; }
};

/// Numbers of an action, and their effect on the simulation.
class ActionTerm : public Term {
 public:
  const ActionPart& part() const { return part_; }
  /// What each number drives; shorter where the term does not define it.
  const std::vector<ActionDrive>& drives() const { return drives_; }
  /// Takes the part().size() numbers that apply from now on: at the beginning of each env step, and during one where a
  /// newer action takes over.
  virtual void begin_step(std::span<const double> action, TaskState& state) = 0;
  /// From now on, numbers beyond low and high of part() are applied, too, up to the limits of the motors.
  void obey_all() { obeys_all_ = true; }
  /// For a controller that runs at the simulator's rate: called before each physics step.
  virtual bool has_controller() const { return false; }
  virtual void control(TaskState&) {}

 protected:
  /// The applied value of the i-th number.
  double obeyed(double number, size_t i) const {
    return obeys_all_ ? number : std::clamp(number, part_.low[i], part_.high[i]);
  }
  ActionPart part_;
  std::vector<ActionDrive> drives_;

 private:
  bool obeys_all_ = false;
};

/// A change of the initial state. The simulation has just been reset; forward() is called after all reset terms.
class ResetTerm : public Term {
 public:
  virtual void apply(TaskState& state, Rng& rng) = 0;
};

/// A change of the robot, its sensors or its luck, at each reset or at intervals during an episode.
class RandomizationTerm : public Term {
 public:
  virtual void apply(TaskState& state, Rng& rng) = 0;
  /// Whether apply changes the model's parameters, so that values derived from them are recomputed.
  virtual bool changes_model() const { return false; }
  /// Whether it is applied to every state of an episode instead, including the first: it follows the time, or a
  /// command. It then draws nothing, and changes only what is seen.
  virtual bool at_every_state() const { return false; }
};

/// How a command is drawn.
class CommandTerm : public Term {
 public:
  virtual void sample(const TaskState& state, Rng& rng, std::span<double> value) = 0;
  const std::vector<std::string>& labels() const { return labels_; }
  const std::vector<std::string>& units() const { return units_; }

 protected:
  std::vector<std::string> labels_, units_;
};

}  // namespace sinew
