// The tables of `sinew inspect`.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "apps/command_line/terminal.h"
#include "apps/inspect/inspect_model_internal.h"
#include "core/text.h"

namespace sinew {
namespace {

using Element = Model::Element;
using Rows = std::vector<std::vector<std::string>>;

std::string number(double value) { return fmt::format("{:.4g}", value == 0 ? 0.0 : value); }  // avoids "-0"
std::string number_unless_0(double value) { return value == 0 ? "-" : number(value); }
double degrees(double radians) { return radians * 180 / std::numbers::pi; }

std::string span_text(const Model::Limits& limits, const std::string& unit) {
  if (!limits.limited) return "-";
  return fmt::format("{} … {}{}", number(limits.low), number(limits.high),
                     unit.empty() || unit == "1" ? "" : " " + unit);
}

std::string joint_range(const Model& model, int joint) {
  const Model::Limits limits = model.joint_limits(joint);
  if (!limits.limited) return "-";
  switch (model.joint_type(joint)) {
    case Model::JointType::hinge:
      return fmt::format("{} ({:.0f} … {:.0f}°)", span_text(limits, "rad"), degrees(limits.low), degrees(limits.high));
    case Model::JointType::ball: return fmt::format("to {} rad ({:.0f}°)", number(limits.high), degrees(limits.high));
    default: return span_text(limits, "m");
  }
}

// The meaning of a control of 1: "120 N m", "1 rad", "full force" for a muscle.
std::string control_meaning(const Model& model, int actuator) {
  const std::string unit = model.control_unit(actuator), kind = model.actuator_kind(actuator);
  if (unit != "1") return "1 " + unit;
  if (kind == "muscle") return "full excitation";
  const std::optional<double> force = model.force_per_control(actuator);
  const std::string force_unit = model.actuator_force_unit(actuator);
  return force && !force_unit.empty() ? fmt::format("{} {}", number(*force), force_unit) : "-";
}

std::string gear_text(const Model& model, int actuator) {
  int last = 5;
  while (last > 0 && model.actuator_gear(actuator, last) == 0) --last;
  std::string text;
  for (int i = 0; i <= last; ++i) text += (i > 0 ? " " : "") + number(model.actuator_gear(actuator, i));
  return text;
}

Rows joint_rows(const Model& model) {
  Rows rows = {{"joint", "type", "of body", "range", "damping", "armature", "stiffness"}};
  for (int i = 0; i < model.count(Element::joint); ++i)
    rows.push_back({display_name(model, Element::joint, i), model.joint_type_name(i),
                    display_name(model, Element::body, model.joint_body(i)), joint_range(model, i),
                    number_unless_0(model.joint_damping(i)), number_unless_0(model.joint_armature(i)),
                    number_unless_0(model.joint_stiffness(i))});
  return rows;
}

Rows actuator_rows(const Model& model) {
  Rows rows = {{"actuator", "kind", "drives", "gear", "control", "a control of 1 is", "force limit"}};
  for (int i = 0; i < model.nu(); ++i)
    rows.push_back({display_name(model, Element::actuator, i), model.actuator_kind(i),
                    readable(model.actuator_drives(i)), gear_text(model, i), span_text(model.control_limits(i), ""),
                    control_meaning(model, i),
                    span_text(model.actuator_force_limits(i), model.actuator_force_unit(i))});
  return rows;
}

Rows sensor_rows(const Model& model) {
  Rows rows = {{"sensor", "type", "unit", "numbers"}};
  for (int i = 0; i < model.count(Element::sensor); ++i)
    rows.push_back({display_name(model, Element::sensor, i), model.sensor_type_name(i), model.sensor_unit(i),
                    std::to_string(model.sensor_size(i))});
  return rows;
}

Rows camera_rows(const Model& model) {
  Rows rows = {{"camera", "mode", "on body", "field of view"}};
  for (int i = 0; i < model.count(Element::camera); ++i)
    rows.push_back({display_name(model, Element::camera, i), model.camera_mode(i),
                    display_name(model, Element::body, model.camera_body(i)), number(model.camera_fovy(i)) + "°"});
  return rows;
}

Rows body_rows(const Model& model) {
  Rows rows = {{"body", "mass", "with all that it carries"}};
  std::vector<size_t> depth(1, 0);
  for (int i = 1; i < model.count(Element::body); ++i) {
    depth.push_back(depth[static_cast<size_t>(model.body_parent(i))] + 1);
    rows.push_back({std::string(2 * (depth.back() - 1), ' ') + display_name(model, Element::body, i),
                    number(model.body_mass(i)) + " kg", number(model.body_subtree_mass(i)) + " kg"});
  }
  return rows;
}

Rows site_rows(const Model& model) {
  Rows rows = {{"site", "on body"}};
  for (int i = 0; i < model.count(Element::site); ++i)
    rows.push_back({display_name(model, Element::site, i), display_name(model, Element::body, model.site_body(i))});
  return rows;
}

Rows keyframe_rows(const Model& model) {
  constexpr size_t most_numbers = 12;
  Rows rows = {{"keyframe", "qpos"}};
  for (int i = 0; i < model.count(Element::keyframe); ++i) {
    std::string text;
    const std::span<const double> qpos = model.keyframe_qpos(i);
    for (size_t k = 0; k < std::min(qpos.size(), most_numbers); ++k) text += (k > 0 ? " " : "") + number(qpos[k]);
    rows.push_back({display_name(model, Element::keyframe, i), text + (qpos.size() > most_numbers ? " …" : "")});
  }
  return rows;
}

// A table with `left` columns of text; "" if it has only a heading.
std::string table(Rows rows, size_t left, size_t most_rows) {
  if (rows.size() < 2) return "";
  const size_t more = rows.size() > most_rows + 1 ? rows.size() - most_rows - 1 : 0;
  rows.resize(rows.size() - more);
  return "\n" + format_table(rows, left) + (more > 0 ? fmt::format("  … and {} more (--json has all)\n", more) : "");
}

std::string world_text(const Model& model) {
  const std::span<const double> g = model.gravity();
  return format_table({{"time step", fmt::format("{} s, integrator {}", number(model.timestep()), model.integrator())},
                       {"gravity", fmt::format("{} {} {} m/s²", number(g[0]), number(g[1]), number(g[2]))},
                       {"total mass", number(model.total_mass()) + " kg"},
                       {"numbers", fmt::format("{} positions (nq), {} velocities (nv), {} controls (nu), {} of sensors",
                                               model.nq(), model.nv(), model.nu(), model.nsensordata())}},
                      2);
}

std::string geom_names(const Model& model) {
  std::vector<std::string> names = model.names(Element::geom);
  std::erase(names, "");
  for (std::string& name : names) name = readable(std::move(name));
  if (names.empty()) return "";
  return fmt::format("\n  named geoms: {}\n", name_some(names, 24));
}

}  // namespace

std::string model_report(const Model& model, size_t most_rows) {
  std::string text =
      fmt::format("{} ({})\n{}", readable(model.path()), model.is_urdf() ? "URDF" : "MJCF", world_text(model));
  if (const std::string joints = table(joint_rows(model), 3, most_rows); !joints.empty())
    text += joints +
            "  hinge and ball: damping in N m s/rad, armature in kg m², stiffness in N m/rad; slide: N s/m, kg, N/m\n";
  text += table(actuator_rows(model), 3, most_rows) + table(sensor_rows(model), 3, most_rows) +
          table(camera_rows(model), 3, most_rows) + table(body_rows(model), 1, most_rows) +
          table(site_rows(model), 2, most_rows) + geom_names(model) + table(keyframe_rows(model), 2, most_rows);
  std::vector<std::string> none;
  for (const auto& [element, nouns] : {std::pair(Element::joint, "joints"), std::pair(Element::actuator, "actuators"),
                                       std::pair(Element::sensor, "sensors"), std::pair(Element::camera, "cameras")})
    if (model.count(element) == 0) none.push_back(nouns);
  return text + (none.empty() ? "" : fmt::format("\n  It has no {}.\n", join(none, ", no ")));
}

}  // namespace sinew
