#pragma once
#include <memory>
#include <string>
#include <vector>

struct mjModel_;

namespace sinew {

/// A compiled robot and its world, immutable and shared by every Simulation of it in any thread.
/// Whatever is looked up by name throws an Error that names the nearest known name.
class Model {
 public:
  enum class Element { body, joint, geom, site, actuator, camera };
  enum class JointType { free, ball, slide, hinge };

  /// Loads an MJCF or URDF file. An Error keeps MuJoCo's own message.
  static std::shared_ptr<const Model> load(const std::string& path);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const std::string& path() const { return path_; }
  int nq() const;  // numbers in a position; a free joint has 7
  int nv() const;  // numbers in a velocity; a free joint has 6
  int nu() const;  // actuators
  double timestep() const;

  int count(Element element) const;
  /// "" for an element without a name.
  std::string name(Element element, int index) const;
  std::vector<std::string> names(Element element) const;
  /// Index of the element of that name.
  int find(Element element, const std::string& name) const;
  bool has(Element element, const std::string& name) const;

  JointType joint_type(int joint) const;
  int qpos_address(int joint) const;
  int dof_address(int joint) const;
  int joint_qpos_size(int joint) const;  // 7, 4, 1 or 1
  int joint_dof_size(int joint) const;   // 6, 3, 1 or 1
  double qpos0(int i) const;

  /// "qpos[1] rootz" and the unit, "m", "rad" or "1" (a part of a quaternion).
  std::string qpos_label(int i) const;
  std::string qpos_unit(int i) const;
  /// "rootz" of the joint that velocity i belongs to, with the axis where it has several ("root wx").
  std::string dof_name(int i) const;
  std::string qvel_unit(int i) const;   // "m/s" or "rad/s"
  std::string force_unit(int i) const;  // "N" or "N m"

  struct Limits {
    bool limited = false;
    double low = 0, high = 0;
  };
  Limits control_limits(int actuator) const;
  Limits joint_limits(int joint) const;

  /// MuJoCo's model, for sim/ alone.
  const mjModel_& raw() const { return *model_; }

 private:
  Model(mjModel_* model, std::string path) : model_(model), path_(std::move(path)) {}
  int joint_of_qpos(int i) const;
  int joint_of_dof(int i) const;

  mjModel_* model_;
  std::string path_;
};

}  // namespace sinew
