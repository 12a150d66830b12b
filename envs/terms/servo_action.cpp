// The action that the model's own position servos follow.
#include <algorithm>

#include "envs/terms/action_drive.h"
#include "envs/terms/element_selection.h"
#include "envs/terms/per_joint.h"
#include "envs/terms/ramp.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// Targets for the model's own position servos.
class PositionTargets final : public ActionTerm {
 public:
  struct Params {
    ConfigNode actuators = ConfigNode::scalar("all");
    ConfigNode scale = ConfigNode::scalar("0.25");
    double limit = 1;
    ConfigNode rate;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("actuators", actuators);
      v.optional("scale", scale);
      v.optional("limit", limit, above(0));
      v.optional("rate", rate);
    }
  };

  PositionTargets(const Params& params, const TermSource& source) {
    part_.name = "position_targets";
    for (const int actuator : chosen(params.actuators, source)) {
      servos_.push_back(make(actuator, source));
      part_.labels.push_back(source.model.called(Model::Element::actuator, actuator));
    }
    const size_t n = servos_.size();
    part_.units.assign(n, "1");
    part_.low.assign(n, -params.limit);
    part_.high.assign(n, params.limit);
    const auto scale = per_joint(params.scale, part_.labels, above(0));
    has_rate_ = !params.rate.is_null();
    const auto rate = has_rate_ ? per_joint(params.rate, part_.labels, above(0)) : std::vector(n, without_limit);
    for (size_t i = 0; i < n; ++i) {
      Servo& servo = servos_[i];
      servo.scale = scale[i];
      servo.target.rate = rate[i];
      const int actuator = static_cast<int>(servo.actuator);
      drives_.push_back(drive_of_joint(source.model, source.model.joint_of_actuator(actuator),
                                       ActionDrive::Kind::position, servo.scale, servo.default_position,
                                       most_force(source.model, actuator)));
    }
  }

  // A moving target starts at the joint's position.
  void begin_episode(const TaskState& state) override {
    since_ = state.sim.time();
    for (Servo& servo : servos_) servo.target.start_at(state.sim.qpos()[servo.qpos] + state.encoder_offset[servo.qpos]);
  }
  void begin_step(std::span<const double> action, TaskState& state) override {
    const double now = state.sim.time();
    for (size_t i = 0; i < servos_.size(); ++i) {
      Servo& servo = servos_[i];
      servo.target.go_to(servo.default_position + servo.scale * obeyed(action[i], i), now - since_);
      if (!has_rate_) tell(servo, servo.target.goal, state);
    }
    since_ = now;
  }
  bool has_controller() const override { return has_rate_; }
  void control(TaskState& state) override {
    if (!has_rate_) return;  // another term has a controller
    const double seconds = state.sim.time() - since_ + state.sim.model().timestep();
    for (const Servo& servo : servos_) tell(servo, servo.target.at(seconds), state);
  }
  void visit_state(StateArchive& archive) override {
    if (!has_rate_) return;
    archive("since", since_);
    for (Servo& servo : servos_) archive("target", servo.target);
  }

 private:
  struct Servo {
    size_t actuator, qpos;
    double gear;
    double low = -without_limit, high = without_limit;
    double default_position;  // m or rad
    double scale = 0;
    Ramp target;  // m or rad
  };

  static void tell(const Servo& servo, double target, TaskState& state) {
    // The servo's measurement of its joint has the same error as an observation.
    const double joint = target - state.encoder_offset[servo.qpos];
    state.sim.ctrl()[servo.actuator] = std::clamp(servo.gear * joint, servo.low, servo.high);
  }

  static std::vector<int> chosen(const ConfigNode& names, const TermSource& source) {
    const Model& model = source.model;
    if (model.nu() == 0)
      throw source.node.error(fmt::format("'{}' has no actuators; pd_targets drives its joints", model.path()));
    const auto why_not = [&](int actuator) {
      if (model.actuator_kind(actuator) == "position") return std::string();
      return fmt::format("the actuator {} is a {}, not a position servo; pd_targets drives motors",
                         model.actuator_label(actuator), model.actuator_kind(actuator));
    };
    bool has_servo = false;
    for (int actuator = 0; actuator < model.nu(); ++actuator) has_servo |= why_not(actuator).empty();
    if (!has_servo && names.is_scalar() && names.text() == "all")
      throw source.node.error(fmt::format(
          "'{}' has no position servos; pd_targets drives motors, or joints without an actuator", model.path()));
    return select_elements(Model::Element::actuator, names, source, why_not);
  }

  static Servo make(int index, const TermSource& source) {
    const Model& model = source.model;
    const int joint = model.joint_of_actuator(index);
    const std::string name = model.actuator_label(index);
    if (joint < 0 || model.joint_dof_size(joint) != 1)
      throw source.node.error(fmt::format("{} acts on {}, not on a hinge or a slide, and so has no default position",
                                          name, model.actuator_drives(index)));
    Servo servo{.actuator = static_cast<size_t>(index),
                .qpos = static_cast<size_t>(model.qpos_address(joint)),
                .gear = model.actuator_gear(index)};
    servo.default_position = source.default_pose[servo.qpos];
    const Model::Limits limits = model.control_limits(index);
    if (limits.limited) servo.low = limits.low, servo.high = limits.high;
    return servo;
  }

  std::vector<Servo> servos_;
  bool has_rate_;
  double since_ = 0;  // s, time of the last action
};

}  // namespace

std::vector<TermRow<ActionTerm>> servo_actions() {
  return {
      term_row<ActionTerm, PositionTargets>(
          "position_targets",
          "ctrl = clip(gear · (default + scale · a), ctrlrange) of the position servos `actuators`, `all` or a list; a "
          "within ±limit; scale (m or rad) is a number or a map of actuators. With a `rate` (a number or a map of "
          "actuators), the target moves at that speed (m/s or rad/s) from where it is, and at first from where the "
          "joint is",
          "1"),
  };
}

}  // namespace sinew
