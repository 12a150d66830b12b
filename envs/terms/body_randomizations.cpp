// Randomisations of the bodies' masses and centres of mass.
#include "envs/terms/change.h"
#include "envs/terms/element_selection.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// Chooses bodies with a mass.
std::vector<size_t> choose_bodies(const ConfigNode& names, const TermSource& source) {
  const std::vector<int> bodies = select_elements(Model::Element::body, names, source, [&](int body) {
    if (source.model.body_mass(body) > 0) return std::string();
    return fmt::format("the body '{}' has no mass", source.model.name(Model::Element::body, body));
  });
  return {bodies.begin(), bodies.end()};
}

class Mass final : public ModelRandomization {
 public:
  struct Params : ChangeParams {
    ConfigNode bodies = ConfigNode::scalar("all");
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("bodies", bodies);
      ChangeParams::visit(v);
    }
  };
  Mass(const Params& params, const TermSource& source)
      : bodies_(choose_bodies(params.bodies, source)), change_(params, source) {
    for (const size_t body : bodies_) {
      const double mass = source.model.body_mass(static_cast<int>(body));
      if (change_.least(mass) <= 0)
        throw source.node.error(fmt::format("the body '{}' weighs {} kg; only {} kg would be left of it",
                                            source.model.name(Model::Element::body, static_cast<int>(body)), mass,
                                            change_.least(mass)));
    }
  }
  void apply(TaskState& state, Rng& rng) override {
    const auto nominal_mass = state.sim.model().parameter(ModelParameter::body_mass);
    const auto nominal_inertia = state.sim.model().parameter(ModelParameter::body_inertia);
    const auto mass = state.sim.parameter(ModelParameter::body_mass);
    const auto inertia = state.sim.parameter(ModelParameter::body_inertia);
    for (const size_t body : bodies_) {
      mass[body] = change_.apply(nominal_mass[body], change_.draw(rng));
      const double factor = mass[body] / nominal_mass[body];
      for (size_t i = 3 * body; i < 3 * body + 3; ++i) inertia[i] = nominal_inertia[i] * factor;
    }
  }

 private:
  std::vector<size_t> bodies_;
  Change change_;
};

class CenterOfMass final : public ModelRandomization {
 public:
  struct Params {
    ConfigNode bodies = ConfigNode::scalar("all"), offset;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("bodies", bodies);
      v.required("offset", offset);
    }
  };
  CenterOfMass(const Params& params, const TermSource& source)
      : bodies_(choose_bodies(params.bodies, source)), offset_(one_each(params.offset, 3, at_least(0))) {}
  void apply(TaskState& state, Rng& rng) override {
    const auto nominal = state.sim.model().parameter(ModelParameter::body_ipos);
    const auto center = state.sim.parameter(ModelParameter::body_ipos);
    for (const size_t body : bodies_)
      for (size_t i = 0; i < 3; ++i)
        center[3 * body + i] = nominal[3 * body + i] + rng.uniform(-offset_[i], offset_[i]);
  }

 private:
  std::vector<size_t> bodies_;
  std::vector<double> offset_;  // m along each axis of the body
};

}  // namespace

std::vector<TermRow<RandomizationTerm>> body_randomizations() {
  return {
      term_row<RandomizationTerm, Mass>(
          "mass", "m · s, s from `scale`, or m + δ, δ from `add`, for each of `bodies`; the inertia in proportion",
          "kg", ChangeParams::scales()),
      term_row<RandomizationTerm, CenterOfMass>(
          "center_of_mass",
          "c + δ for each of `bodies`, δ from ±`offset` along each axis of the body; `offset` is one, or three", "m",
          std::vector<DisturbanceScale>{{"offset"}}),
  };
}

}  // namespace sinew
