#include "core/parameter_list.h"

namespace sinew {

std::string ParameterLister::one_line(const ConfigNode& node) {
  if (node.is_null() || (node.is_scalar() && node.text().empty())) return "none";
  if (node.is_scalar()) return node.text();
  std::vector<std::string> words;
  if (node.is_map()) {
    for (const auto& [key, value] : node.entries()) words.push_back(key + ": " + one_line(value));
    return "{" + join(words) + "}";
  }
  for (const ConfigNode& item : node.items()) words.push_back(one_line(item));
  return "[" + join(words) + "]";
}

void ParameterLister::describe(ParameterDoc& parameter, const Choices& choices) {
  parameter.range = "one of " + join(choices);
}

}  // namespace sinew
