#pragma once
#include <string>
#include <vector>

#include "core/config.h"

namespace sinew {

/// A parameter that is one number for all joints (or actuators), or a map with one for each:
/// `20`, or `{shoulder: 20, ".*_finger": 5}` (names and patterns, core/name_pattern.h). Throws an Error when a number
/// is out of range, a name is not among `joints`, or one of the joints is missing.
std::vector<double> per_joint(const ConfigNode& node, const std::vector<std::string>& joints, const Range& range);

}  // namespace sinew
