#include "sim/model.h"

#include <array>
#include <filesystem>
#include <mutex>

#include "core/error.h"
#include "core/log.h"
#include "core/text.h"
#include "sim/compat.h"
#include "sim/messages.h"

namespace sinew {
namespace {

struct ElementKind {
  mjtObj type;
  const char* noun;
};
ElementKind kind_of(Model::Element element) {
  switch (element) {
    case Model::Element::body: return {mjOBJ_BODY, "body"};
    case Model::Element::joint: return {mjOBJ_JOINT, "joint"};
    case Model::Element::geom: return {mjOBJ_GEOM, "geom"};
    case Model::Element::site: return {mjOBJ_SITE, "site"};
    case Model::Element::actuator: return {mjOBJ_ACTUATOR, "actuator"};
    case Model::Element::camera: return {mjOBJ_CAMERA, "camera"};
  }
  return {mjOBJ_UNKNOWN, ""};
}

constexpr std::array<const char*, 7> free_position = {"x", "y", "z", "qw", "qx", "qy", "qz"};
constexpr std::array<const char*, 6> free_velocity = {"vx", "vy", "vz", "wx", "wy", "wz"};

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace

std::shared_ptr<const Model> Model::load(const std::string& path) {
  catch_mujoco_messages();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) fail("cannot load the model '{}': there is no such file", path);
  if (std::filesystem::is_directory(path, ignored))
    fail("cannot load the model '{}': it is a folder, an MJCF file is needed", path);

  // MuJoCo's reader keeps the last XML in a global.
  static std::mutex reading;
  const std::lock_guard lock(reading);
  char message[1000] = "";
  mjModel* raw = nullptr;
  with_context(fmt::format("cannot load the model '{}'", path),
               [&] { raw = mj_loadXML(path.c_str(), nullptr, message, sizeof message); });
  if (!raw) fail("cannot load the model '{}'; MuJoCo says: {}", path, one_line(message));
  if (message[0] != '\0') log_warning("{}: MuJoCo says: {}", path, one_line(message));
  return std::shared_ptr<const Model>(new Model(raw, path));
}

Model::~Model() { mj_deleteModel(model_); }

int Model::nq() const { return static_cast<int>(model_->nq); }
int Model::nv() const { return static_cast<int>(model_->nv); }
int Model::nu() const { return static_cast<int>(model_->nu); }
double Model::timestep() const { return model_->opt.timestep; }

int Model::count(Element element) const {
  switch (element) {
    case Element::body: return static_cast<int>(model_->nbody);
    case Element::joint: return static_cast<int>(model_->njnt);
    case Element::geom: return static_cast<int>(model_->ngeom);
    case Element::site: return static_cast<int>(model_->nsite);
    case Element::actuator: return static_cast<int>(model_->nu);
    case Element::camera: return static_cast<int>(model_->ncam);
  }
  return 0;
}

std::string Model::name(Element element, int index) const {
  const char* text = mj_id2name(model_, kind_of(element).type, index);
  return text ? text : "";
}

std::vector<std::string> Model::names(Element element) const {
  std::vector<std::string> all;
  for (int i = 0; i < count(element); ++i) all.push_back(name(element, i));
  return all;
}

bool Model::has(Element element, const std::string& name) const {
  return mj_name2id(model_, kind_of(element).type, name.c_str()) >= 0;
}

int Model::find(Element element, const std::string& name) const {
  const ElementKind kind = kind_of(element);
  const int index = mj_name2id(model_, kind.type, name.c_str());
  if (index < 0) fail("the model '{}' has no {} '{}'{}", path_, kind.noun, name, suggestion(name, names(element)));
  return index;
}

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

Model::Limits Model::control_limits(int actuator) const {
  return {model_->actuator_ctrllimited[actuator] != 0, model_->actuator_ctrlrange[2 * actuator],
          model_->actuator_ctrlrange[2 * actuator + 1]};
}

Model::Limits Model::joint_limits(int joint) const {
  return {model_->jnt_limited[joint] != 0, model_->jnt_range[2 * joint], model_->jnt_range[2 * joint + 1]};
}

}  // namespace sinew
