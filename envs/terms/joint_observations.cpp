// Observations of hinges and slides by name, as a robot's encoders measure them.
#include "envs/terms/element_selection.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

struct JointParams {
  ConfigNode joints = ConfigNode::scalar("all");  // or a list of names
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("joints", joints);
  }
};

class JointPosition final : public ObservationTerm {
 public:
  struct Params : JointParams {
    bool relative = true;
    template <class Visitor>
    void visit(Visitor& v) {
      JointParams::visit(v);
      v.optional("relative", relative);
    }
  };
  JointPosition(const Params& params, const TermSource& source) {
    for (const int joint : select_joints(params.joints, source)) {
      const int address = source.model.qpos_address(joint);
      address_.push_back(static_cast<size_t>(address));
      zero_.push_back(params.relative ? source.default_pose[address_.back()] : 0);
      add_number(source.model.called(Model::Element::joint, joint) + " pos", source.model.qpos_unit(address));
    }
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    for (size_t i = 0; i < address_.size(); ++i)
      out[i] = state.sim.qpos()[address_[i]] + state.encoder_offset[address_[i]] - zero_[i];
  }

 private:
  std::vector<size_t> address_;
  std::vector<double> zero_;
};

class JointVelocity final : public ObservationTerm {
 public:
  using Params = JointParams;
  JointVelocity(const Params& params, const TermSource& source) {
    for (const int joint : select_joints(params.joints, source)) {
      const int address = source.model.dof_address(joint);
      address_.push_back(static_cast<size_t>(address));
      add_number(source.model.called(Model::Element::joint, joint) + " vel", source.model.qvel_unit(address));
    }
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    for (size_t i = 0; i < address_.size(); ++i) out[i] = state.sim.qvel()[address_[i]];
  }

 private:
  std::vector<size_t> address_;
};

}  // namespace

std::vector<TermRow<ObservationTerm>> joint_observations() {
  return {
      term_row<ObservationTerm, JointPosition>(
          "joint_pos",
          "q + encoder offset − default pose of each hinge and slide of `joints`, `all` or a list; without the default "
          "pose where not `relative`",
          "m or rad"),
      term_row<ObservationTerm, JointVelocity>("joint_vel", "q̇ of each hinge and slide of `joints`, `all` or a list",
                                               "m/s or rad/s"),
  };
}

}  // namespace sinew
