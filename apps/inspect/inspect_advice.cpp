// The warnings of `sinew inspect`.
#include <fmt/core.h>

#include <algorithm>

#include "apps/inspect/inspect_model_internal.h"
#include "apps/inspect/starter_plan.h"
#include "core/text.h"

namespace sinew {
namespace {

using Element = Model::Element;

template <class Condition>
std::vector<std::string> names_where(const Model& model, Element element, Condition&& holds) {
  std::vector<std::string> names;
  for (int i = 0; i < model.count(element); ++i)
    if (holds(i)) names.push_back(display_name(model, element, i));
  return names;
}

std::string on_actuators(const Model& model) {
  if (model.nu() > 0 || model.nv() == 0) return "";
  const std::string lack =
      model.is_urdf() ? "There is no actuator (MuJoCo makes none from a URDF)" : "There is no actuator";
  std::vector<std::string> drivable;
  for (const DrivenJoint& joint : starter_actions(model).joints)
    drivable.push_back(fmt::format("{}: {:g}", readable(joint.name), joint.limit));
  if (drivable.empty()) return lack + ", and no hinge or slide with a name that a task could drive.";
  drivable.resize(std::min(drivable.size(), size_t{2}));
  return fmt::format(
      "{}: name the joints to drive in the task, each with its limit in N m (of a slide, in N): "
      "`actions: {{joint_torque: {{joints: {{{}}}}}}}`. --task F.yaml writes a task with all of them.",
      lack, join(drivable));
}

// The base of a URDF is fixed to the world unless a joint frees it.
bool stands_in_the_world(const Model& model) {
  for (int i = 0; i < model.count(Element::joint); ++i)
    if (model.joint_type(i) == Model::JointType::free) return false;
  return true;
}

std::string on_urdf(const Model& model) {
  if (!model.is_urdf()) return "";
  std::string text;
  if (!model.dropped().empty()) text = fmt::format("MuJoCo drops from this URDF: {}.", readable(join(model.dropped())));
  if (model.nv() > 0 && stands_in_the_world(model))
    text +=
        std::string(text.empty() ? "" : " ") +
        "Its base is fixed in the world; a robot that walks or drives needs a joint of type floating between a link "
        "'world' and its base, or an MJCF whose base has a <freejoint/>.";
  return text;
}

std::string on_followers(const Model& model) {
  std::vector<std::string> followers;
  for (int i = 0; i < model.count(Element::joint); ++i)
    if (const int leader = model.leader_of_joint(i); leader >= 0)
      followers.push_back(fmt::format("{} follows {}", display_name(model, Element::joint, i),
                                      display_name(model, Element::joint, leader)));
  if (followers.empty()) return "";
  return fmt::format("Coupled by an equality of joints{}: {}. Drive the joint that leads.",
                     model.is_urdf() ? ", which stands for <mimic>" : "", name_some(followers));
}

std::string on_control_ranges(const Model& model) {
  const auto names = names_where(model, Element::actuator, [&](int i) { return !model.control_limits(i).limited; });
  if (names.empty()) return "";
  return fmt::format(
      "Without a ctrlrange: {}. A policy needs to know how far it may go: give each one in the model, or in the task, "
      "`actions: {{actuators: {{limits: [-1, 1]}}}}`.",
      name_some(names));
}

std::string on_joint_ranges(const Model& model) {
  const auto names = names_where(model, Element::joint,
                                 [&](int i) { return model.joint_dof_size(i) == 1 && !model.joint_limits(i).limited; });
  if (names.empty()) return "";
  return fmt::format(
      "Without a range: {}. Their positions may grow without end; for an angle that goes round, observe sin and cos.",
      name_some(names));
}

std::string on_hidden_state(const Model& model) {
  const auto names = names_where(model, Element::actuator, [&](int i) {
    const std::string kind = model.actuator_kind(i);
    return kind == "muscle" || kind == "intvelocity" || kind == "cylinder";
  });
  if (names.empty()) return "";
  return fmt::format(
      "With a state of their own (an activation that follows the control): {}. Positions and velocities do not show "
      "it; observing the last action helps.",
      name_some(names));
}

std::string on_names(const Model& model) {
  constexpr std::pair<Element, const char*> kinds[] = {{Element::body, "bodies"},    {Element::joint, "joints"},
                                                       {Element::geom, "geoms"},     {Element::actuator, "actuators"},
                                                       {Element::site, "sites"},     {Element::sensor, "sensors"},
                                                       {Element::camera, "cameras"}, {Element::keyframe, "keyframes"}};
  std::vector<std::string> counts;
  for (const auto& [element, nouns] : kinds) {
    const size_t unnamed = names_where(model, element, [&](int i) { return model.called(element, i).empty(); }).size();
    if (unnamed > 0) counts.push_back(fmt::format("{} of {} {}", unnamed, model.count(element), nouns));
  }
  if (counts.empty()) return "";
  return fmt::format("Without a name: {}. A task cannot refer to them.", join(counts));
}

std::string on_time_step(const Model& model) {
  if (model.timestep() <= 0.01) return "";
  return fmt::format("The time step of {:g} s is long: contacts and stiff joints need 0.01 s or less to be stable.",
                     model.timestep());
}

std::string on_contacts(const Model& model) {
  if (model.has_contacts() || model.count(Element::geom) == 0) return "";
  return "Nothing can touch anything: contacts are off, or contype and conaffinity match only for geoms of one body, "
         "or of a body and its parent.";
}

std::string on_joints(const Model& model) { return model.nv() > 0 ? "" : "Nothing moves: no body has a joint."; }

}  // namespace

std::string display_name(const Model& model, Element element, int index) {
  constexpr const char* nouns[] = {"body",   "joint",  "geom",     "site",  "actuator",
                                   "camera", "sensor", "keyframe", "tendon"};
  const std::string name = model.called(element, index);
  return name.empty() ? fmt::format("({} {})", nouns[static_cast<size_t>(element)], index) : readable(name);
}

std::string readable(std::string text) {
  const bool utf8 = is_utf8(text);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || (!utf8 && static_cast<unsigned char>(c) >= 0x80)) c = '?';
  return text;
}

std::string name_some(const std::vector<std::string>& names, size_t most) {
  if (names.size() <= most + 1) return join(names);
  return join({names.begin(), names.begin() + static_cast<ptrdiff_t>(most)}) +
         fmt::format(" and {} more", names.size() - most);
}

std::vector<std::string> model_advice(const Model& model) {
  std::vector<std::string> advice;
  for (const auto& check : {on_joints, on_actuators, on_followers, on_urdf, on_control_ranges, on_time_step,
                            on_contacts, on_hidden_state, on_joint_ranges, on_names})
    if (std::string sentence = check(model); !sentence.empty()) advice.push_back(std::move(sentence));
  return advice;
}

}  // namespace sinew
