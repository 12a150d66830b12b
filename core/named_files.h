#pragma once
#include <string>
#include <vector>

#include "core/config_node.h"

namespace sinew {

/// The files that are there and that texts of this config name, whatever their keys; where one is YAML, also those that
/// it names. What a command must not write.
std::vector<std::string> files_named_in(const ConfigNode& config);

}  // namespace sinew
