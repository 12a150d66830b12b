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

/// A term is one named piece of a task: a part of an observation, of the reward, a reason to end, a
/// way to start. Each env has its own terms, so that a term may remember. Terms compute in double
/// and allocate in their constructor only. What they read off the simulation after a step is as
/// MuJoCo left it: numbers derived from the position are those before the last physics step's move.
namespace sinew {

class Term {
 public:
  virtual ~Term() = default;
  /// Called when an episode starts, with its initial state: a term that remembers forgets.
  virtual void begin_episode(const TaskState&) {}
  /// Saves or restores what it remembers from one env step to the next, and has the terms that it
  /// contains do so. What before_step sets anew, and what the constructor made, stays out.
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

/// One addend of the reward, before its weight.
class RewardTerm : public Term {
 public:
  /// Called before the physics of each env step, for terms that compare before and after.
  virtual void before_step(const TaskState&) {}
  virtual double value(const TaskState& state) = 0;
};

/// A reason to end the episode as terminated.
class TerminationTerm : public Term {
 public:
  virtual bool ended(const TaskState& state) = 0;
  /// Whether this ending is what the task is about: it counts in rollout/success_rate.
  virtual bool is_success() const { return false; }
};

/// Numbers of an action, and what the simulation does with them.
class ActionTerm : public Term {
 public:
  const ActionPart& part() const { return part_; }
  /// What each number drives; shorter where the term does not say.
  const std::vector<ActionDrive>& drives() const { return drives_; }
  /// Takes the numbers that hold from now on, part().size() of them: at the beginning of each env step, and in the
  /// midst of one where a newer action takes over.
  virtual void begin_step(std::span<const double> action, TaskState& state) = 0;
  /// From now on numbers beyond low and high of part() are obeyed, too, up to what the motors can do.
  void obey_all() { obeys_all_ = true; }
  /// For a controller that runs at the simulator's rate: called before each physics step.
  virtual bool has_controller() const { return false; }
  virtual void control(TaskState&) {}

 protected:
  /// What the i-th number comes to.
  double obeyed(double number, size_t i) const {
    return obeys_all_ ? number : std::clamp(number, part_.low[i], part_.high[i]);
  }
  ActionPart part_;
  std::vector<ActionDrive> drives_;

 private:
  bool obeys_all_ = false;
};

/// A change of the initial state: the simulation has just been reset; forward() is called after all.
class ResetTerm : public Term {
 public:
  virtual void apply(TaskState& state, Rng& rng) = 0;
};

/// A change of the robot, its sensors or its luck, at each reset or now and then in an episode.
class RandomizationTerm : public Term {
 public:
  virtual void apply(TaskState& state, Rng& rng) = 0;
  /// Whether apply changes the model's parameters, so that what derives from them is computed anew.
  virtual bool changes_model() const { return false; }
  /// Whether it is applied to every state of an episode instead, the first one included: it follows the time, or a
  /// command. It then draws nothing, and changes what is seen alone.
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
