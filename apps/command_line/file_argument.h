#pragma once
#include <string>

namespace sinew {

/// "; did you mean 'configs/recipes/ant_ppo.yaml'?" for a path that does not exist: a file of exactly that name, or
/// else the nearest name, in its folder or in `else_in`; "" if none is near.
std::string suggested_file(const std::string& path, const std::string& else_in = "");

}  // namespace sinew
