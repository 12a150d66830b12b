#include "envs/terms/action_drive.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sinew {
namespace {

double most(const Model::Limits& limits) {
  if (!limits.limited) return std::numeric_limits<double>::infinity();
  return std::max(std::abs(limits.low), std::abs(limits.high));
}

ActionDrive drives_nothing(const std::string& why) {
  ActionDrive drive;
  drive.why_not = why;
  return drive;
}

}  // namespace

double most_force(const Model& model, int actuator) {
  const double by_force = std::abs(model.actuator_gear(actuator)) * most(model.actuator_force_limits(actuator));
  const auto per_control = model.force_per_control(actuator);
  if (!per_control) return by_force;
  return std::min(std::abs(*per_control) * most(model.control_limits(actuator)), by_force);
}

ActionDrive drive_of_joint(const Model& model, int joint, ActionDrive::Kind kind, double scale, double offset,
                           double force_limit) {
  if (joint < 0) return drives_nothing("it acts on no joint");
  if (model.joint_dof_size(joint) != 1)
    return drives_nothing(fmt::format("its joint '{}' is a {}, neither a hinge nor a slide",
                                      model.called(Model::Element::joint, joint), model.joint_type_name(joint)));
  if (model.called(Model::Element::joint, joint).empty()) return drives_nothing("its joint has no name in the model");
  ActionDrive drive{
      .joint = model.called(Model::Element::joint, joint), .kind = kind, .scale = scale, .offset = offset};
  if (const auto limits = model.joint_limits(joint); limits.limited) drive.range = {limits.low, limits.high};
  if (std::isfinite(force_limit)) drive.force_limit = force_limit;
  const int dof = model.dof_address(joint);
  switch (kind) {
    case ActionDrive::Kind::position: drive.unit = model.qpos_unit(model.qpos_address(joint)); break;
    case ActionDrive::Kind::velocity: drive.unit = model.qvel_unit(dof); break;
    case ActionDrive::Kind::torque: drive.unit = model.force_unit(dof); break;
  }
  return drive;
}

ActionDrive drive_of_body(const std::string& body, int axis) {
  ActionDrive drive;
  drive.body = body;
  drive.axis = axis;
  drive.kind = ActionDrive::Kind::velocity;
  drive.unit = axis < 3 ? "m/s" : "rad/s";
  return drive;
}

ActionDrive drive_of_actuator(const Model& model, int actuator) {
  const int joint = model.joint_of_actuator(actuator);
  const std::string kind = model.actuator_kind(actuator);
  const double gear = model.actuator_gear(actuator);
  if (gear == 0 || model.force_per_control(actuator) == 0.0)
    return drives_nothing("its gear or its gain is 0, so it moves nothing");
  if (joint < 0)
    return drives_nothing(fmt::format("it acts on the {}, not on a joint", model.actuator_drives(actuator)));
  // A servo controls the length of its transmission, which is gear · position.
  const double force_limit = most_force(model, actuator);
  if (kind == "motor")
    return drive_of_joint(model, joint, ActionDrive::Kind::torque, *model.force_per_control(actuator), 0, force_limit);
  if (kind == "position") return drive_of_joint(model, joint, ActionDrive::Kind::position, 1 / gear, 0, force_limit);
  if (kind == "velocity" || kind == "intvelocity")
    return drive_of_joint(model, joint, ActionDrive::Kind::velocity, 1 / gear, 0, force_limit);
  return drives_nothing(fmt::format("it is a {}{}, whose control is no position, velocity or torque of a joint", kind,
                                    kind == "general" ? " actuator" : ""));
}

}  // namespace sinew
