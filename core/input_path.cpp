#include "core/input_path.h"

#include <filesystem>

namespace sinew {

void read_value(const ConfigNode& node, InputPath& path) {
  if (node.text().empty()) throw node.error("a path is missing");
  const std::filesystem::path folder = std::filesystem::path(node.file()).parent_path();
  path.path = std::filesystem::absolute(folder / node.text()).lexically_normal().string();
}

void read_value(const ConfigNode& node, InputPaths& paths) {
  std::vector<InputPath> list;
  if (node.is_scalar())
    read_value(node, list.emplace_back());
  else
    read_value(node, list);
  if (list.empty()) throw node.error("at least one file is needed");
  paths.paths.clear();
  for (const InputPath& one : list) paths.paths.push_back(one.path);
}

ConfigNode write_value(const InputPaths& paths) {
  return paths.paths.size() == 1 ? write_value(paths.paths.front()) : write_value<std::string>(paths.paths);
}

}  // namespace sinew
