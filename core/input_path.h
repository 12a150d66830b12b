#pragma once
#include <string>
#include <vector>

#include "core/config.h"

/// Path resolution, the same everywhere. A path typed at the shell is relative to the shell's folder. A path in a file
/// is relative to the folder which that file really lies in, then to that of the link through which it was reached.
/// Files that come with sinew (configs/…, zoo/…) are found from anywhere.
namespace sinew {

/// The folder that contains configs/, zoo/ and sim/models/: $SINEW_HOME, else the source folder.
std::string sinew_home();

/// Files that come with sinew and can be named by a bare name: the folder below sinew_home(), and their extension.
struct Shipped {
  const char* folder;
  const char* extension;
};
inline constexpr Shipped shipped_tasks{"configs/tasks", ".yaml"}, shipped_recipes{"configs/recipes", ".yaml"},
    shipped_robots{"configs/robots", ".yaml"}, shipped_policies{"zoo", ".safetensors"};

struct FoundFile {
  std::string path;  // where it is; if it does not exist, the first place searched
  bool is_there = false;
  std::vector<std::string> places;  // all places searched for a relative path, absolute
  /// "; looked for 'a' and 'b'", for an Error; "" for an absolute path.
  std::string looked() const;
};

/// Resolves `written`, found in a file in `folder`: a path from there; else, if it begins with a folder that comes with
/// sinew, a path from sinew_home(); else, if it is a bare name, with or without its extension, one of `shipped`.
FoundFile find_file(const std::string& written, const BaseFolder& folder, const Shipped* shipped = nullptr);

/// Other places of a file that `written` named from `folder`, for when one of the two was moved or copied: existing
/// files at the same path without its leading "..", from `folder`, from each folder above it, and from the shell's. The
/// caller must verify the content of the one it takes.
std::vector<std::string> places_if_moved(const std::string& written, const std::string& folder);

/// Whether this is one of the files that come with sinew.
bool is_shipped(const std::string& path);

/// The path to `path` to be written into a file in `folder`, so that both can be moved together: for a file that comes
/// with sinew, its place in sinew_home(), for any other, a path relative to `folder`.
std::string path_from(const std::string& path, const std::string& folder);

/// A file that a config names, resolved to an absolute path.
struct InputPath {
  std::string path;
};
void read_value(const ConfigNode& node, InputPath& path);
inline ConfigNode write_value(const InputPath& path) { return write_value(path.path); }

/// One file, or a list of files.
struct InputPaths {
  std::vector<std::string> paths;
};
void read_value(const ConfigNode& node, InputPaths& paths);
ConfigNode write_value(const InputPaths& paths);

}  // namespace sinew
