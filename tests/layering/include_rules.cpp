#include "tests/layering/include_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

#include "tests/layering/include_graph.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

struct Room {
  std::string name;
  Names may_include;  // besides itself
};
const std::vector<Room> rooms = {
    {"core", {}},
    {"nets", {"core"}},
    {"sim", {"core"}},
    {"vision", {"core"}},
    {"envs", {"sim", "vision", "core"}},
    {"robots", {"nets", "vision", "core"}},
    {"agents", {"nets", "envs", "core"}},
    {"bench", {"core", "nets", "sim", "vision", "envs", "robots", "agents"}},
    {"apps", {"core", "nets", "sim", "vision", "envs", "robots", "agents", "bench"}},
};
const Names no_rooms = {"tests", "examples", "build", "docs", "runs"};

struct Library {
  std::string prefix;  // of the include's text
  Names rooms;         // whose .cpp files and internal headers may include it
};
const std::vector<Library> libraries = {
    {"mujoco/", {"sim", "bench"}},  // bench: the bare loop to compare with
    {"EGL/", {"sim"}},
    {"GL/", {"sim"}},
    {"GLFW/", {"sim"}},
    {"opencv2/", {"vision"}},
    {"png.h", {"vision"}},
    {"Eigen/", {"nets"}},
    {"unsupported/Eigen/", {"nets"}},
    {"cblas", {"nets"}},
    {"zmq", {"robots", "bench"}},  // bench: the bare round trip to compare with
    {"zlib.h", {"robots"}},
    {"turbojpeg.h", {"vision"}},
    {"yaml-cpp/", {"core"}},
    {"spdlog/", {"core"}},
    {"nettle/", {"core"}},
    {"google/protobuf/", {"agents"}},
    {"CLI/", {"apps"}},
    {"nlohmann/", {"nets", "agents", "robots", "bench", "apps"}},
};

const Room* find_room(const std::string& name) {
  const auto room = std::find_if(rooms.begin(), rooms.end(), [&](const Room& r) { return r.name == name; });
  return room == rooms.end() ? nullptr : &*room;
}

bool is_header(const fs::path& path) { return path.extension() == ".h"; }
bool is_source(const fs::path& path) { return is_header(path) || path.extension() == ".cpp"; }
bool is_installed(const fs::path& path) {
  return is_header(path) && !path.stem().string().ends_with("_internal") && path.filename() != "compat.h";
}

// What is wrong with a file of `room` that includes `text`; empty: nothing.
std::string judge(const Room& room, const fs::path& file, const std::string& text, bool quoted) {
  const size_t slash = text.find('/');
  const std::string first = text.substr(0, slash);
  if (slash != std::string::npos && find_room(first)) {
    if (first != room.name && !room.may_include.contains(first))
      return fmt::format("{} may not include {}", room.name, first);
    if (is_installed(file) && !is_installed(text))
      return fmt::format("an installed header includes \"{}\", which is not installed", text);
    return "";
  }
  const auto starts = [&](const Library& library) { return text.starts_with(library.prefix); };
  if (const auto library = std::find_if(libraries.begin(), libraries.end(), starts); library != libraries.end()) {
    if (!library->rooms.contains(room.name)) return fmt::format("{} may not include <{}>", room.name, text);
    if (is_installed(file)) return fmt::format("an installed header includes <{}>", text);
    return "";
  }
  const bool generated = text.ends_with(".pb.h") && !is_header(file);
  return quoted && !generated ? fmt::format("\"{}\" should be \"room/file.h\"", text) : "";
}

void scan(const Room& room, const fs::path& root, const fs::path& file, std::vector<std::string>& broken) {
  for (const Include& include : includes_of(file))
    if (const std::string wrong = judge(room, file, include.text, include.quoted); !wrong.empty())
      broken.push_back(fmt::format("{}:{}: {}", fs::relative(file, root).generic_string(), include.line, wrong));
}

// What robot_apps is made of, as apps/CMakeLists.txt says, and the program of it.
std::vector<std::string> files_of_robot_apps(const fs::path& root) {
  std::ifstream stream(root / "apps/CMakeLists.txt");
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  static const std::regex room(R"(sinew_room\(robot_apps[^)]*\))"), source(R"(\w+\.cpp)");
  std::vector<std::string> files = {"apps/robot_main.cpp"};
  std::smatch match;
  if (!std::regex_search(text, match, room)) return files;
  const std::string declaration = match.str();
  for (std::sregex_iterator found(declaration.begin(), declaration.end(), source), end; found != end; ++found)
    files.push_back("apps/" + found->str());
  return files;
}

}  // namespace

std::vector<std::string> room_names() {
  std::vector<std::string> names;
  for (const Room& room : rooms) names.push_back(room.name);
  return names;
}

std::vector<std::string> broken_include_rules(const fs::path& root) {
  std::vector<std::string> broken;
  for (const fs::directory_entry& folder : fs::directory_iterator(root)) {
    const std::string name = folder.path().filename().string();
    if (!folder.is_directory() || name.starts_with('.') || no_rooms.contains(name)) continue;
    const Room* room = find_room(name);
    for (const fs::directory_entry& file : fs::recursive_directory_iterator(folder)) {
      if (!file.is_regular_file() || !is_source(file.path())) continue;
      if (!room) {
        broken.push_back(
            fmt::format("{}: '{}' is no room of the table", fs::relative(file.path(), root).generic_string(), name));
        continue;
      }
      scan(*room, root, file.path(), broken);
    }
  }
  std::sort(broken.begin(), broken.end());
  return broken;
}

std::vector<std::string> broken_robot_rules(const fs::path& root) {
  const Names there = {"core", "nets", "vision", "robots", "apps"};
  std::vector<std::string> broken, files = files_of_robot_apps(root);
  if (files.size() == 1) broken.push_back("apps/CMakeLists.txt: it has no sinew_room(robot_apps)");
  for (size_t i = 0; i < files.size(); ++i)  // headers of apps are added as they are met
    for (const Include& include : includes_of(root / files[i])) {
      const std::string room = include.text.substr(0, include.text.find('/'));
      if (find_room(room) && !there.contains(room))
        broken.push_back(fmt::format("{}:{}: a computer on a robot has no {}", files[i], include.line, room));
      if (room == "apps" && std::ranges::find(files, include.text) == files.end()) files.push_back(include.text);
    }
  std::sort(broken.begin(), broken.end());
  return broken;
}

}  // namespace sinew
