// The part of Model about its actuators.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "core/error.h"
#include "sim/compat.h"
#include "sim/model/model.h"
#include "sim/model/xml_scan_internal.h"

namespace sinew {
namespace {

// The gain and bias parameters of one actuator: force = gain · control + bias, where an affine one is
// p[0] + p[1] · length + p[2] · velocity.
struct Law {
  int gain, bias, dynamics;
  const double *gain_of, *bias_of;
};
Law law_of(const mjModel& m, int i) {
  return {m.actuator_gaintype[i], m.actuator_biastype[i], m.actuator_dyntype[i], m.actuator_gainprm + mjNGAIN * i,
          m.actuator_biasprm + mjNBIAS * i};
}

bool is_muscle(const Law& law) {
  return law.gain == mjGAIN_MUSCLE || law.bias == mjBIAS_MUSCLE || law.dynamics == mjDYN_MUSCLE;
}
// A servo pulls to the control's position: kp · (control - length) - kv · velocity.
bool holds_position(const Law& law) {
  return law.gain == mjGAIN_FIXED && law.bias == mjBIAS_AFFINE && law.bias_of[0] == 0 && law.gain_of[0] != 0 &&
         law.bias_of[1] == -law.gain_of[0];
}
bool holds_velocity(const Law& law) {
  return law.gain == mjGAIN_FIXED && law.bias == mjBIAS_AFFINE && law.bias_of[0] == 0 && law.bias_of[1] == 0 &&
         law.gain_of[0] != 0 && law.bias_of[2] == -law.gain_of[0];
}

std::string force_unit_of(const std::string& length_unit) {
  return length_unit == "m" ? "N" : length_unit == "rad" ? "N m" : "";
}

}  // namespace

Model::Limits Model::control_limits(int actuator) const {
  return {model_->actuator_ctrllimited[actuator] != 0, model_->actuator_ctrlrange[2 * actuator],
          model_->actuator_ctrlrange[2 * actuator + 1]};
}

Model::Limits Model::actuator_force_limits(int actuator) const {
  return {model_->actuator_forcelimited[actuator] != 0, model_->actuator_forcerange[2 * actuator],
          model_->actuator_forcerange[2 * actuator + 1]};
}

std::string Model::actuator_kind(int actuator) const {
  const Law law = law_of(*model_, actuator);
  if (is_muscle(law)) return "muscle";
  if (model_->actuator_trntype[actuator] == mjTRN_BODY) return "adhesion";
  if (law.dynamics == mjDYN_INTEGRATOR) return holds_position(law) ? "intvelocity" : "general";
  if (law.dynamics != mjDYN_NONE && law.dynamics != mjDYN_FILTER) return "general";
  if (holds_position(law)) return "position";
  if (holds_velocity(law)) return "velocity";
  if (law.dynamics == mjDYN_FILTER) return law.gain == mjGAIN_FIXED ? "cylinder" : "general";
  if (law.gain == mjGAIN_FIXED && law.bias == mjBIAS_NONE) return "motor";
  if (law.gain == mjGAIN_AFFINE && law.bias == mjBIAS_NONE && law.gain_of[0] == 0 && law.gain_of[1] == 0)
    return "damper";
  return "general";
}

std::string Model::actuator_label(int actuator) const {
  const std::string own = name(Element::actuator, actuator);
  if (!own.empty()) return fmt::format("'{}'", own);
  return fmt::format("actuator {} ({}, {})", actuator, actuator_kind(actuator), actuator_drives(actuator));
}

std::string Model::driven_name(int actuator) const {
  const int target = model_->actuator_trnid[2 * actuator];
  switch (model_->actuator_trntype[actuator]) {
    case mjTRN_JOINT:
    case mjTRN_JOINTINPARENT: return called(Element::joint, target);
    case mjTRN_TENDON: return name(Element::tendon, target);
    case mjTRN_SITE:
    case mjTRN_SLIDERCRANK: return name(Element::site, target);
    case mjTRN_BODY: return name(Element::body, target);
    default: return "";
  }
}

// Every actuator gets a unique name: that of the element it drives ("elbow"), else with its kind ("elbow_velocity"),
// else with its number ("elbow_motor_3"; "actuator_3" where nothing has a name). Names from the file take precedence.
std::vector<std::string> Model::names_of_actuators() const {
  std::vector<std::string> called = names(Element::actuator);
  const auto complete = [&](auto&& make) {
    std::vector<std::string> wanted;
    for (int i = 0; i < nu(); ++i) wanted.push_back(called[static_cast<size_t>(i)].empty() ? make(i) : "");
    const std::vector<std::string> taken = called;
    for (size_t i = 0; i < wanted.size(); ++i)
      if (!wanted[i].empty() && std::ranges::count(wanted, wanted[i]) == 1 &&
          std::ranges::find(taken, wanted[i]) == taken.end())
        called[i] = wanted[i];
  };
  complete([&](int i) { return driven_name(i); });
  complete([&](int i) { return driven_name(i).empty() ? "" : driven_name(i) + "_" + actuator_kind(i); });
  for (std::string more = "_"; std::ranges::find(called, "") != called.end(); more += "_")
    complete([&](int i) {
      const std::string driven = driven_name(i);
      return (driven.empty() ? "actuator" : driven + "_" + actuator_kind(i)) + more + std::to_string(i);
    });
  return called;
}

std::string Model::actuator_place(int actuator) const {
  try {
    const XmlScan scan = scan_xml(path_);
    std::vector<const XmlElement*> found;  // in MuJoCo's order
    for (const XmlElement& element : scan.elements)
      if (element.parent >= 0 && scan.elements[static_cast<size_t>(element.parent)].name == "actuator" &&
          element.name != "include" && element.name != "plugin")
        found.push_back(&element);
    if (std::ssize(found) == nu()) return scan.place(*found[static_cast<size_t>(actuator)]);
  } catch (const Error&) {  // the file no longer exists
  }
  return path_;
}

std::string Model::actuator_drives(int actuator) const {
  const int target = model_->actuator_trnid[2 * actuator];
  const auto named = [&](const char* noun, Element element) {
    const std::string text = name(element, target);
    return text.empty() ? fmt::format("{} {}", noun, target) : fmt::format("{} {}", noun, text);
  };
  switch (model_->actuator_trntype[actuator]) {
    case mjTRN_JOINT:
    case mjTRN_JOINTINPARENT: return named("joint", Element::joint);
    case mjTRN_TENDON: return named("tendon", Element::tendon);
    case mjTRN_SITE: return named("site", Element::site);
    case mjTRN_BODY: return named("body", Element::body);
    case mjTRN_SLIDERCRANK: return named("crank at site", Element::site);
    default: return "";
  }
}

int Model::joint_of_actuator(int actuator) const {
  const int type = model_->actuator_trntype[actuator];
  return type == mjTRN_JOINT || type == mjTRN_JOINTINPARENT ? model_->actuator_trnid[2 * actuator] : -1;
}

double Model::actuator_gear(int actuator, int component) const {
  return model_->actuator_gear[6 * actuator + component];
}

// The unit of an actuator's length; "" if it is mixed.
std::string Model::transmission_unit(int actuator) const {
  const auto linear = [&] {
    return std::any_of(&model_->actuator_gear[6 * actuator], &model_->actuator_gear[6 * actuator + 3],
                       [](double g) { return g != 0; });
  };
  const auto angular = [&] {
    return std::any_of(&model_->actuator_gear[6 * actuator + 3], &model_->actuator_gear[6 * actuator + 6],
                       [](double g) { return g != 0; });
  };
  switch (model_->actuator_trntype[actuator]) {
    case mjTRN_JOINT:
    case mjTRN_JOINTINPARENT: {
      const JointType type = joint_type(joint_of_actuator(actuator));
      if (type != JointType::free) return type == JointType::slide ? "m" : "rad";
      return linear() == angular() ? "" : linear() ? "m" : "rad";
    }
    case mjTRN_TENDON: return tendon_unit(model_->actuator_trnid[2 * actuator]);
    case mjTRN_SITE: return linear() == angular() ? "" : linear() ? "m" : "rad";
    default: return "m";
  }
}

std::string Model::actuator_force_unit(int actuator) const { return force_unit_of(transmission_unit(actuator)); }

std::optional<double> Model::force_per_control(int actuator) const {
  if (actuator_kind(actuator) != "motor") return std::nullopt;
  const double* gear = model_->actuator_gear + 6 * actuator;
  // A joint with one degree of freedom uses only the first number; a force in space uses the vector's norm.
  const int joint = joint_of_actuator(actuator);
  const bool single = joint >= 0 ? joint_dof_size(joint) == 1 : model_->actuator_trntype[actuator] != mjTRN_SITE;
  const double length = single ? gear[0] : mju_norm(gear, 6);
  return model_->actuator_gainprm[mjNGAIN * actuator] * length;
}

std::string Model::control_unit(int actuator) const {
  const std::string kind = actuator_kind(actuator), length = transmission_unit(actuator);
  if (length.empty()) return "1";
  if (kind == "motor") return force_per_control(actuator) == 1.0 ? force_unit_of(length) : "1";
  if (actuator_gear(actuator) != 1) return "1";
  if (kind == "position") return length;
  if (kind == "velocity" || kind == "intvelocity") return length + "/s";
  return "1";
}

}  // namespace sinew
