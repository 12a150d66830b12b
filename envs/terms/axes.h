#pragma once
#include <cstddef>
#include <string>

#include "core/config.h"

namespace sinew {

inline Choices axis_choices() { return {"x", "y", "z"}; }

/// The index of one of axis_choices().
inline size_t axis_index(const std::string& axis) { return static_cast<size_t>(axis[0] - 'x'); }

/// The same for a word from `node`; throws an Error located there when it is no axis.
inline size_t checked_axis(const std::string& axis, const ConfigNode& node) {
  check_choice(node, axis, axis_choices());
  return axis_index(axis);
}

}  // namespace sinew
