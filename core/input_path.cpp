#include "core/input_path.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/file_name.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// Whether a relative path begins with a folder of sinew_home() that users name.
bool begins_as_shipped(const fs::path& relative) {
  static const std::vector<std::string> folders = {"configs", "zoo", "sim", "examples"};
  return !relative.empty() && std::ranges::find(folders, relative.begin()->string()) != folders.end();
}

bool is_there(const fs::path& path) {
  std::error_code none;
  return fs::exists(path, none);
}

// The path from the file's real folder, then from its link's folder. Where both are the same, spelled as the latter.
std::vector<fs::path> places_from(const BaseFolder& folder, const fs::path& written) {
  const fs::path named = folder.named().empty() ? written : (folder.named() / written).lexically_normal(),
                 real = (folder.real() / written).lexically_normal();
  std::error_code none;
  const auto place = [&](const fs::path& path) { return fs::weakly_canonical(fs::absolute(path), none); };
  return folder.real().empty() || place(named) == place(real) ? std::vector{named} : std::vector{real, named};
}

std::vector<fs::path> places_of(const fs::path& written, const BaseFolder& folder, const Shipped* shipped) {
  if (written.is_absolute()) return {written};
  std::vector<fs::path> places = places_from(folder, written);
  const fs::path home = sinew_home();
  if (begins_as_shipped(written)) places.push_back((home / written).lexically_normal());
  if (shipped && !written.has_parent_path() && !written.empty()) {
    const std::string name = written.string();
    places.push_back(home / shipped->folder / (name.ends_with(shipped->extension) ? name : name + shipped->extension));
  }
  return places;
}

// Absolute, without dots; links are kept, because their targets may be moved with them.
fs::path plain(const fs::path& path) { return (fs::absolute(path).lexically_normal() / "").parent_path(); }

fs::path below_home(const std::string& path) { return plain(path).lexically_relative(plain(sinew_home())); }

}  // namespace

std::string sinew_home() {
  const char* home = std::getenv("SINEW_HOME");
  return home && *home ? home : SINEW_SOURCE_DIR;
}

std::string FoundFile::looked() const {
  std::vector<std::string> quoted;
  for (const std::string& place : places) quoted.push_back("'" + place + "'");
  return quoted.empty() ? "" : "; looked for " + join(quoted, " and ");
}

FoundFile find_file(const std::string& written, const BaseFolder& folder, const Shipped* shipped) {
  FoundFile found;
  for (const fs::path& place : places_of(written, folder, shipped)) {
    if (!found.is_there && is_there(place)) {
      found.path = place.string();
      found.is_there = true;
    }
    if (fs::path(written).is_relative()) found.places.push_back(fs::absolute(place).lexically_normal().string());
  }
  if (!found.is_there) refuse_tilde(written);
  if (!found.is_there) found.path = places_of(written, folder, shipped).front().string();
  return found;
}

std::vector<std::string> places_if_moved(const std::string& written, const std::string& folder) {
  fs::path rest;
  for (const fs::path& part : fs::path(written))
    if (!rest.empty() || part != "..") rest /= part;
  std::vector<std::string> found;
  const auto look_in = [&](const fs::path& place) {
    if (is_there(place / rest)) found.push_back((place / rest).string());
  };
  for (fs::path place = plain(folder.empty() ? "." : folder); place.has_relative_path(); place = place.parent_path())
    look_in(place);
  look_in(fs::current_path());
  return found;
}

bool is_shipped(const std::string& path) { return begins_as_shipped(below_home(path)); }

std::string path_from(const std::string& path, const std::string& folder) {
  if (is_shipped(path)) return below_home(path).string();
  return plain(path).lexically_relative(plain(folder.empty() ? "." : folder)).string();
}

void read_value(const ConfigNode& node, InputPath& path) {
  if (node.text().empty()) throw node.error("a path is missing");
  path.path = fs::absolute(find_file(node.text(), node.folder()).path).lexically_normal().string();
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
