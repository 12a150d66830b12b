#pragma once
#include <string>

namespace sinew {

/// "; did you mean 'configs/recipes/ant_ppo.yaml'?" for a path that leads nowhere: one of exactly that name, or the
/// nearest, in its folder or in `else_in`; "" where none is near.
std::string suggested_file(const std::string& path, const std::string& else_in = "");

}  // namespace sinew
