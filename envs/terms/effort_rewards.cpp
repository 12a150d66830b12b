// Rewards, with negative weights, for the cost of the motion.
#include <algorithm>
#include <cmath>
#include <limits>

#include "envs/terms/tables.h"

namespace sinew {
namespace {

double sum_of_squares(std::span<const double> values) {
  double sum = 0;
  for (const double x : values) sum += x * x;
  return sum;
}

class ActionCost final : public RewardTerm {
 public:
  using Params = NoParams;
  ActionCost(const Params&, const TermSource&) {}
  double value(const TaskState& state) override { return sum_of_squares(state.action); }
};

class ActionRate final : public RewardTerm {
 public:
  using Params = NoParams;
  ActionRate(const Params&, const TermSource&) {}
  double value(const TaskState& state) override {
    double sum = 0;
    for (size_t i = 0; i < state.action.size(); ++i) {
      const double change = state.action[i] - state.previous_action[i];
      sum += change * change;
    }
    return sum;
  }
};

class ActionAcceleration final : public RewardTerm {
 public:
  using Params = NoParams;
  ActionAcceleration(const Params&, const TermSource& source) : before_(static_cast<size_t>(source.actions.size())) {}
  void begin_episode(const TaskState&) override { std::ranges::fill(before_, 0.0); }
  void visit_state(StateArchive& archive) override { archive("before", std::span(before_)); }
  double value(const TaskState& state) override {
    double sum = 0;
    for (size_t i = 0; i < before_.size(); ++i) {
      const double bend = state.action[i] - 2 * state.previous_action[i] + before_[i];
      sum += bend * bend;
    }
    std::ranges::copy(state.previous_action, before_.begin());
    return sum;
  }

 private:
  std::vector<double> before_;  // the action before the previous one
};

class ControlCost final : public RewardTerm {
 public:
  using Params = NoParams;
  ControlCost(const Params&, const TermSource&) {}
  double value(const TaskState& state) override { return sum_of_squares(state.sim.ctrl()); }
};

class JointVelocityCost final : public RewardTerm {
 public:
  struct Params {
    std::string joint;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("joint", joint);
    }
  };
  JointVelocityCost(const Params& params, const TermSource& source) {
    const int joint = source.find(Model::Element::joint, params.joint);
    first_ = static_cast<size_t>(source.model.dof_address(joint));
    count_ = static_cast<size_t>(source.model.joint_dof_size(joint));
  }
  double value(const TaskState& state) override { return sum_of_squares(state.sim.qvel().subspan(first_, count_)); }

 private:
  size_t first_, count_;
};

class ExternalForceCost final : public RewardTerm {
 public:
  struct Params {
    double clip = std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("clip", clip, above(0));
      v.optional("most", most, above(0));
    }
  };
  ExternalForceCost(const Params& params, const TermSource& source) : params_(params) {
    source.needs_external_forces = true;
  }
  double value(const TaskState& state) override {
    double sum = 0;
    for (const double force : state.sim.cfrc_ext()) {
      const double clipped = std::clamp(force, -params_.clip, params_.clip);
      sum += clipped * clipped;
    }
    return std::min(sum, params_.most);
  }

 private:
  Params params_;
};

}  // namespace

std::vector<TermRow<RewardTerm>> effort_rewards() {
  return {
      term_row<RewardTerm, ActionCost>("action_cost", "Σ a² of the action as given", "1"),
      term_row<RewardTerm, ActionRate>("action_rate", "Σ (a − a′)², a′ the action before a; 0 before the first", "1"),
      term_row<RewardTerm, ActionAcceleration>("action_acceleration", "Σ (a − 2 a′ + a″)², as `action_rate`", "1"),
      term_row<RewardTerm, ControlCost>("control_cost", "Σ ctrl² of all actuators", "of the controls, squared"),
      term_row<RewardTerm, JointVelocityCost>("joint_velocity_cost", "Σ q̇² of `joint`", "(m/s)² or (rad/s)²"),
      term_row<RewardTerm, ExternalForceCost>("external_force_cost",
                                              "min(Σ clip(cfrc_ext, ±clip)², most) over all bodies", "N² and (N m)²"),
  };
}

}  // namespace sinew
