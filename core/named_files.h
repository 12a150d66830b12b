#pragma once
#include <string>
#include <vector>

#include "core/config_node.h"

namespace sinew {

/// The existing files that the texts of this config name, under any key; for a YAML file, also those that it names. A
/// command must not overwrite them.
std::vector<std::string> files_named_in(const ConfigNode& config);

}  // namespace sinew
