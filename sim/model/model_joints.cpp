// The part of Model about its joints, positions and velocities.
#include <fmt/core.h>

#include <array>

#include "sim/compat.h"
#include "sim/model/model.h"

namespace sinew {
namespace {

constexpr std::array<const char*, 7> free_position = {"x", "y", "z", "qw", "qx", "qy", "qz"};
constexpr std::array<const char*, 6> free_velocity = {"vx", "vy", "vz", "wx", "wy", "wz"};

}  // namespace

Model::JointType Model::joint_type(int joint) const {
  switch (model_->jnt_type[joint]) {
    case mjJNT_FREE: return JointType::free;
    case mjJNT_BALL: return JointType::ball;
    case mjJNT_SLIDE: return JointType::slide;
    default: return JointType::hinge;
  }
}

int Model::qpos_address(int joint) const { return model_->jnt_qposadr[joint]; }
int Model::dof_address(int joint) const { return model_->jnt_dofadr[joint]; }

int Model::joint_qpos_size(int joint) const {
  const JointType type = joint_type(joint);
  return type == JointType::free ? 7 : type == JointType::ball ? 4 : 1;
}
int Model::joint_dof_size(int joint) const {
  const JointType type = joint_type(joint);
  return type == JointType::free ? 6 : type == JointType::ball ? 3 : 1;
}
double Model::qpos0(int i) const { return model_->qpos0[i]; }

double Model::urdf_effort(int joint) const {
  const auto found = urdf_effort_.find(name(Element::joint, joint));
  return found == urdf_effort_.end() ? 0 : found->second;
}

int Model::leader_of_joint(int joint) const {
  for (int i = 0; i < model_->neq; ++i)
    if (model_->eq_type[i] == mjEQ_JOINT && model_->eq_obj1id[i] == joint && model_->eq_obj2id[i] >= 0 &&
        compat::is_active(*model_, i))
      return model_->eq_obj2id[i];
  return -1;
}

std::string Model::joint_type_name(int joint) const {
  switch (joint_type(joint)) {
    case JointType::free: return "free";
    case JointType::ball: return "ball";
    case JointType::slide: return "slide";
    case JointType::hinge: return "hinge";
  }
  return "";
}

std::span<const double> Model::joint_axis(int joint) const { return {model_->jnt_axis + 3 * joint, 3}; }
double Model::joint_stiffness(int joint) const { return model_->jnt_stiffness[joint]; }
// The value is the same for all degrees of freedom of a joint.
double Model::joint_damping(int joint) const { return model_->dof_damping[dof_address(joint)]; }
double Model::joint_armature(int joint) const { return model_->dof_armature[dof_address(joint)]; }
double Model::joint_inertia(int joint) const { return model_->dof_M0[dof_address(joint)]; }
int Model::joint_body(int joint) const { return model_->jnt_bodyid[joint]; }

int Model::joint_of_qpos(int i) const {
  int joint = count(Element::joint) - 1;
  while (qpos_address(joint) > i) --joint;
  return joint;
}
int Model::joint_of_dof(int i) const { return model_->dof_jntid[i]; }

std::string Model::qpos_label(int i) const {
  const int joint = joint_of_qpos(i);
  std::string label = fmt::format("qpos[{}] {}", i, name(Element::joint, joint));
  const int part = i - qpos_address(joint);
  if (joint_type(joint) == JointType::free) label += fmt::format(" {}", free_position[part]);
  if (joint_type(joint) == JointType::ball) label += fmt::format(" {}", free_position[part + 3]);
  return label;
}

std::string Model::qpos_unit(int i) const {
  const int joint = joint_of_qpos(i);
  switch (joint_type(joint)) {
    case JointType::free: return i - qpos_address(joint) < 3 ? "m" : "1";
    case JointType::ball: return "1";
    case JointType::slide: return "m";
    case JointType::hinge: return "rad";
  }
  return "";
}

std::string Model::dof_name(int i) const {
  const int joint = joint_of_dof(i);
  std::string label = name(Element::joint, joint);
  const int part = i - dof_address(joint);
  if (joint_type(joint) == JointType::free) label += fmt::format(" {}", free_velocity[part]);
  if (joint_type(joint) == JointType::ball) label += fmt::format(" {}", free_velocity[part + 3]);
  return label;
}

std::string Model::qvel_unit(int i) const {
  const int joint = joint_of_dof(i);
  const JointType type = joint_type(joint);
  const bool linear = type == JointType::slide || (type == JointType::free && i - dof_address(joint) < 3);
  return linear ? "m/s" : "rad/s";
}

std::string Model::force_unit(int i) const { return qvel_unit(i) == "m/s" ? "N" : "N m"; }

Model::Limits Model::joint_limits(int joint) const {
  return {model_->jnt_limited[joint] != 0, model_->jnt_range[2 * joint], model_->jnt_range[2 * joint + 1]};
}

}  // namespace sinew
