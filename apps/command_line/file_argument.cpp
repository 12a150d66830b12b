#include "apps/command_line/file_argument.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// Adds the files in `folder` under the name to compare: without the extension if the written name has none.
void add_files(const fs::path& folder, bool with_ends, std::vector<std::string>& names, std::vector<fs::path>& paths) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, none)) {
    if (!entry.exists(none)) continue;  // a dangling link
    const fs::path name = entry.path().filename();
    names.push_back((with_ends ? name : name.stem()).string());
    paths.push_back(folder / name);
  }
}

}  // namespace

std::string suggested_file(const std::string& path, const std::string& else_in) {
  const fs::path name = fs::path(path).filename();
  std::vector<std::string> names;
  std::vector<fs::path> paths;
  // From both folders at once, because an exact name wins in either folder.
  add_files(fs::path(path).parent_path(), name.has_extension(), names, paths);
  if (!else_in.empty()) add_files(else_in, name.has_extension(), names, paths);
  const std::string near = nearest(name.string(), names);
  if (near.empty()) return "";
  const auto index = std::ranges::find(names, near) - names.begin();
  return fmt::format("; did you mean '{}'?", paths[static_cast<size_t>(index)].string());
}

}  // namespace sinew
