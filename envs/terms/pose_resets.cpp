// Resets to a known pose.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "envs/terms/draw_range.h"
#include "envs/terms/element_selection.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

class Pose final : public ResetTerm {
 public:
  struct Params {
    std::vector<std::pair<std::string, double>> joints;  // m or rad
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("joints", joints);
    }
  };
  Pose(const Params& params, const TermSource& source) : qpos_(source.default_pose) {
    std::vector<std::string> keys;
    for (const auto& entry : params.joints) keys.push_back(entry.first);
    for (const auto& [joint, key] :
         with_context(source.node.where(), [&] { return joints_of_keys(keys, source.model); }))
      qpos_[static_cast<size_t>(source.model.qpos_address(joint))] = params.joints[key].second;
  }
  void apply(TaskState& state, Rng&) override { std::ranges::copy(qpos_, state.sim.qpos().begin()); }

 private:
  std::vector<double> qpos_;
};

class Keyframe final : public ResetTerm {
 public:
  struct Params {
    std::string name;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("name", name);
    }
  };
  Keyframe(const Params& params, const TermSource& source)
      : keyframe_(source.find(Model::Element::keyframe, params.name)) {}
  void apply(TaskState& state, Rng&) override { state.sim.set_keyframe(keyframe_); }

 private:
  int keyframe_;
};

/// Turns a free body about the world's vertical, together with its velocity.
class Yaw final : public ResetTerm {
 public:
  struct Params {
    std::string joint;
    DrawRange range{-std::numbers::pi, std::numbers::pi};
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("joint", joint, "a free joint's name, or its body's where the joint has none");
      v.optional("range", range, "[lowest, highest] angle, rad");
    }
  };
  Yaw(const Params& params, const TermSource& source) : range_(params.range) {
    const int joint = source.find(Model::Element::joint, params.joint);
    if (source.model.joint_type(joint) != Model::JointType::free)
      throw source.node.error(
          fmt::format("the joint '{}' is a {}, not a free one", params.joint, source.model.joint_type_name(joint)));
    quaternion_ = static_cast<size_t>(source.model.qpos_address(joint) + 3);
    velocity_ = static_cast<size_t>(source.model.dof_address(joint));
  }
  void apply(TaskState& state, Rng& rng) override {
    const double angle = range_.draw(rng);
    // (cos, 0, 0, sin) of half the angle, times q.
    const double c = std::cos(angle / 2), s = std::sin(angle / 2);
    const auto q = state.sim.qpos().subspan(quaternion_, 4);
    const double w = q[0], x = q[1], y = q[2], z = q[3];
    q[0] = c * w - s * z;
    q[1] = c * x - s * y;
    q[2] = c * y + s * x;
    q[3] = c * z + s * w;
    // The linear velocity is in world axes, the angular velocity in the body's own axes.
    const auto v = state.sim.qvel().subspan(velocity_, 2);
    const double vx = v[0], vy = v[1];
    v[0] = std::cos(angle) * vx - std::sin(angle) * vy;
    v[1] = std::sin(angle) * vx + std::cos(angle) * vy;
  }

 private:
  DrawRange range_;
  size_t quaternion_, velocity_;
};

}  // namespace

std::vector<TermRow<ResetTerm>> pose_resets() {
  return {
      term_row<ResetTerm, Pose>(
          "pose", "the positions of the task's default pose, with some hinges and slides changed: a map `joints`",
          "m or rad"),
      named_term_row<ResetTerm, Keyframe>(
          "keyframe",
          "all of the MJCF's keyframe `name`, as MuJoCo restores it: positions, velocities, time, activations, mocap "
          "poses, and ctrl, which holds for the actuators that no action drives; `keyframe: NAME` is short",
          ""),
      term_row<ResetTerm, Yaw>(
          "yaw", "turns the free `joint`, and its velocity, about the world's z by an angle drawn from `range`", "rad"),
  };
}

}  // namespace sinew
