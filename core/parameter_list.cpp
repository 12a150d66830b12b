#include "core/parameter_list.h"

#include <algorithm>

namespace sinew {

std::string ParameterLister::one_line(const ConfigNode& node) {
  if (node.is_null() || (node.is_scalar() && node.text().empty())) return "none";
  if (node.is_scalar()) return node.text();
  std::string text = node.to_yaml();
  text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void ParameterLister::describe(ParameterDoc& parameter, const Choices& choices) {
  parameter.range = "one of " + join(choices);
}

}  // namespace sinew
