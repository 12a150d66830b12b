#pragma once
#include <string>

#include "core/config_node.h"

namespace sinew {

/// A recipe's YAML. Throws an Error that names the nearest file where there is none, or says what else it is.
ConfigNode parse_recipe_file(const std::string& path);

}  // namespace sinew
