#pragma once
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sinew {

struct Include {
  int line = 0;
  std::string text;     // "nets/tape/tape.h"
  bool quoted = false;  // "…", not <…>
};
std::vector<Include> includes_of(const std::filesystem::path& file);

/// Who includes whom. Every node has an entry, if only an empty one.
using IncludeGraph = std::map<std::string, std::set<std::string>>;

/// The modules of the rooms below `root`, such as "nets/tape/tape". A module is a header, its NAME_internal.h and its
/// .cpp.
IncludeGraph include_graph(const std::filesystem::path& root, const std::vector<std::string>& rooms);

/// The same graph of the wings, such as "nets/tape". A module at the top of its room is a node of its own.
IncludeGraph wings_of(const IncludeGraph& modules);

/// The same graph of the rooms.
IncludeGraph rooms_of(const IncludeGraph& modules);

/// The shortest circle through each node that lies on one, each once, as "a -> b -> a".
std::vector<std::string> circles(const IncludeGraph& graph);

/// An SVG picture: a box for each room with the names of its wings, and an arrow to each room it stands on. A room that
/// another arrow leads to by a detour gets none.
std::string draw_rooms(const IncludeGraph& modules);

}  // namespace sinew
