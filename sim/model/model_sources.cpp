#include "sim/model/model_sources.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "core/safe_file.h"
#include "sim/model/xml_scan_internal.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// The attributes of all elements, in order.
std::vector<std::pair<std::string, std::string>> attributes_of(const XmlScan& scan) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const XmlElement& element : scan.elements)
    all.insert(all.end(), element.attributes.begin(), element.attributes.end());
  return all;
}

bool is_xml(std::string_view content) {
  const size_t first = content.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return first != std::string_view::npos && content[first] == '<';
}

// Collects the model and the files that it names.
class Sources {
 public:
  explicit Sources(const std::string& path) : folders_{fs::path(path).parent_path()} { add(path); }
  std::vector<std::pair<std::string, std::string>> files;  // path, content

 private:
  void add(const fs::path& path) {
    const std::string name = path.lexically_normal().string();
    std::error_code none;
    if (std::ranges::find(files, name, &std::pair<std::string, std::string>::first) != files.end()) return;
    if (!fs::is_regular_file(path, none)) return;
    std::string content = read_file(name);
    if (!is_xml(content)) {
      files.emplace_back(name, std::move(content));
      return;
    }
    std::erase(content, '\r');
    const XmlScan scan = scan_xml_alone(name, content);
    files.emplace_back(name, std::move(content));
    for (const auto& [attribute, value] : attributes_of(scan))
      if (attribute == "meshdir" || attribute == "texturedir" || attribute == "assetdir")
        folders_.push_back(folders_[0] / value);
    for (const auto& [attribute, value] : attributes_of(scan))
      if (attribute.starts_with("file")) find(value, path.parent_path());
  }

  // As in MuJoCo: relative to the model's folder, or that of its assets; a URDF's package://…/a.stl means a.stl.
  void find(const std::string& value, const fs::path& beside) {
    std::vector<fs::path> folders = folders_;
    folders.push_back(beside);
    for (const fs::path& folder : folders)
      for (const fs::path& name : {fs::path(value), fs::path(value).filename()}) add(folder / name);
  }

  std::vector<fs::path> folders_;
};

}  // namespace

std::vector<std::string> model_sources(const std::string& path) {
  std::vector<std::string> paths;
  for (const auto& [file, content] : Sources(path).files) paths.push_back(file);
  return paths;
}

std::string place_of_model(const std::string& path) {
  std::error_code none;
  if (!fs::is_symlink(path, none)) return path;
  const std::string real = fs::canonical(path, none).string();
  return real.empty() || model_sources(path).size() > model_sources(real).size() ? path : real;
}

std::string hash_of_sources(const std::string& path) {
  Sha256 hash;
  for (const auto& [file, content] : Sources(path).files) {
    const std::string length = std::to_string(content.size()) + "\n";
    hash.update(length.data(), length.size());
    hash.update(content.data(), content.size());
  }
  return hash.hex_digest();
}

}  // namespace sinew
