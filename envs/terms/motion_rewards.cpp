// Rewards for the robot's position and motion.
#include <algorithm>
#include <cmath>

#include "envs/terms/axes.h"
#include "envs/terms/point.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// (x after − x before) / dt of a coordinate that the derived class reads.
class Rate : public RewardTerm {
 public:
  void before_step(const TaskState& state) final { before_ = coordinate(state.sim); }
  double value(const TaskState& state) final { return (coordinate(state.sim) - before_) / state.dt; }

 private:
  virtual double coordinate(const Simulation& sim) const = 0;
  double before_ = 0;
};

class XVelocity final : public Rate {
 public:
  struct Params {
    std::string joint;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("joint", joint);
    }
  };
  XVelocity(const Params& params, const TermSource& source) {
    const Model& model = source.model;
    const int joint = params.joint.empty() ? 0 : source.find(Model::Element::joint, params.joint);
    const Model::JointType type = model.joint_type(joint);
    if (type != Model::JointType::slide && type != Model::JointType::free)
      throw source.node.error(fmt::format("the joint '{}' does not slide", model.called(Model::Element::joint, joint)));
    address_ = static_cast<size_t>(model.qpos_address(joint));
  }

 private:
  double coordinate(const Simulation& sim) const override { return sim.qpos()[address_]; }
  size_t address_;
};

class BodyVelocityReward final : public Rate {
 public:
  struct Params {
    std::string body, axis = "x";
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("body", body);
      v.optional("axis", axis, axis_choices());
    }
  };
  BodyVelocityReward(const Params& params, const TermSource& source)
      : body_(source.find(Model::Element::body, params.body)), axis_(axis_index(params.axis)) {}

 private:
  double coordinate(const Simulation& sim) const override { return sim.xpos(body_)[axis_]; }
  int body_;
  size_t axis_;
};

class CenterOfMassVelocity final : public Rate {
 public:
  struct Params {
    std::string axis = "x";
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("axis", axis, axis_choices());
    }
  };
  CenterOfMassVelocity(const Params& params, const TermSource&) : axis_(axis_index(params.axis)) {}

 private:
  double coordinate(const Simulation& sim) const override { return sim.center_of_mass(0)[axis_]; }
  size_t axis_;
};

class Alive final : public RewardTerm {
 public:
  using Params = NoParams;
  Alive(const Params&, const TermSource&) {}
  double value(const TaskState& state) override { return state.terminated ? 0 : 1; }
};

class SuccessReward final : public RewardTerm {
 public:
  using Params = NoParams;
  SuccessReward(const Params&, const TermSource&) {}
  double value(const TaskState& state) override { return state.success ? 1 : 0; }
};

class Failure final : public RewardTerm {
 public:
  using Params = NoParams;
  Failure(const Params&, const TermSource&) {}
  double value(const TaskState& state) override { return state.terminated && !state.success ? 1 : 0; }
};

class SiteError final : public RewardTerm {
 public:
  struct Params {
    std::string site, axis;
    double target = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("site", site);
      v.required("axis", axis, axis_choices());
      v.optional("target", target);
    }
  };
  SiteError(const Params& params, const TermSource& source)
      : site_(source.find(Model::Element::site, params.site)), axis_(axis_index(params.axis)), target_(params.target) {}
  double value(const TaskState& state) override {
    const double error = state.sim.site_xpos(site_)[axis_] - target_;
    return error * error;
  }

 private:
  int site_;
  size_t axis_;
  double target_;
};

class Distance final : public RewardTerm {
 public:
  struct Params {
    std::string body, site, to;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("body", body);
      v.optional("site", site);
      v.required("to", to);
    }
  };
  Distance(const Params& params, const TermSource& source)
      : from_(start(params, source)), to_(Point::named(params.to, source)) {}
  double value(const TaskState& state) override {
    const std::array<double, 3> a = from_.position(state.sim), b = to_.position(state.sim);
    double sum = 0;
    for (size_t i = 0; i < 3; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
  }

 private:
  static Point start(const Params& params, const TermSource& source) {
    if (params.body.empty() == params.site.empty())
      throw source.node.error("one of 'body' and 'site' is needed: where the distance starts");
    return params.site.empty() ? Point::body(params.body, source) : Point::site(params.site, source);
  }
  Point from_, to_;
};

}  // namespace

std::vector<TermRow<RewardTerm>> motion_rewards() {
  return {
      term_row<RewardTerm, XVelocity>(
          "x_velocity", "(x after − x before) / dt of the sliding or free `joint` (the first, unless named)", "m/s"),
      term_row<RewardTerm, BodyVelocityReward>("body_velocity",
                                               "(p after − p before) / dt of `body`'s position along `axis`", "m/s"),
      term_row<RewardTerm, CenterOfMassVelocity>(
          "center_of_mass_velocity", "(c after − c before) / dt of everything's centre of mass along `axis`", "m/s"),
      term_row<RewardTerm, Alive>("alive", "1 while the episode is not terminated, 0 on the step that ends it", "1"),
      term_row<RewardTerm, SuccessReward>("success", "1 on the step that ends the episode by a termination `success`",
                                          "1"),
      term_row<RewardTerm, Failure>("failure", "1 on the step that ends the episode by any other termination", "1"),
      term_row<RewardTerm, SiteError>("site_error", "(p − target)², p the world position of `site` along `axis`", "m²"),
      term_row<RewardTerm, Distance>("distance", "‖p − q‖ from `body` or `site` to the body or site `to`", "m"),
  };
}

}  // namespace sinew
