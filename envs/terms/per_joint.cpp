#include "envs/terms/per_joint.h"

#include <fmt/core.h>

#include <algorithm>

namespace sinew {

std::vector<double> per_joint(const ConfigNode& node, const std::vector<std::string>& joints, const Range& range) {
  if (!node.is_map()) {
    check_range(node, node.number(), range);
    return std::vector<double>(joints.size(), node.number());
  }
  for (const auto& [name, value] : node.entries())
    if (std::ranges::find(joints, name) == joints.end())
      throw value.error(fmt::format("'{}' is not driven by this term{}", name, suggestion(name, joints)));
  std::vector<double> numbers;
  for (const std::string& name : joints) {
    const ConfigNode* value = node.find(name);
    if (!value) throw node.error(fmt::format("the number for '{}' is missing", name));
    numbers.push_back(value->number());
    check_range(*value, numbers.back(), range);
  }
  return numbers;
}

}  // namespace sinew
