#include <algorithm>
#include <cmath>

#include "envs/terms/element_selection.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// For a model without actuators: how to name the joints to drive, with an example from the model.
std::string what_to_drive(const Model& model) {
  std::vector<std::string> example;
  for (int joint = 0; joint < model.count(Model::Element::joint) && example.size() < 3; ++joint) {
    const std::string name = model.called(Model::Element::joint, joint);
    if (model.joint_dof_size(joint) == 1 && !name.empty() && model.leader_of_joint(joint) < 0)
      example.push_back(name + ": 10");
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
    ConfigNode limits = {};                        // [low, high], or a map from actuators to such ranges
    int wait = 0;                                  // env steps
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("names", names);
      v.optional("limits", limits);
      v.optional("wait", wait, at_least(0));
    }
  };
  Actuators(const Params& params, const TermSource& source)
      : wait_(params.wait), limits_are_ours_(!params.limits.is_null()) {
    const Model& model = source.model;
    if (model.nu() == 0) throw source.node.error(what_to_drive(model));
    actuators_ = select_elements(Model::Element::actuator, params.names, source);
    check_names(params.limits, source);
    part_.name = "actuators";
    for (const int actuator : actuators_) {
      const Model::Limits limits = limits_of(actuator, params.limits, source);
      if (!limits.limited)
        fail(
            "{}: {} has no limits; give it a ctrlrange there, or limits in the task: `actions: {{actuators: {{limits: "
            "[-1, 1]}}}}`, in the actuator's own units",
            model.actuator_place(actuator), model.actuator_label(actuator));
      part_.labels.push_back(model.called(Model::Element::actuator, actuator));
      part_.low.push_back(limits.low);
      part_.high.push_back(limits.high);
      drives_.push_back(drive_of_actuator(model, actuator));
    }
  }
  void begin_step(std::span<const double> action, TaskState& state) override {
    const bool still = state.elapsed < wait_;
    for (size_t i = 0; i < action.size(); ++i) {
      const double wanted = limits_are_ours_ ? std::clamp(action[i], part_.low[i], part_.high[i]) : action[i];
      state.sim.ctrl()[static_cast<size_t>(actuators_[i])] = still ? 0 : wanted;
    }
  }

 private:
  static Model::Limits read_limits(const ConfigNode& node) {
    std::vector<double> bounds;
    read_value(node, bounds);
    if (bounds.size() != 2 || !(bounds[0] < bounds[1]) || !std::isfinite(bounds[0]) || !std::isfinite(bounds[1]))
      throw node.error("limits are two numbers, [lowest, highest] control");
    return {true, bounds[0], bounds[1]};
  }

  // The task's own limits where given, else the ctrlrange.
  static Model::Limits limits_of(int actuator, const ConfigNode& limits, const TermSource& source) {
    const Model::Limits range = source.model.control_limits(actuator);
    if (limits.is_null()) return range;
    const bool for_all = limits.is_list();
    const ConfigNode* own = for_all ? &limits : limits.find(source.model.called(Model::Element::actuator, actuator));
    if (!own || (for_all && range.limited)) return range;
    const Model::Limits given = read_limits(*own);
    if (range.limited && (given.low < range.low || given.high > range.high))
      throw own->error(fmt::format("[{}, {}] is beyond the ctrlrange of {}, [{}, {}]", given.low, given.high,
                                   source.model.actuator_label(actuator), range.low, range.high));
    return given;
  }
  static void check_names(const ConfigNode& limits, const TermSource& source) {
    if (!limits.is_map()) return;
    for (const auto& [name, node] : limits.entries())
      with_context(node.where_of_key(), [&] { source.model.find(Model::Element::actuator, name); });
  }

  int wait_;
  bool limits_are_ours_;        // else MuJoCo clamps to its ctrlranges
  std::vector<int> actuators_;  // of each number of the action
};

/// The action is the torque of each joint, or the force of a slide: qfrc_applied = a, within ±limit.
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
    std::vector<std::string> keys;
    for (const auto& [key, limit] : params.joints) {
      check_range(*source.node.find("joints")->find(key), limit, above(0));
      keys.push_back(key);
    }
    for (const auto& [joint, key] :
         with_context(source.node.where(), [&] { return joints_of_keys(keys, source.model); })) {
      const double limit = params.joints[key].second;
      dofs_.push_back(static_cast<size_t>(source.model.dof_address(joint)));
      part_.labels.push_back(source.model.called(Model::Element::joint, joint));
      part_.units.push_back(source.model.force_unit(source.model.dof_address(joint)));
      part_.low.push_back(-limit);
      part_.high.push_back(limit);
      drives_.push_back(drive_of_joint(source.model, joint, ActionDrive::Kind::torque, 1, 0, limit));
    }
  }
  void begin_step(std::span<const double> action, TaskState& state) override {
    for (size_t i = 0; i < action.size(); ++i) state.sim.qfrc_applied()[dofs_[i]] = obeyed(action[i], i);
  }

 private:
  std::vector<size_t> dofs_;
};

}  // namespace

std::vector<TermRow<ActionTerm>> builtin_actions() {
  auto actuators = term_row<ActionTerm, Actuators>(
      "actuators",
      "ctrl = a of the actuators `names`, `all` or a list, within their ctrlrange, and 0 in the first `wait` steps of "
      "an episode; `actuators: all` is short. `limits`, [low, high], are for those without a ctrlrange; a map of "
      "actuators to such is for those that it names, and lies within their ctrlrange",
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
