#include "envs/terms/tables.h"

namespace sinew {
namespace {

constexpr const char* axes[] = {"x", "y", "z"};

int axis_index(const std::string& axis) { return axis[0] - 'x'; }

/// (qpos after − qpos before) / dt of a joint that slides along x, the first joint unless named.
class XVelocity final : public RewardTerm {
 public:
  struct Params {
    std::string joint;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("joint", joint);
    }
  };
  explicit XVelocity(const TermSource& source) {
    const Params params = read_term<Params>(source.node);
    const Model& model = source.model;
    const int joint = params.joint.empty()
                          ? 0
                          : at_node(source.node, [&] { return model.find(Model::Element::joint, params.joint); });
    const Model::JointType type = model.joint_type(joint);
    if (type != Model::JointType::slide && type != Model::JointType::free)
      throw source.node.error(fmt::format("the joint '{}' does not slide", model.name(Model::Element::joint, joint)));
    address_ = static_cast<size_t>(model.qpos_address(joint));
  }
  void before_step(const Simulation& sim) override { before_ = sim.qpos()[address_]; }
  double value(const StepView& view) override { return (view.sim.qpos()[address_] - before_) / view.dt; }

 private:
  size_t address_;
  double before_ = 0;
};

class ActionCost final : public RewardTerm {
 public:
  explicit ActionCost(const TermSource& source) { read_term<NoParams>(source.node); }
  double value(const StepView& view) override {
    double sum = 0;
    for (const double a : view.action) sum += a * a;
    return sum;
  }
};

class Alive final : public RewardTerm {
 public:
  explicit Alive(const TermSource& source) { read_term<NoParams>(source.node); }
  double value(const StepView& view) override { return view.terminated ? 0 : 1; }
};

class SiteError final : public RewardTerm {
 public:
  struct Params {
    std::string site, axis;
    double target = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("site", site);
      v.required("axis", axis, Choices{axes[0], axes[1], axes[2]});
      v.optional("target", target);
    }
  };
  explicit SiteError(const TermSource& source) {
    const Params params = read_term<Params>(source.node);
    site_ = at_node(source.node, [&] { return source.model.find(Model::Element::site, params.site); });
    axis_ = static_cast<size_t>(axis_index(params.axis));
    target_ = params.target;
  }
  double value(const StepView& view) override {
    const double error = view.sim.site_xpos(site_)[axis_] - target_;
    return error * error;
  }

 private:
  int site_;
  size_t axis_;
  double target_;
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
  explicit JointVelocityCost(const TermSource& source) {
    const Params params = read_term<Params>(source.node);
    const int joint = at_node(source.node, [&] { return source.model.find(Model::Element::joint, params.joint); });
    first_ = static_cast<size_t>(source.model.dof_address(joint));
    last_ = first_ + static_cast<size_t>(source.model.joint_dof_size(joint));
  }
  double value(const StepView& view) override {
    double sum = 0;
    for (size_t i = first_; i < last_; ++i) sum += view.sim.qvel()[i] * view.sim.qvel()[i];
    return sum;
  }

 private:
  size_t first_, last_;
};

}  // namespace

std::vector<TermRow<RewardTerm>> builtin_rewards() {
  return {
      {"x_velocity", "(x after − x before) / dt of the sliding or free `joint` (the first, unless named); m/s",
       [](const TermSource& source) { return std::make_unique<XVelocity>(source); }},
      {"action_cost", "Σ a² of the action as given",
       [](const TermSource& source) { return std::make_unique<ActionCost>(source); }},
      {"alive", "1 while the episode is not terminated, 0 on the step that ends it",
       [](const TermSource& source) { return std::make_unique<Alive>(source); }},
      {"site_error", "(p − target)², p the world position of `site` along `axis`; m²",
       [](const TermSource& source) { return std::make_unique<SiteError>(source); }},
      {"joint_velocity_cost", "Σ q̇² of `joint`; (m/s)² or (rad/s)²",
       [](const TermSource& source) { return std::make_unique<JointVelocityCost>(source); }},
  };
}

}  // namespace sinew
