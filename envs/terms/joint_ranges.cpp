#include "envs/terms/joint_ranges.h"

namespace sinew {

std::vector<JointRange> joint_ranges(const ConfigNode& joints, double widening, const TermSource& source) {
  const Model& model = source.model;
  std::vector<JointRange> ranges;
  for (const int joint : choose_joints(joints, source)) {
    const Model::Limits limits = model.joint_limits(joint);
    const std::string name = model.name(Model::Element::joint, joint);
    if (!limits.limited) {
      if (!joints.is_list()) continue;
      throw joints.error(fmt::format("the joint '{}' has no range in '{}'", name, model.path()));
    }
    ranges.push_back({static_cast<size_t>(model.qpos_address(joint)), limits.low - widening, limits.high + widening});
    if (ranges.back().low > ranges.back().high)
      throw source.node.error(
          fmt::format("nothing is left of the range of '{}', {} to {}", name, limits.low, limits.high));
  }
  if (ranges.empty()) throw source.node.error(fmt::format("no joint of '{}' has a range", model.path()));
  return ranges;
}

}  // namespace sinew
