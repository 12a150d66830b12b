#pragma once
#include <span>
#include <string>
#include <vector>

#include "envs/terms/task_registry.h"

namespace sinew {

struct GoalParams {
  std::string command;       // of the task; or else:
  ConfigNode target;         // numbers, in the unit of the measured ones
  std::vector<int> numbers;  // of the command; default: all
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("command", command);
    v.optional("target", target);
    v.optional("numbers", numbers);
  }
};

/// The desired values of an observation term's numbers: those of a command, or fixed ones.
class Goal {
 public:
  /// Throws an Error unless there are as many numbers as in `measured`.
  Goal(const GoalParams& params, const ObservationTerm& measured, const TermSource& source);
  /// ‖x − c‖² of the measured numbers x and the current goal c.
  double squared_distance(std::span<const double> x, const TaskState& state) const;

 private:
  void follow_command(const GoalParams& params, const ObservationTerm& measured, const TermSource& source);

  std::vector<double> target_;
  int command_ = -1;             // of the task; -1: target_
  std::vector<size_t> numbers_;  // of the command
};

}  // namespace sinew
