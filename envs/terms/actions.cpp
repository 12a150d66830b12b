#include <algorithm>

#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// The action is the control: ctrl = a, within the actuator's ctrlrange.
class Actuators final : public ActionTerm {
 public:
  struct Params {
    ConfigNode names = ConfigNode::scalar("all");  // or a list of names
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("names", names);
    }
  };
  Actuators(const Params& params, const TermSource& source) {
    const Model& model = source.model;
    choose(params.names, source);
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
    }
  }
  void begin_step(std::span<const double> action, TaskState& state) override {
    for (size_t i = 0; i < action.size(); ++i) state.sim.ctrl()[static_cast<size_t>(actuators_[i])] = action[i];
  }

 private:
  void choose(const ConfigNode& names, const TermSource& source) {
    const Model& model = source.model;
    if (names.is_list()) {
      for (const ConfigNode& item : names.items()) {
        const int actuator =
            with_context(item.where(), [&] { return model.find(Model::Element::actuator, item.text()); });
        if (std::ranges::find(actuators_, actuator) != actuators_.end())
          throw item.error(fmt::format("the actuator '{}' is named twice", item.text()));
        actuators_.push_back(actuator);
      }
    } else {
      check_choice(names, names.text(), {"all"});
      for (int i = 0; i < model.nu(); ++i) actuators_.push_back(i);
    }
    if (actuators_.empty())
      throw source.node.error(fmt::format("there is no actuator to act on in '{}'", model.path()));
  }

  std::vector<int> actuators_;  // of each number of the action
};

}  // namespace

std::vector<TermRow<ActionTerm>> builtin_actions() {
  auto actuators = term_row<ActionTerm, Actuators>(
      "actuators",
      "ctrl = a of the actuators `names`, `all` or a list, within their ctrlrange; `actuators: all` is short",
      "the actuator's");
  actuators.make = [](const TermSource& source) -> std::unique_ptr<ActionTerm> {
    const bool names_alone = !source.node.is_map();
    return std::make_unique<Actuators>(
        names_alone ? Actuators::Params{source.node} : read_params<Actuators::Params>(source), source);
  };
  return {actuators};
}

}  // namespace sinew
