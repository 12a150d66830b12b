// Rewards, with negative weights, for the positions of joints and for how they are driven there.
#include <cmath>

#include "envs/terms/element_selection.h"
#include "envs/terms/joint_ranges.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// Hinges and slides.
struct RewardedJoints {
  ConfigNode joints = ConfigNode::scalar("all");  // or a list of names
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("joints", joints);
  }
};

class RewardOfJoints : public RewardTerm {
 public:
  using Params = RewardedJoints;
  RewardOfJoints(const Params& params, const TermSource& source) {
    for (const int joint : select_joints(params.joints, source)) {
      qpos_.push_back(static_cast<size_t>(source.model.qpos_address(joint)));
      dofs_.push_back(static_cast<size_t>(source.model.dof_address(joint)));
    }
  }

 protected:
  // The force of all drives of a joint: its actuators, and our controllers.
  static double torque(const TaskState& state, size_t dof) {
    return state.sim.qfrc_actuator()[dof] + state.sim.qfrc_applied()[dof];
  }
  std::vector<size_t> qpos_, dofs_;
};

class Energy final : public RewardOfJoints {
 public:
  using RewardOfJoints::RewardOfJoints;
  double value(const TaskState& state) override {
    double sum = 0;
    for (const size_t dof : dofs_) sum += std::abs(torque(state, dof) * state.sim.qvel()[dof]);
    return sum;
  }
};

class TorqueCost final : public RewardOfJoints {
 public:
  using RewardOfJoints::RewardOfJoints;
  double value(const TaskState& state) override {
    double sum = 0;
    for (const size_t dof : dofs_) sum += torque(state, dof) * torque(state, dof);
    return sum;
  }
};

class JointAccelerationCost final : public RewardOfJoints {
 public:
  JointAccelerationCost(const Params& params, const TermSource& source)
      : RewardOfJoints(params, source), before_(dofs_.size()) {}
  void before_step(const TaskState& state) override {
    for (size_t i = 0; i < dofs_.size(); ++i) before_[i] = state.sim.qvel()[dofs_[i]];
  }
  double value(const TaskState& state) override {
    double sum = 0;
    for (size_t i = 0; i < dofs_.size(); ++i) {
      const double acceleration = (state.sim.qvel()[dofs_[i]] - before_[i]) / state.dt;
      sum += acceleration * acceleration;
    }
    return sum;
  }

 private:
  std::vector<double> before_;
};

class JointDeviation final : public RewardOfJoints {
 public:
  JointDeviation(const Params& params, const TermSource& source) : RewardOfJoints(params, source) {
    for (const size_t i : qpos_) default_.push_back(source.default_pose[i]);
  }
  double value(const TaskState& state) override {
    double sum = 0;
    for (size_t i = 0; i < qpos_.size(); ++i) sum += std::abs(state.sim.qpos()[qpos_[i]] - default_[i]);
    return sum;
  }

 private:
  std::vector<double> default_;
};

class JointLimits final : public RewardTerm {
 public:
  using Params = JointRangeParams;
  JointLimits(const Params& params, const TermSource& source)
      : ranges_(joint_ranges(params.joints, -params.margin, source)) {}
  double value(const TaskState& state) override {
    double sum = 0;
    for (const JointRange& range : ranges_) sum += range.excess(state.sim);
    return sum;
  }

 private:
  std::vector<JointRange> ranges_;
};

}  // namespace

std::vector<TermRow<RewardTerm>> joint_rewards() {
  return {
      term_row<RewardTerm, Energy>("energy",
                                   "Σ |τ q̇| over the hinges and slides of `joints`, `all` or a list; τ = qfrc_actuator "
                                   "+ qfrc_applied of the last "
                                   "physics step, q̇ after it",
                                   "W"),
      term_row<RewardTerm, TorqueCost>("torque_cost", "Σ τ², as `energy`", "(N m)² or N²"),
      term_row<RewardTerm, JointAccelerationCost>(
          "joint_acceleration_cost", "Σ ((q̇ after − q̇ before) / dt)² over the env step, `joints` as in `energy`",
          "(rad/s²)² or (m/s²)²"),
      term_row<RewardTerm, JointDeviation>("joint_deviation", "Σ |q − default pose|, `joints` as in `energy`",
                                           "rad or m"),
      term_row<RewardTerm, JointLimits>("joint_limits",
                                        "Σ of how far q is outside [low + margin, high − margin] of its range; "
                                        "`joints` is a list, or `all` that have "
                                        "a range",
                                        "rad or m"),
  };
}

}  // namespace sinew
