// Randomisations of the cameras' images: colours, lights, and the mounting of the cameras.
#include <algorithm>
#include <array>
#include <cmath>

#include "envs/terms/change.h"
#include "envs/terms/element_selection.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

using Range3 = std::vector<double>;  // the largest value along, or about, each of three axes; or empty

Range3 range3(const ConfigNode& node) { return node.is_null() ? Range3{} : one_each(node, 3, at_least(0)); }

/// Draws a rotation about the three axes at once, each by at most its component of `most` (rad), as a unit quaternion.
std::array<double, 4> draw_rotation(const Range3& most, Rng& rng) {
  std::array<double, 3> v{};
  for (size_t i = 0; i < 3; ++i) v[i] = rng.uniform(-most[i], most[i]);
  const double angle = std::hypot(v[0], v[1], v[2]);
  const double part = angle > 0 ? std::sin(angle / 2) / angle : 0;
  return {std::cos(angle / 2), part * v[0], part * v[1], part * v[2]};
}

void draw_position(std::span<const double> nominal, std::span<double> values, size_t first, const Range3& most,
                   Rng& rng) {
  for (size_t i = 0; i < most.size(); ++i) values[first + i] = nominal[first + i] + rng.uniform(-most[i], most[i]);
}

/// The colour of geoms or of materials; their transparency is unchanged.
template <ModelColor kind>
class Colors final : public ModelRandomization {
  static constexpr bool of_geoms = kind == ModelColor::geom_rgba;

 public:
  struct Params {
    ConfigNode chosen = ConfigNode::scalar("all");
    std::optional<DrawRange> range;
    std::optional<double> vary;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional(of_geoms ? "geoms" : "materials", chosen);
      v.optional("range", range, between(0, 1));
      v.optional("vary", vary, between(0, 1));
    }
  };
  Colors(const Params& params, const TermSource& source) : range_(params.range), vary_(params.vary.value_or(0)) {
    if (params.range.has_value() == params.vary.has_value())
      throw source.node.error(
          "one of 'range' (the new red, green and blue, [low, high] from 0 to 1) and 'vary' (the most that each "
          "changes by) is needed");
    const auto element = of_geoms ? Model::Element::geom : Model::Element::material;
    for (const int index : select_elements(element, params.chosen, source)) {
      const size_t first = 4 * static_cast<size_t>(index);
      if constexpr (of_geoms) {
        nominal_.push_back({first, source.model.geom_color(index)});
      } else {
        nominal_.push_back({first, {}});
        std::ranges::copy(source.model.color(kind).subspan(first, 4), nominal_.back().color.begin());
      }
    }
  }
  void apply(TaskState& state, Rng& rng) override {
    const auto values = state.sim.color(kind);
    for (const auto& [first, color] : nominal_) {
      for (size_t i = 0; i < 3; ++i) {
        const double drawn = range_ ? range_->draw(rng) : static_cast<double>(color[i]) + rng.uniform(-vary_, vary_);
        values[first + i] = std::clamp(static_cast<float>(drawn), 0.0F, 1.0F);
      }
      values[first + 3] = color[3];
      // Exactly this grey would select the material's colour.
      if (of_geoms && values[first] == 0.5F) values[first] = std::nextafter(0.5F, 1.0F);
    }
  }

 private:
  struct Nominal {
    size_t first;  // of its four numbers
    std::array<float, 4> color;
  };
  std::vector<Nominal> nominal_;
  std::optional<DrawRange> range_;
  double vary_;
};

class Light final : public ModelRandomization {
 public:
  struct Params {
    ConfigNode lights = ConfigNode::scalar("all"), position, direction;
    std::optional<DrawRange> diffuse, ambient;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("lights", lights);
      v.optional("position", position);
      v.optional("direction", direction);
      v.optional("diffuse", diffuse, at_least(0));
      v.optional("ambient", ambient, at_least(0));
    }
  };
  Light(const Params& params, const TermSource& source)
      : lights_(select_elements(Model::Element::light, params.lights, source)),
        position_(range3(params.position)),
        direction_(range3(params.direction)),
        diffuse_(params.diffuse),
        ambient_(params.ambient) {
    if (position_.empty() && direction_.empty() && !diffuse_ && !ambient_)
      throw source.node.error(
          "one of 'position' (± m), 'direction' (± rad), 'diffuse' and 'ambient' (factors) is needed");
  }
  void apply(TaskState& state, Rng& rng) override {
    for (const int light : lights_) {
      const size_t first = 3 * static_cast<size_t>(light);
      draw_position(state.sim.model().parameter(ModelParameter::light_pos),
                    state.sim.parameter(ModelParameter::light_pos), first, position_, rng);
      if (!direction_.empty()) turn(state, first, rng);
      scale(state, ModelColor::light_diffuse, diffuse_, first, rng);
      scale(state, ModelColor::light_ambient, ambient_, first, rng);
    }
  }

 private:
  void turn(TaskState& state, size_t first, Rng& rng) const {
    const auto nominal = state.sim.model().parameter(ModelParameter::light_dir).subspan(first, 3);
    const auto values = state.sim.parameter(ModelParameter::light_dir).subspan(first, 3);
    const auto [w, x, y, z] = draw_rotation(direction_, rng);
    // v + 2 q × (q × v + w v), where q is the vector part of the quaternion.
    const std::array<double, 3> c = {y * nominal[2] - z * nominal[1] + w * nominal[0],
                                     z * nominal[0] - x * nominal[2] + w * nominal[1],
                                     x * nominal[1] - y * nominal[0] + w * nominal[2]};
    values[0] = nominal[0] + 2 * (y * c[2] - z * c[1]);
    values[1] = nominal[1] + 2 * (z * c[0] - x * c[2]);
    values[2] = nominal[2] + 2 * (x * c[1] - y * c[0]);
  }
  static void scale(TaskState& state, ModelColor color, const std::optional<DrawRange>& factor, size_t first,
                    Rng& rng) {
    if (!factor) return;
    const auto nominal = state.sim.model().color(color);
    const auto values = state.sim.color(color);
    const double drawn = factor->draw(rng);
    for (size_t i = first; i < first + 3; ++i)
      values[i] = static_cast<float>(std::min(1.0, static_cast<double>(nominal[i]) * drawn));
  }

  std::vector<int> lights_;
  Range3 position_, direction_;
  std::optional<DrawRange> diffuse_, ambient_;
};

class CameraPose final : public ModelRandomization {
 public:
  struct Params {
    ConfigNode cameras = ConfigNode::scalar("all"), position, rotation;
    std::optional<double> fovy;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("cameras", cameras);
      v.optional("position", position);
      v.optional("rotation", rotation);
      v.optional("fovy", fovy, at_least(0));
    }
  };
  CameraPose(const Params& params, const TermSource& source)
      : cameras_(select_elements(Model::Element::camera, params.cameras, source)),
        position_(range3(params.position)),
        rotation_(range3(params.rotation)),
        fovy_(params.fovy.value_or(0)) {
    if (position_.empty() && rotation_.empty() && !params.fovy)
      throw source.node.error("one of 'position' (± m), 'rotation' (± rad) and 'fovy' (± degrees) is needed");
    for (const int camera : cameras_)
      if (const double fovy = source.model.camera_fovy(camera); fovy - fovy_ <= 0 || fovy + fovy_ >= 180)
        throw source.node.error(fmt::format("the camera '{}' has a field of view of {} degrees; ± {} leaves 0 to 180",
                                            source.model.name(Model::Element::camera, camera), fovy, fovy_));
  }
  void apply(TaskState& state, Rng& rng) override {
    const Model& model = state.sim.model();
    for (const int camera : cameras_) {
      const auto index = static_cast<size_t>(camera);
      draw_position(model.parameter(ModelParameter::cam_pos), state.sim.parameter(ModelParameter::cam_pos), 3 * index,
                    position_, rng);
      if (!rotation_.empty()) turn(state, 4 * index, rng);
      state.sim.parameter(ModelParameter::cam_fovy)[index] =
          model.parameter(ModelParameter::cam_fovy)[index] + rng.uniform(-fovy_, fovy_);
    }
  }

 private:
  // Turns it about the camera's own axes: nominal · drawn.
  void turn(TaskState& state, size_t first, Rng& rng) const {
    const auto a = state.sim.model().parameter(ModelParameter::cam_quat).subspan(first, 4);
    const auto q = state.sim.parameter(ModelParameter::cam_quat).subspan(first, 4);
    const auto [w, x, y, z] = draw_rotation(rotation_, rng);
    q[0] = a[0] * w - a[1] * x - a[2] * y - a[3] * z;
    q[1] = a[0] * x + a[1] * w + a[2] * z - a[3] * y;
    q[2] = a[0] * y - a[1] * z + a[2] * w + a[3] * x;
    q[3] = a[0] * z + a[1] * y - a[2] * x + a[3] * w;
  }

  std::vector<int> cameras_;
  Range3 position_, rotation_;
  double fovy_;  // degrees
};

/// For a while, the colour of a lamp encodes the value of a command.
class Cue final : public ModelRandomization {
 public:
  struct Params {
    std::string material, command;
    int number = 0, steps = 0;
    std::vector<double> above, below, dark = {0.1, 0.1, 0.1};
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("material", material);
      v.required("command", command);
      v.optional("number", number, at_least(0));
      v.required("steps", steps, at_least(1));
      v.required("above", above, between(0, 1));
      v.required("below", below, between(0, 1));
      v.optional("dark", dark, between(0, 1));
    }
  };
  Cue(const Params& params, const TermSource& source)
      : params_(params),
        first_(4 * static_cast<size_t>(source.find(Model::Element::material, params.material))),
        command_(source.find_command(params.command)) {
    if (const size_t numbers = source.commands[command_].value.size(); static_cast<size_t>(params.number) >= numbers)
      throw source.node.error(
          fmt::format("number: the command '{}' has {} numbers, counted from 0", params.command, numbers));
    for (const std::vector<double>* color : {&params.above, &params.below, &params.dark})
      if (color->size() != 3) throw source.node.error("a colour is red, green and blue, from 0 to 1");
  }
  bool at_every_state() const override { return true; }
  void apply(TaskState& state, Rng&) override {
    const bool is_above = state.commands[command_].value[static_cast<size_t>(params_.number)] > 0;
    const std::vector<double>& color = state.elapsed >= params_.steps ? params_.dark
                                       : is_above                     ? params_.above
                                                                      : params_.below;
    for (size_t i = 0; i < 3; ++i) state.sim.color(ModelColor::mat_rgba)[first_ + i] = static_cast<float>(color[i]);
  }

 private:
  Params params_;
  size_t first_, command_;
};

std::vector<DisturbanceScale> color_scales() {
  return {{.key = "range", .about = DisturbanceScale::About::middle, .limits = between(0, 1), .off = "vary"},
          {.key = "vary", .limits = between(0, 1)}};
}

}  // namespace

std::vector<TermRow<RandomizationTerm>> visual_randomizations() {
  return {
      term_row<RandomizationTerm, Colors<ModelColor::geom_rgba>>(
          "geom_color",
          "red, green and blue of each of `geoms`, each from `range`, or c + δ, δ from ±`vary`; it takes the place of "
          "a material's colour, and tints its texture",
          "1", color_scales()),
      term_row<RandomizationTerm, Colors<ModelColor::mat_rgba>>(
          "material_color", "the same for `materials`: all that is made of one material has one colour", "1",
          color_scales()),
      term_row<RandomizationTerm, Light>(
          "light",
          "for each of `lights`: p + δ, δ from ±`position` along each axis of its body; turned by ±`direction` about "
          "each; `diffuse` and `ambient` · s, s from their range. One number is for all axes",
          "m, rad, 1",
          std::vector<DisturbanceScale>{{"position"},
                                        {"direction"},
                                        {"diffuse", DisturbanceScale::About::one},
                                        {"ambient", DisturbanceScale::About::one}}),
      term_row<RandomizationTerm, CameraPose>(
          "camera_pose",
          "for each of `cameras`: p + δ, δ from ±`position` along each axis of its body; turned by ±`rotation` about "
          "its own axes (right, up, backwards); its vertical field of view + δ, δ from ±`fovy`. One number is for all "
          "axes",
          "m, rad, degrees", std::vector<DisturbanceScale>{{"position"}, {"rotation"}, {"fovy"}}),
      term_row<RandomizationTerm, Cue>("cue",
                                       "for the first `steps` observations of an episode, `material` has the colour "
                                       "`above` where the `number` of the "
                                       "`command` is above 0, else `below`; then it is `dark`",
                                       "1", std::vector<DisturbanceScale>{}),
  };
}

}  // namespace sinew
