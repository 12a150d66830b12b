#include "core/named_files.h"

#include <algorithm>
#include <filesystem>

#include "core/input_path.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

void add_file(const std::string& path, std::vector<std::string>& files);

void add_files_in(const ConfigNode& node, std::vector<std::string>& files) {
  switch (node.kind()) {
    case ConfigNode::Kind::null: return;
    case ConfigNode::Kind::scalar: add_file(find_file(node.text(), node.folder()).path, files); return;
    case ConfigNode::Kind::list:
      for (const ConfigNode& item : node.items()) add_files_in(item, files);
      return;
    case ConfigNode::Kind::map:
      for (const auto& [key, value] : node.entries()) add_files_in(value, files);
  }
}

void add_file(const std::string& path, std::vector<std::string>& files) {
  std::error_code none;
  if (!fs::is_regular_file(path, none) || std::ranges::find(files, path) != files.end()) return;
  files.push_back(path);
  if (path.ends_with(".yaml") || path.ends_with(".yml")) try {
      add_files_in(ConfigNode::parse_file(path), files);
    } catch (const Error&) {  // the code that reads the file reports what is wrong with it
    }
}

}  // namespace

std::vector<std::string> files_named_in(const ConfigNode& config) {
  std::vector<std::string> files;
  add_files_in(config, files);
  return files;
}

}  // namespace sinew
