#include "envs/task/driven_joints.h"

#include <array>
#include <cassert>
#include <limits>

namespace sinew {

DrivenJoints::DrivenJoints(const std::vector<std::unique_ptr<ActionTerm>>& actions, const Model& model) {
  for (const auto& action : actions) {
    const ActionPart& part = action->part();
    for (size_t i = 0; i < static_cast<size_t>(part.size()); ++i) {
      ActionDrive& drive = drives_.emplace_back(i < action->drives().size() ? action->drives()[i] : ActionDrive());
      if (i < part.labels.size()) drive.label = part.labels[i];
      joints_.push_back(drive.joint.empty() ? -1 : model.find(Model::Element::joint, drive.joint));
      bodies_.push_back(drive.body.empty() ? -1 : model.find(Model::Element::body, drive.body));
    }
  }
}

void DrivenJoints::measure(const TaskState& state, std::span<double> position, std::span<double> velocity,
                           std::span<double> torque) const {
  assert(position.size() == joints_.size() && velocity.size() == joints_.size() && torque.size() == joints_.size());
  const Model& model = state.sim.model();
  for (size_t i = 0; i < joints_.size(); ++i) {
    if (bodies_[i] >= 0) {
      const std::array<double, 6> moves = state.sim.body_velocity(bodies_[i], true);  // angular, then linear
      position[i] = torque[i] = 0;
      velocity[i] = moves[static_cast<size_t>((drives_[i].axis + 3) % 6)];
      continue;
    }
    if (joints_[i] < 0) {
      position[i] = velocity[i] = torque[i] = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    const auto q = static_cast<size_t>(model.qpos_address(joints_[i]));
    const auto dof = static_cast<size_t>(model.dof_address(joints_[i]));
    position[i] = state.sim.qpos()[q] + state.encoder_offset[q];
    velocity[i] = state.sim.qvel()[dof];
    torque[i] = state.sim.qfrc_actuator()[dof] + state.sim.qfrc_applied()[dof];
  }
}

}  // namespace sinew
