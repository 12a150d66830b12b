// The action that our own PD controller follows.
#include <algorithm>
#include <cmath>

#include "envs/terms/action_drive.h"
#include "envs/terms/element_selection.h"
#include "envs/terms/per_joint.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// The actuator that acts on the joint directly; -1 when there is none.
int actuator_of(int joint, const Model& model) {
  for (int i = 0; i < model.nu(); ++i)
    if (model.joint_of_actuator(i) == joint) return i;
  return -1;
}

/// A PD controller for each joint, at the simulator's rate.
class PdTargets final : public ActionTerm {
 public:
  struct Params {
    ConfigNode joints = ConfigNode::scalar("all");
    ConfigNode scale = ConfigNode::scalar("0.25");
    ConfigNode kp, kd;
    ConfigNode torque_limit = ConfigNode::scalar("none");
    double limit = 1;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("joints", joints);
      v.optional("scale", scale);
      v.required("kp", kp);
      v.required("kd", kd);
      v.optional("torque_limit", torque_limit);
      v.optional("limit", limit, above(0));
    }
  };

  PdTargets(const Params& params, const TermSource& source) {
    part_.name = "pd_targets";
    const std::vector<int> indices = chosen(params.joints, source);
    for (const int joint : indices) {
      joints_.push_back(make(joint, source));
      part_.labels.push_back(source.model.called(Model::Element::joint, joint));
    }
    const size_t n = joints_.size();
    part_.units.assign(n, "1");
    part_.low.assign(n, -params.limit);
    part_.high.assign(n, params.limit);
    const auto scale = per_joint(params.scale, part_.labels, above(0));
    const auto kp = per_joint(params.kp, part_.labels, at_least(0)),
               kd = per_joint(params.kd, part_.labels, at_least(0));
    const bool own_limits = params.torque_limit.is_scalar() && params.torque_limit.text() == "none";
    const auto limits =
        own_limits ? std::vector<double>(n, without_limit) : per_joint(params.torque_limit, part_.labels, above(0));
    for (size_t i = 0; i < n; ++i) {
      Joint& joint = joints_[i];
      joint.scale = scale[i];
      joint.kp = kp[i];
      joint.kd = kd[i];
      joint.torque_limit = limits[i];
      if (own_limits && joint.motor >= 0) joint.torque_limit = most_force(source.model, joint.motor);
      drives_.push_back(drive_of_joint(source.model, indices[i], ActionDrive::Kind::position, joint.scale,
                                       joint.default_position, joint.torque_limit));
    }
  }

  void begin_step(std::span<const double> action, TaskState&) override {
    for (size_t i = 0; i < joints_.size(); ++i)
      joints_[i].target = joints_[i].default_position + joints_[i].scale * obeyed(action[i], i);
  }
  void visit_state(StateArchive& archive) override {
    for (Joint& joint : joints_) archive("target", joint.target);
  }
  bool has_controller() const override { return true; }
  void control(TaskState& state) override {
    for (const Joint& joint : joints_) {
      const double measured = state.sim.qpos()[joint.qpos] + state.encoder_offset[joint.qpos];
      const double wanted = joint.kp * (joint.target - measured) - joint.kd * state.sim.qvel()[joint.dof];
      const double torque = std::clamp(wanted, -joint.torque_limit, joint.torque_limit);
      if (joint.motor < 0)
        state.sim.qfrc_applied()[joint.dof] = torque;
      else
        state.sim.ctrl()[static_cast<size_t>(joint.motor)] =
            std::clamp(torque / joint.torque_per_control, joint.control_low, joint.control_high);
    }
  }

 private:
  struct Joint {
    size_t qpos, dof;
    int motor = -1;
    double torque_per_control = 1, control_low = -without_limit, control_high = without_limit;
    double default_position;  // m or rad
    double scale, kp, kd, torque_limit;
    double target = 0;
  };

  // `all` selects the joints that motors drive or, in a model without actuators, each hinge and slide without a leader.
  static std::vector<int> chosen(const ConfigNode& joints, const TermSource& source) {
    const Model& model = source.model;
    std::vector<int> chosen = select_joints(joints, source);
    if (joints.is_list() || joints.text() != "all") return chosen;
    std::erase_if(chosen, [&](int joint) {
      const int actuator = actuator_of(joint, model);
      if (actuator < 0 && model.leader_of_joint(joint) >= 0) return true;
      return actuator >= 0 ? model.actuator_kind(actuator) != "motor" : model.nu() > 0;
    });
    if (chosen.empty()) throw source.node.error(fmt::format("no motor drives a joint of '{}'", model.path()));
    return chosen;
  }

  static Joint make(int index, const TermSource& source) {
    const Model& model = source.model;
    Joint joint{.qpos = static_cast<size_t>(model.qpos_address(index)),
                .dof = static_cast<size_t>(model.dof_address(index))};
    joint.default_position = source.default_pose[joint.qpos];
    joint.motor = actuator_of(index, model);
    if (joint.motor < 0) return joint;
    const std::string actuator = model.actuator_label(joint.motor);
    if (model.actuator_kind(joint.motor) != "motor")
      throw source.node.error(fmt::format(
          "the joint '{}' is driven by {}, a {} actuator, not by a motor; use actuators or position_targets",
          model.called(Model::Element::joint, index), actuator, model.actuator_kind(joint.motor)));
    joint.torque_per_control = *model.force_per_control(joint.motor);
    if (joint.torque_per_control == 0) throw source.node.error(fmt::format("the motor {} has a gear of 0", actuator));
    const Model::Limits limits = model.control_limits(joint.motor);
    if (limits.limited) joint.control_low = limits.low, joint.control_high = limits.high;
    return joint;
  }

  std::vector<Joint> joints_;
};

}  // namespace

std::vector<TermRow<ActionTerm>> pd_actions() {
  return {
      term_row<ActionTerm, PdTargets>(
          "pd_targets",
          "τ = clip(kp (default + scale · a − q) − kd q̇, ±torque_limit) before each physics step, a within ±`limit`, q "
          "as its encoder has it. It goes to the joint's motor, ctrl = τ / (gain · gear) within ctrlrange, or where "
          "there is none to qfrc_applied. `joints` is a list, or `all` that motors drive (in a model without actuators "
          "every hinge and slide that follows no other). scale (m or rad), kp, kd, torque_limit: numbers, or maps of "
          "joints; torque_limit is "
          "what the motor can do unless given",
          "1"),
  };
}

}  // namespace sinew
