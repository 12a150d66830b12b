#pragma once
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/model_identity.h"
#include "sim/model/model_parameters.h"

struct mjModel_;

namespace sinew {

/// A compiled robot and its world, immutable and shared by its Simulations in all threads. Every look-up by name throws
/// an Error that gives the nearest name and the existing names. Indices are MuJoCo's, below count() of their element;
/// lengths are in m, angles in rad, masses in kg.
class Model {
 public:
  enum class Element { body, joint, geom, site, actuator, camera, sensor, keyframe, tendon, light, material };
  enum class JointType { free, ball, slide, hinge };

  /// Loads an MJCF or URDF file, distinguished by content. An Error includes MuJoCo's own message.
  static std::shared_ptr<const Model> load(const std::string& path);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const std::string& path() const { return path_; }
  bool is_urdf() const { return is_urdf_; }
  /// The parts of a URDF that MuJoCo drops, each with its count and place: `<transmission> (6, from line 12 on)`. A
  /// `<mimic>` is kept, as an equality of joints.
  const std::vector<std::string>& dropped() const { return dropped_; }
  /// SHA-256 of the compiled model as 64 hex digits: the same each time the same MuJoCo loads the same files, different
  /// where any number, name or mesh differs.
  std::string fingerprint() const;
  /// Its identity, independent of its folder.
  ModelIdentity identity() const;
  int nq() const;                           // numbers in a position; a free joint has 7
  int nv() const;                           // numbers in a velocity; a free joint has 6
  int nu() const;                           // actuators
  int nsensordata() const;                  // numbers of all sensors together
  double timestep() const;                  // s
  std::span<const double> gravity() const;  // [3], m/s²
  std::string integrator() const;           // "Euler", "RK4", "implicit", …
  double total_mass() const;                // kg
  /// Whether geoms of two bodies can touch, by contype, conaffinity, pairs and flags (ignoring excludes).
  bool has_contacts() const;

  int count(Element element) const;
  /// "" for an element without a name.
  std::string name(Element element, int index) const;
  std::vector<std::string> names(Element element) const;
  /// The name that tasks and policies use: the element's own name; for an unnamed joint that is its body's only joint,
  /// the body's name; for an unnamed actuator, the name of the element it drives, with its kind and number where that
  /// is not unique.
  std::string called(Element element, int index) const;
  /// Index of the element with that name, as called() gives it.
  int find(Element element, const std::string& name) const;
  bool has(Element element, const std::string& name) const;
  /// "'hopper.xml' has no joint 'thigh_jont'; did you mean 'thigh_joint'? It has: …"
  std::string no_such(Element element, const std::string& name) const;

  JointType joint_type(int joint) const;
  int qpos_address(int joint) const;
  int dof_address(int joint) const;
  int joint_qpos_size(int joint) const;  // 7, 4, 1 or 1
  int joint_dof_size(int joint) const;   // 6, 3, 1 or 1
  double qpos0(int i) const;
  std::string joint_type_name(int joint) const;         // "free", "ball", "slide" or "hinge"
  std::span<const double> joint_axis(int joint) const;  // [3], of unit length, in the body's frame
  double joint_stiffness(int joint) const;              // N/m or N m/rad
  double joint_damping(int joint) const;                // N s/m or N m s/rad
  double joint_armature(int joint) const;               // kg or kg m²
  /// Inertia moved by its first degree of freedom in the initial position, armature included, kg or kg m².
  double joint_inertia(int joint) const;
  int joint_body(int joint) const;  // the body that it moves
  /// The joint's effort limit in a URDF, N m or N, which MuJoCo drops; 0: none.
  double urdf_effort(int joint) const;
  /// The joint that it follows by an equality that is active from the beginning, as one finger of a gripper follows the
  /// other; -1: none. Such a joint must not be driven on its own.
  int leader_of_joint(int joint) const;

  /// "qpos[1] rootz" and the unit, "m", "rad" or "1" (a part of a quaternion).
  std::string qpos_label(int i) const;
  std::string qpos_unit(int i) const;
  /// "rootz", the name of the joint of velocity i, with the axis if the joint has several ("root wx").
  std::string dof_name(int i) const;
  std::string qvel_unit(int i) const;   // "m/s" or "rad/s"
  std::string force_unit(int i) const;  // "N" or "N m"

  struct Limits {
    bool limited = false;
    double low = 0, high = 0;
  };
  Limits joint_limits(int joint) const;              // m or rad
  Limits control_limits(int actuator) const;         // in control_unit()
  Limits actuator_force_limits(int actuator) const;  // in actuator_force_unit(), before the gear

  /// "motor", "position", "velocity", "intvelocity", "damper", "cylinder", "muscle", "adhesion", or "general". MuJoCo
  /// does not store the kind: it follows from gain, bias and dynamics.
  std::string actuator_kind(int actuator) const;
  /// For messages: its name in quotes, or "actuator 0 (velocity, joint wheel)"; and its place in the file,
  /// "arm.xml:12", or only the path where the place is uncertain.
  std::string actuator_label(int actuator) const;
  std::string actuator_place(int actuator) const;
  /// "joint elbow", "tendon SF", "site hand", …
  std::string actuator_drives(int actuator) const;
  /// The joint on which it acts directly; -1 when it acts through a tendon, on a site or on a body.
  int joint_of_actuator(int actuator) const;
  /// The first number of its gear; `component`, up to 5, applies to ball and free joints and sites.
  double actuator_gear(int actuator, int component = 0) const;
  /// "N m", "N", "rad", "m", "rad/s" or "m/s"; "1" where a gear, a gain or a muscle scales the control.
  std::string control_unit(int actuator) const;
  std::string actuator_force_unit(int actuator) const;  // "N" or "N m"
  /// The force or torque that a motor produces for a control of 1, gear included, N or N m; nothing for other kinds.
  std::optional<double> force_per_control(int actuator) const;

  /// A sensor's offset in nsensordata(), its size, its unit ("" when unknown, "1" when dimensionless), and its type as
  /// spelled in MJCF, "framepos".
  int sensor_address(int sensor) const;
  int sensor_size(int sensor) const;
  std::string sensor_unit(int sensor) const;
  std::string sensor_type_name(int sensor) const;

  double body_mass(int body) const;          // kg
  double body_subtree_mass(int body) const;  // of it and all its descendants, kg
  int body_parent(int body) const;           // 0, the world, is its own parent
  int geom_body(int geom) const;
  std::array<float, 4> geom_color(int geom) const;  // red, green, blue, alpha: its own, or its material's
  int site_body(int site) const;
  int camera_body(int camera) const;
  double camera_fovy(int camera) const;       // vertical field of view, degrees
  std::string camera_mode(int camera) const;  // "fixed", "track", "trackcom", "targetbody", "targetbodycom"

  std::span<const double> keyframe_qpos(int keyframe) const;  // [nq]
  std::span<const double> keyframe_qvel(int keyframe) const;  // [nv]
  std::span<const double> keyframe_act(int keyframe) const;   // of each actuator with a state
  std::span<const double> keyframe_ctrl(int keyframe) const;  // [nu]

  /// The values of a parameter as loaded; those of a simulation's own model may differ.
  std::span<const double> parameter(ModelParameter parameter) const;
  std::span<const float> color(ModelColor color) const;

  /// MuJoCo's model, for sim/ only.
  const mjModel_& raw() const { return *model_; }

 private:
  Model(mjModel_* model, std::string path);
  int index_of(Element element, const std::string& name) const;
  std::string transmission_unit(int actuator) const;
  std::string driven_name(int actuator) const;
  std::vector<std::string> names_of_actuators() const;
  std::string tendon_unit(int tendon) const;
  int joint_of_qpos(int i) const;
  int joint_of_dof(int i) const;

  mjModel_* model_;
  std::string path_;
  bool is_urdf_ = false;
  std::vector<std::string> dropped_;
  std::vector<std::string> actuators_;         // their names, as called() gives them
  std::map<std::string, double> urdf_effort_;  // of a joint
};

}  // namespace sinew
