// The facts of `sinew inspect --json`, in MJCF's terms.
#include <nlohmann/json.hpp>

#include "apps/inspect/inspect_model_internal.h"

namespace sinew {
namespace {

using Element = Model::Element;
using nlohmann::ordered_json;

ordered_json range_of(const Model::Limits& limits) {
  return limits.limited ? ordered_json{limits.low, limits.high} : ordered_json();
}

// One object per element, starting with its name.
template <class Describe>
ordered_json list_of(const Model& model, Element element, Describe&& describe) {
  ordered_json list = ordered_json::array();
  for (int i = 0; i < model.count(element); ++i) {
    ordered_json fact = {{"name", model.name(element, i).empty() ? "" : display_name(model, element, i)}};
    fact.update(describe(i));
    list.push_back(std::move(fact));
  }
  return list;
}

ordered_json joint_fact(const Model& model, int i) {
  const int address = model.qpos_address(i);
  return {{"type", model.joint_type_name(i)},
          {"body", display_name(model, Element::body, model.joint_body(i))},
          {"axis", model.joint_axis(i)},
          {"unit", model.qpos_unit(address)},
          {"range", range_of(model.joint_limits(i))},
          {"damping", model.joint_damping(i)},
          {"armature", model.joint_armature(i)},
          {"stiffness", model.joint_stiffness(i)},
          {"qpos", address},
          {"qvel", model.dof_address(i)}};
}

ordered_json actuator_fact(const Model& model, int i) {
  const std::optional<double> force = model.force_per_control(i);
  ordered_json gear = ordered_json::array();
  for (int component = 0; component < 6; ++component) gear.push_back(model.actuator_gear(i, component));
  return {{"kind", model.actuator_kind(i)},
          {"drives", readable(model.actuator_drives(i))},
          {"gear", gear},
          {"ctrlrange", range_of(model.control_limits(i))},
          {"unit", model.control_unit(i)},
          {"force_per_control", force ? ordered_json(*force) : ordered_json()},
          {"forcerange", range_of(model.actuator_force_limits(i))},
          {"force_unit", model.actuator_force_unit(i)}};
}

ordered_json sensor_fact(const Model& model, int i) {
  return {{"type", model.sensor_type_name(i)},
          {"unit", model.sensor_unit(i)},
          {"address", model.sensor_address(i)},
          {"size", model.sensor_size(i)}};
}

ordered_json on_body(const Model& model, int body) { return {{"body", display_name(model, Element::body, body)}}; }

}  // namespace

ordered_json model_facts(const Model& model) {
  ordered_json facts = {{"model", readable(model.path())},
                        {"format", model.is_urdf() ? "URDF" : "MJCF"},
                        {"timestep", model.timestep()},
                        {"gravity", model.gravity()},
                        {"integrator", model.integrator()},
                        {"nq", model.nq()},
                        {"nv", model.nv()},
                        {"nu", model.nu()},
                        {"nsensordata", model.nsensordata()},
                        {"total_mass", model.total_mass()}};
  facts["joints"] = list_of(model, Element::joint, [&](int i) { return joint_fact(model, i); });
  facts["actuators"] = list_of(model, Element::actuator, [&](int i) { return actuator_fact(model, i); });
  facts["sensors"] = list_of(model, Element::sensor, [&](int i) { return sensor_fact(model, i); });
  facts["cameras"] = list_of(model, Element::camera, [&](int i) {
    return ordered_json{{"mode", model.camera_mode(i)},
                        {"body", display_name(model, Element::body, model.camera_body(i))},
                        {"fovy", model.camera_fovy(i)}};
  });
  facts["bodies"] = list_of(model, Element::body, [&](int i) {
    return ordered_json{{"parent", display_name(model, Element::body, model.body_parent(i))},
                        {"mass", model.body_mass(i)},
                        {"subtree_mass", model.body_subtree_mass(i)}};
  });
  facts["geoms"] = list_of(model, Element::geom, [&](int i) { return on_body(model, model.geom_body(i)); });
  facts["sites"] = list_of(model, Element::site, [&](int i) { return on_body(model, model.site_body(i)); });
  facts["tendons"] = list_of(model, Element::tendon, [](int) { return ordered_json::object(); });
  facts["keyframes"] = list_of(model, Element::keyframe, [&](int i) {
    return ordered_json{{"qpos", model.keyframe_qpos(i)},
                        {"qvel", model.keyframe_qvel(i)},
                        {"act", model.keyframe_act(i)},
                        {"ctrl", model.keyframe_ctrl(i)}};
  });
  facts["advice"] = model_advice(model);
  return facts;
}

}  // namespace sinew
