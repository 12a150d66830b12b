#include "envs/terms/per_joint.h"

#include <fmt/core.h>

#include "core/name_pattern.h"

namespace sinew {

std::vector<double> per_joint(const ConfigNode& node, const std::vector<std::string>& joints, const Range& range) {
  if (!node.is_map()) {
    check_range(node, node.number(), range);
    return std::vector<double>(joints.size(), node.number());
  }
  std::vector<std::string> keys;
  for (const auto& [key, value] : node.entries()) {
    if (with_context(value.where(), [&, word = key] { return names_meant(word, joints); }).empty())
      throw value.error(fmt::format("'{}' is not driven by this term{}", key, suggestion(key, joints)));
    keys.push_back(key);
  }
  const std::vector<int> key_of = with_context(node.where(), [&] { return key_of_each(joints, keys); });
  std::vector<double> numbers;
  for (size_t i = 0; i < joints.size(); ++i) {
    if (key_of[i] < 0) throw node.error(fmt::format("the number for '{}' is missing", joints[i]));
    const ConfigNode& value = node.entries()[static_cast<size_t>(key_of[i])].second;
    numbers.push_back(value.number());
    check_range(value, numbers.back(), range);
  }
  return numbers;
}

}  // namespace sinew
