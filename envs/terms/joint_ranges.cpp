#include "envs/terms/joint_ranges.h"

namespace sinew {
namespace {

bool has_range(const Model& model) {
  for (int joint = 0; joint < model.count(Model::Element::joint); ++joint)
    if (model.joint_qpos_size(joint) == 1 && model.joint_limits(joint).limited) return true;
  return false;
}

}  // namespace

std::vector<JointRange> joint_ranges(const ConfigNode& joints, double widening, const TermSource& source) {
  const Model& model = source.model;
  std::vector<JointRange> ranges;
  const auto why_not = [&](int joint) {
    if (model.joint_limits(joint).limited) return std::string();
    return fmt::format("the joint '{}' has no range in '{}'", model.called(Model::Element::joint, joint), model.path());
  };
  const bool is_all = joints.is_scalar() && joints.text() == "all";
  if (is_all && !has_range(model)) throw source.node.error(fmt::format("no joint of '{}' has a range", model.path()));
  for (const int joint : select_joints(joints, source, why_not)) {
    const Model::Limits limits = model.joint_limits(joint);
    const std::string name = model.called(Model::Element::joint, joint);
    ranges.push_back({static_cast<size_t>(model.qpos_address(joint)), limits.low - widening, limits.high + widening});
    if (ranges.back().low > ranges.back().high)
      throw source.node.error(
          fmt::format("nothing is left of the range of '{}', {} to {}", name, limits.low, limits.high));
  }
  return ranges;
}

}  // namespace sinew
