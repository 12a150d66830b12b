// Randomisations of the robot's sensors and of events that happen to it.
#include <algorithm>

#include "envs/terms/draw_range.h"
#include "envs/terms/element_selection.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

class EncoderOffset final : public RandomizationTerm {
 public:
  struct Params {
    ConfigNode joints = ConfigNode::scalar("all");
    DrawRange range;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("joints", joints);
      v.required("range", range);
    }
  };
  EncoderOffset(const Params& params, const TermSource& source) : range_(params.range) {
    for (const int joint : select_joints(params.joints, source))
      address_.push_back(static_cast<size_t>(source.model.qpos_address(joint)));
  }
  void apply(TaskState& state, Rng& rng) override {
    for (const size_t i : address_) state.encoder_offset[i] = range_.draw(rng);
  }

 private:
  std::vector<size_t> address_;
  DrawRange range_;
};

class Push final : public RandomizationTerm {
 public:
  struct Params {
    std::string body;
    std::optional<double> velocity, angular;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("body", body);
      v.optional("velocity", velocity, at_least(0));
      v.optional("angular", angular, at_least(0));
    }
  };
  Push(const Params& params, const TermSource& source) {
    const Model& model = source.model;
    const int body = source.find(Model::Element::body, params.body);
    for (int joint = 0; joint < model.count(Model::Element::joint); ++joint) {
      if (model.joint_body(joint) != body) continue;
      const Model::JointType type = model.joint_type(joint);
      const int slides = type == Model::JointType::free ? 3 : type == Model::JointType::slide ? 1 : 0;
      for (int i = 0; i < model.joint_dof_size(joint); ++i) {
        const std::optional<double> most = i < slides ? params.velocity : params.angular;
        if (most) kicks_.push_back({static_cast<size_t>(model.dof_address(joint) + i), *most});
      }
    }
    if (!params.velocity && !params.angular)
      throw source.node.error("'velocity' (m/s) or 'angular' (rad/s) is needed: the strongest push");
    if (kicks_.empty())
      throw source.node.error(
          fmt::format("the body '{}' has no joint of its own that such a push would move: name one with a free joint, "
                      "or with slides or hinges",
                      params.body));
  }
  void apply(TaskState& state, Rng& rng) override {
    for (const auto& [dof, most] : kicks_) state.sim.qvel()[dof] += rng.uniform(-most, most);
  }

 private:
  struct Kick {
    size_t dof;
    double most;  // m/s or rad/s
  };
  std::vector<Kick> kicks_;
};

}  // namespace

std::vector<TermRow<RandomizationTerm>> robot_randomizations() {
  return {
      term_row<RandomizationTerm, EncoderOffset>(
          "encoder_offset",
          "the error of each of `joints`' encoders, drawn from `range`, in all terms that measure the joint",
          "m or rad", std::vector<DisturbanceScale>{{"range"}}),
      term_row<RandomizationTerm, Push>("push",
                                        "q̇ + δ of the joints of `body` itself: a free joint or slides by δ from "
                                        "±`velocity` along each axis, turns by "
                                        "±`angular`; meant for an `interval`",
                                        "m/s, rad/s", std::vector<DisturbanceScale>{{"velocity"}, {"angular"}}),
  };
}

}  // namespace sinew
