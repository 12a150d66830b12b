#pragma once
#include <string>
#include <vector>

#include "core/config.h"

/// What a path means, everywhere: one typed at the shell counts from the shell's folder, one in a file from the folder
/// which that file really lies in, then from that of the link through which it was reached; what comes with sinew
/// (configs/…, zoo/…) is found from anywhere.
namespace sinew {

/// The folder that configs/, zoo/ and sim/models/ lie in: $SINEW_HOME, else the source folder.
std::string sinew_home();

/// Files that come with sinew, which a bare name finds: the folder below sinew_home(), and how their names end.
struct Shipped {
  const char* folder;
  const char* extension;
};
inline constexpr Shipped shipped_tasks{"configs/tasks", ".yaml"}, shipped_recipes{"configs/recipes", ".yaml"},
    shipped_robots{"configs/robots", ".yaml"}, shipped_policies{"zoo", ".safetensors"};

struct FoundFile {
  std::string path;  // where it is; where nothing is there, where it was looked for first
  bool is_there = false;
  std::vector<std::string> places;  // absolute; all that were looked at, of a relative path
  /// "; looked for 'a' and 'b'", for an Error; "" where the path said all.
  std::string looked() const;
};

/// What `written` names in a file that lies in `folder`: a path from there; else, if it begins with a
/// folder that comes with sinew, from sinew_home(); else, if it is a bare name, with or without its ending, one of
/// `shipped`.
FoundFile find_file(const std::string& written, const BaseFolder& folder, const Shipped* shipped = nullptr);

/// Where else a file may lie that `written` named from `folder`, once one of the two was moved or copied: what is there
/// by the same path without its leading "..", from `folder`, from each folder above it, and from the shell's. Whoever
/// takes one knows it by its content.
std::vector<std::string> places_if_moved(const std::string& written, const std::string& folder);

/// Whether this is one of the files that come with sinew.
bool is_shipped(const std::string& path);

/// How a file in `folder` names `path`, so that both can be moved together: a file that comes with sinew by its place
/// in sinew_home(), any other relative to `folder`.
std::string path_from(const std::string& path, const std::string& folder);

/// A file that a config names, as an absolute path.
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
