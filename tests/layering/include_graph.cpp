#include "tests/layering/include_graph.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <functional>
#include <regex>

namespace sinew {
namespace {

namespace fs = std::filesystem;

std::string module_of(std::string path) {
  for (const std::string_view ending : {".cpp", ".h", "_internal"})
    if (path.ends_with(ending)) path.resize(path.size() - ending.size());
  return path;
}

void add_file(const fs::path& root, const fs::path& file, IncludeGraph& graph) {
  const std::string module = module_of(fs::relative(file, root).generic_string());
  std::set<std::string>& included = graph[module];
  for (const Include& include : includes_of(file))
    if (include.quoted && module_of(include.text) != module) included.insert(module_of(include.text));
}

// The graph of what `name` makes of the nodes.
IncludeGraph merged(const IncludeGraph& graph, const std::function<std::string(const std::string&)>& name) {
  IncludeGraph result;
  for (const auto& [from, included] : graph) {
    result[name(from)];
    for (const std::string& to : included)
      if (graph.contains(to) && name(from) != name(to)) result[name(from)].insert(name(to));
  }
  return result;
}

// The shortest way from `start` back to it; empty: there is none.
std::vector<std::string> way_back(const IncludeGraph& graph, const std::string& start) {
  std::map<std::string, std::string> came_from;
  std::deque<std::string> next = {start};
  for (; !next.empty(); next.pop_front()) {
    const std::string node = next.front();
    for (const std::string& to : graph.at(node)) {
      if (!graph.contains(to) || came_from.contains(to)) continue;
      came_from[to] = node;
      if (to != start) {
        next.push_back(to);
        continue;
      }
      std::vector<std::string> way = {start};
      for (std::string at = node; at != start; at = came_from.at(at)) way.insert(way.begin(), at);
      way.insert(way.begin(), start);
      return way;
    }
  }
  return {};
}

}  // namespace

std::vector<Include> includes_of(const fs::path& file) {
  static const std::regex include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  std::ifstream stream(file);
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number)
    if (std::smatch match; std::regex_search(line, match, include))
      includes.push_back({number, match[2], match[1] == "\""});
  return includes;
}

IncludeGraph include_graph(const fs::path& root, const std::vector<std::string>& rooms) {
  IncludeGraph graph;
  for (const std::string& room : rooms)
    if (fs::is_directory(root / room))
      for (const fs::directory_entry& file : fs::recursive_directory_iterator(root / room))
        if (file.path().extension() == ".h" || file.path().extension() == ".cpp") add_file(root, file.path(), graph);
  return graph;
}

IncludeGraph wings_of(const IncludeGraph& modules) {
  return merged(modules, [](const std::string& module) {
    const size_t room = module.find('/'), wing = module.rfind('/');
    return wing == room ? module : module.substr(0, wing);
  });
}

IncludeGraph rooms_of(const IncludeGraph& modules) {
  return merged(modules, [](const std::string& module) { return module.substr(0, module.find('/')); });
}

std::vector<std::string> circles(const IncludeGraph& graph) {
  std::vector<std::string> found;
  std::set<std::string> told;
  for (const auto& [node, included] : graph) {
    if (told.contains(node)) continue;
    const std::vector<std::string> way = way_back(graph, node);
    if (way.empty()) continue;
    told.insert(way.begin(), way.end());
    std::string text;
    for (const std::string& step : way) text += (text.empty() ? "" : " -> ") + step;
    found.push_back(text);
  }
  return found;
}

}  // namespace sinew
