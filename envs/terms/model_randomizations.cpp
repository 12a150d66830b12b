// Randomisations of surfaces, joints and actuators.
#include "envs/terms/change.h"
#include "envs/terms/element_selection.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// A value of each degree of freedom; those of one joint get the same change.
template <ModelParameter parameter>
class JointParameter final : public ModelRandomization {
 public:
  struct Params : ChangeParams {
    ConfigNode joints = ConfigNode::scalar("all");
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("joints", joints);
      ChangeParams::visit(v);
    }
  };
  JointParameter(const Params& params, const TermSource& source) : change_(params, source) {
    const Model& model = source.model;
    for (const int joint : select_elements(Model::Element::joint, params.joints, source)) {
      joints_.push_back({static_cast<size_t>(model.dof_address(joint)),
                         static_cast<size_t>(model.dof_address(joint) + model.joint_dof_size(joint))});
      const double nominal = model.parameter(parameter)[joints_.back().first];
      if (change_.least(nominal) < 0)
        throw source.node.error(fmt::format("the joint '{}' has {}, which would become as little as {}, below 0",
                                            model.called(Model::Element::joint, joint), nominal,
                                            change_.least(nominal)));
    }
  }
  void apply(TaskState& state, Rng& rng) override {
    const auto nominal = state.sim.model().parameter(parameter);
    const auto values = state.sim.parameter(parameter);
    for (const auto& [first, end] : joints_) {
      const double drawn = change_.draw(rng);
      for (size_t i = first; i < end; ++i) values[i] = change_.apply(nominal[i], drawn);
    }
  }

 private:
  struct Dofs {
    size_t first, end;
  };
  std::vector<Dofs> joints_;
  Change change_;
};

class Friction final : public ModelRandomization {
 public:
  struct Params {
    ConfigNode geoms = ConfigNode::scalar("all");
    std::optional<DrawRange> scale, range;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("geoms", geoms);
      v.optional("scale", scale, above(0));
      v.optional("range", range, at_least(0));
    }
  };
  Friction(const Params& params, const TermSource& source)
      : geoms_(select_elements(Model::Element::geom, params.geoms, source)), params_(params) {
    if (params.scale.has_value() == params.range.has_value())
      throw source.node.error("one of 'scale' (a factor) and 'range' (the sliding friction) is needed, [low, high]");
  }
  void apply(TaskState& state, Rng& rng) override {
    const auto nominal = state.sim.model().parameter(ModelParameter::geom_friction);
    const auto friction = state.sim.parameter(ModelParameter::geom_friction);
    const double drawn = params_.scale ? params_.scale->draw(rng) : params_.range->draw(rng);
    for (const int geom : geoms_) {
      const size_t sliding = 3 * static_cast<size_t>(geom);  // before the torsional and the rolling one
      if (!params_.scale)
        friction[sliding] = drawn;
      else
        for (size_t i = sliding; i < sliding + 3; ++i) friction[i] = nominal[i] * drawn;
    }
  }

 private:
  std::vector<int> geoms_;
  Params params_;
};

class Gains final : public ModelRandomization {
 public:
  struct Params {
    ConfigNode actuators = ConfigNode::scalar("all");
    DrawRange scale;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("actuators", actuators);
      v.required("scale", scale, above(0));
    }
  };
  Gains(const Params& params, const TermSource& source) : scale_(params.scale) {
    constexpr size_t force_of_muscle = 2, after = 4;  // its peak force and the scale that can replace it
    for (const int actuator : select_elements(Model::Element::actuator, params.actuators, source)) {
      const size_t all =
          source.model.parameter(ModelParameter::actuator_gain).size() / static_cast<size_t>(source.model.nu());
      const size_t row = all * static_cast<size_t>(actuator);
      if (source.model.actuator_kind(actuator) == "muscle")
        parts_.push_back({row + force_of_muscle, row + after});
      else
        parts_.push_back({row, row + all});
    }
  }
  void apply(TaskState& state, Rng& rng) override {
    for (const auto& [first, end] : parts_) {
      const double factor = scale_.draw(rng);
      for (const ModelParameter parameter : {ModelParameter::actuator_gain, ModelParameter::actuator_bias}) {
        const auto nominal = state.sim.model().parameter(parameter);
        const auto values = state.sim.parameter(parameter);
        for (size_t i = first; i < end; ++i) values[i] = nominal[i] * factor;
      }
    }
  }

 private:
  struct Numbers {
    size_t first, end;
  };
  std::vector<Numbers> parts_;  // for each actuator, the ones proportional to its force
  DrawRange scale_;
};

}  // namespace

std::vector<TermRow<RandomizationTerm>> model_randomizations() {
  return {
      term_row<RandomizationTerm, Friction>(
          "friction",
          "μ · s of `geoms` (sliding, torsional, rolling), s from `scale`, or sliding μ from `range`, drawn once for "
          "all of them; of two geoms in touch, MuJoCo takes the larger μ",
          "1",
          std::vector<DisturbanceScale>{
              {"scale", DisturbanceScale::About::one},
              {.key = "range", .about = DisturbanceScale::About::middle, .limits = at_least(0), .off = "scale"}}),
      term_row<RandomizationTerm, JointParameter<ModelParameter::dof_damping>>(
          "damping", "d · s, s from `scale`, or d + δ, δ from `add`, for each of `joints`", "N s/m or N m s/rad",
          ChangeParams::scales()),
      term_row<RandomizationTerm, JointParameter<ModelParameter::dof_armature>>(
          "armature", "a · s, s from `scale`, or a + δ, δ from `add`, for each of `joints`", "kg or kg m²",
          ChangeParams::scales()),
      term_row<RandomizationTerm, JointParameter<ModelParameter::dof_friction>>(
          "joint_friction",
          "f · s, s from `scale`, or f + δ, δ from `add`, for each of `joints`: its dry friction (MJCF's frictionloss)",
          "N or N m", ChangeParams::scales()),
      term_row<RandomizationTerm, Gains>(
          "gains",
          "force · s, s from `scale`, for each of `actuators`: its gain, with a servo's bias, or a muscle's peak force",
          "1", std::vector<DisturbanceScale>{{"scale", DisturbanceScale::About::one}}),
  };
}

}  // namespace sinew
