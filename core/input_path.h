#pragma once
#include <string>
#include <vector>

#include "core/config.h"

namespace sinew {

/// A file that a config names. A relative path counts from the config's own folder, and is absolute from then on; one
/// that was set elsewhere than in a file counts from the working folder.
struct InputPath {
  std::string path;
};
void read_value(const ConfigNode& node, InputPath& path);
inline ConfigNode write_value(const InputPath& path) { return write_value(path.path); }

/// One of them, or a list.
struct InputPaths {
  std::vector<std::string> paths;
};
void read_value(const ConfigNode& node, InputPaths& paths);
ConfigNode write_value(const InputPaths& paths);

}  // namespace sinew
