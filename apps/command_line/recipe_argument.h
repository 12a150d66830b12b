#pragma once
#include <string>

#include "core/config_node.h"

namespace sinew {

/// A recipe's YAML. Throws an Error that names the nearest file if there is none, or describes what the file is
/// instead.
ConfigNode parse_recipe_file(const std::string& path);

}  // namespace sinew
