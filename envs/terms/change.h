#pragma once
#include "envs/terms/draw_range.h"
#include "envs/terms/task_registry.h"

namespace sinew {

/// Changes the simulation's own model. The draw is relative to the nominal value, that of the model as loaded, so that
/// it never drifts; where two terms change one value, the later one wins.
class ModelRandomization : public RandomizationTerm {
 public:
  bool changes_model() const final { return true; }
};

/// How a value is changed: times a factor, or plus an amount in its unit.
struct ChangeParams {
  std::optional<DrawRange> scale, add;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("scale", scale, above(0));
    v.optional("add", add);
  }
  static std::vector<DisturbanceScale> scales() { return {{"scale", DisturbanceScale::About::one}, {"add"}}; }
};

class Change {
 public:
  Change(const ChangeParams& params, const TermSource& source)
      : is_factor_(params.scale.has_value()), range_(params.scale.value_or(params.add.value_or(DrawRange{}))) {
    if (params.scale.has_value() == params.add.has_value())
      throw source.node.error("one of 'scale' (a factor) and 'add' is needed, a range [low, high]");
  }
  /// The smallest possible value for `nominal`.
  double least(double nominal) const { return is_factor_ ? nominal * range_.low : nominal + range_.low; }
  /// The argument of apply(); several values may share one draw.
  double draw(Rng& rng) const { return range_.draw(rng); }
  double apply(double nominal, double drawn) const { return is_factor_ ? nominal * drawn : nominal + drawn; }

 private:
  bool is_factor_;
  DrawRange range_;
};

}  // namespace sinew
