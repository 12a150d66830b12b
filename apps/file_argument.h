#pragma once
#include <optional>
#include <string>

namespace sinew {

/// "; did you mean 'configs/recipes/ant_ppo.yaml'?" for a path that leads nowhere: the nearest name in its folder
/// (or in `else_in`); "" where none is near.
std::string suggested_file(const std::string& path, const std::string& else_in = "");

/// Refuses a path that no file can be written to, before the work whose result it shall take. Writing may still
/// fail (a full disk).
void check_output(const std::string& path);
inline void check_output(const std::optional<std::string>& path) {
  if (path) check_output(*path);
}

}  // namespace sinew
