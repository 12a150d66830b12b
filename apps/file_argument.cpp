#include "apps/file_argument.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// The path of what lies in `folder` and has a name like this; "": nothing has.
std::string nearest_file(const fs::path& folder, const std::string& name) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, none))
    if (entry.path().filename() != name)  // a link that leads nowhere
      names.push_back(entry.path().filename().string());
  const std::string near = nearest(name, names);
  return near.empty() ? "" : (folder / near).string();
}

}  // namespace

std::string suggested_file(const std::string& path, const std::string& else_in) {
  const std::string name = fs::path(path).filename().string();
  std::string near = nearest_file(fs::path(path).parent_path(), name);
  if (near.empty() && !else_in.empty()) near = nearest_file(else_in, name);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

void check_output(const std::string& path) {
  const std::string what = fmt::format("cannot write '{}'", path);
  if (fs::is_directory(path)) fail_errno(what, EISDIR);
  const std::string folder = fs::path(path).parent_path().string();
  if (::access(folder.empty() ? "." : folder.c_str(), fs::exists(path) ? F_OK : W_OK) != 0) fail_errno(what, errno);
}

}  // namespace sinew
