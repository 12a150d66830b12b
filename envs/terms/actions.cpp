#include <algorithm>

#include "envs/terms/choose.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// For a model without actuators: how to name the joints to drive, as an example with its own.
std::string what_to_drive(const Model& model) {
  std::vector<std::string> example;
  for (int joint = 0; joint < model.count(Model::Element::joint) && example.size() < 3; ++joint) {
    const std::string name = model.name(Model::Element::joint, joint);
    if (model.joint_dof_size(joint) == 1 && !name.empty()) example.push_back(name + ": 10");
  }
  const std::string lack = fmt::format("'{}' has no actuators{}", model.path(),
                                       model.path().ends_with(".urdf") ? " (a URDF names none)" : "");
  if (example.empty()) return lack + ", and no named hinge or slide to drive instead";
  return fmt::format(
      "{}: name the joints to drive, for example actions: {{joint_torque: {{joints: {{{}}}}}}}, limits in N m (N for "
      "a slide)",
      lack, join(example));
}

/// The action is the control: ctrl = a, within the actuator's ctrlrange.
class Actuators final : public ActionTerm {
 public:
  struct Params {
    ConfigNode names = ConfigNode::scalar("all");  // or a list of names
    int wait = 0;                                  // env steps
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("names", names);
      v.optional("wait", wait, at_least(0));
    }
  };
  Actuators(const Params& params, const TermSource& source) : wait_(params.wait) {
    const Model& model = source.model;
    if (model.nu() == 0) throw source.node.error(what_to_drive(model));
    actuators_ = choose(Model::Element::actuator, params.names, source);
    part_.name = "actuators";
    for (const int actuator : actuators_) {
      const Model::Limits limits = model.control_limits(actuator);
      const std::string label = model.name(Model::Element::actuator, actuator);
      if (!limits.limited)
        throw source.node.error(
            fmt::format("the actuator '{}' has no limits; give it a ctrlrange in '{}'", label, model.path()));
      part_.labels.push_back(label);
      part_.low.push_back(limits.low);
      part_.high.push_back(limits.high);
      drives_.push_back(drive_of_actuator(model, actuator));
    }
  }
  void begin_step(std::span<const double> action, TaskState& state) override {
    const bool still = state.elapsed < wait_;
    for (size_t i = 0; i < action.size(); ++i)
      state.sim.ctrl()[static_cast<size_t>(actuators_[i])] = still ? 0 : action[i];
  }

 private:
  int wait_;
  std::vector<int> actuators_;  // of each number of the action
};

/// The action is the torque of each joint, or the force of one that slides: qfrc_applied = a, within ±limit.
class JointTorque final : public ActionTerm {
 public:
  struct Params {
    std::vector<std::pair<std::string, double>> joints;  // and their limits, N m or N
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("joints", joints);
    }
  };
  JointTorque(const Params& params, const TermSource& source) {
    if (params.joints.empty()) throw source.node.error("'joints' names no joint");
    part_.name = "joint_torque";
    for (const auto& [name, limit] : params.joints) {
      const ConfigNode& node = *source.node.find("joints")->find(name);
      const int joint = source.find(Model::Element::joint, name);
      if (source.model.joint_dof_size(joint) != 1)
        throw node.error(fmt::format("the joint '{}' neither slides nor turns on a hinge", name));
      check_range(node, limit, above(0));
      dofs_.push_back(static_cast<size_t>(source.model.dof_address(joint)));
      part_.labels.push_back(name);
      part_.units.push_back(source.model.force_unit(source.model.dof_address(joint)));
      part_.low.push_back(-limit);
      part_.high.push_back(limit);
      drives_.push_back(drive_of_joint(source.model, joint, ActionDrive::Kind::torque, 1, 0, limit));
    }
  }
  void begin_step(std::span<const double> action, TaskState& state) override {
    for (size_t i = 0; i < action.size(); ++i)
      state.sim.qfrc_applied()[dofs_[i]] = std::clamp(action[i], part_.low[i], part_.high[i]);
  }

 private:
  std::vector<size_t> dofs_;
};

}  // namespace

std::vector<TermRow<ActionTerm>> builtin_actions() {
  auto actuators = term_row<ActionTerm, Actuators>(
      "actuators",
      "ctrl = a of the actuators `names`, `all` or a list, within their ctrlrange, and 0 in the first `wait` steps of "
      "an episode; `actuators: all` is short",
      "the actuator's");
  actuators.make = [](const TermSource& source) -> std::unique_ptr<ActionTerm> {
    const bool names_alone = !source.node.is_map();
    return std::make_unique<Actuators>(
        names_alone ? Actuators::Params{.names = source.node} : read_params<Actuators::Params>(source), source);
  };
  return {
      actuators,
      term_row<ActionTerm, JointTorque>(
          "joint_torque",
          "qfrc_applied = clip(a, ±limit) on each of `joints`, a map of names and limits; no actuator "
          "is needed",
          "N m, or N on a slide"),
  };
}

}  // namespace sinew
