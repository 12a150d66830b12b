#pragma once
#include <memory>
#include <span>
#include <vector>

#include "envs/terms/action_drive.h"
#include "envs/terms/term.h"

namespace sinew {

/// The joints and bodies that a task's actions drive, one for each number of an action.
class DrivenJoints {
 public:
  DrivenJoints(const std::vector<std::unique_ptr<ActionTerm>>& actions, const Model& model);

  const std::vector<ActionDrive>& drives() const { return drives_; }
  /// Measures them, as documented for TaskEnv::measure.
  void measure(const TaskState& state, std::span<double> position, std::span<double> velocity,
               std::span<double> torque) const;

 private:
  std::vector<ActionDrive> drives_;
  std::vector<int> joints_, bodies_;  // -1: none
};

}  // namespace sinew
