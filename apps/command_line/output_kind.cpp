#include "apps/command_line/output_kind.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/file_name.h"
#include "core/own_mark.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

OutputKind begins_as(std::string what, std::function<bool(std::string_view head)> fits) {
  return {std::move(what), [fits = std::move(fits)](const std::string& path) { return fits(beginning_of_file(path)); },
          false, ""};
}

}  // namespace

OutputKind png_picture() { return {"a PNG picture of sinew's", is_own_picture, /*makes_folder=*/false, ".png"}; }

OutputKind mp4_video() { return {"an MP4 video of sinew's", is_own_film, /*makes_folder=*/true, ".mp4"}; }

OutputKind json_result(const std::string& of, const std::vector<std::string>& keys) {
  return begins_as("a result of " + of, [keys](std::string_view head) {
    const size_t first = head.find('"');
    if (first == std::string_view::npos ||
        head.substr(0, first).find_first_not_of(" \t\r\n[{") != std::string_view::npos)
      return false;
    if (!head.substr(first + 1).starts_with(keys.at(0) + "\"")) return false;
    for (const std::string& key : keys)
      if (head.find("\"" + key + "\":") == std::string_view::npos) return false;
    return true;
  });
}

OutputKind yaml_of_ours(const std::string& what, const std::string& first_line) {
  return begins_as(what, [first_line](std::string_view head) { return head.starts_with(first_line + "\n"); });
}

OutputKind tensor_file(const std::string& what, const std::string& format) {
  OutputKind kind = begins_as(what, [format](std::string_view head) {
    return head.size() > 9 && head[8] == '{' && head.find("\"" + format + "\"") != std::string_view::npos;
  });
  kind.extension = ".safetensors";
  return kind;
}

OutputKind new_file(const std::string& what) { return {what, nullptr, false, ""}; }

void check_output(const std::string& path, const OutputKind& kind) {
  if (path == "-") fail("'-' does not mean standard output here, where sinew prints its text; give the name of a file");
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::is_directory(status)) fail_errno(fmt::format("cannot write '{}'", path), EISDIR);
  fs::path folder = fs::path(path).parent_path();
  while (kind.makes_folder && !folder.empty() && !fs::exists(folder, ignored)) folder = folder.parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), fs::exists(status) ? F_OK : W_OK) != 0)
    fail_errno(fmt::format("cannot write '{}'", path), errno);
  if (!kind.is_one && fs::exists(fs::symlink_status(path, ignored)))  // a dangling link exists, too
    fail("'{}' is there already, and nothing is overwritten by {}; delete it, move it away, or choose another name",
         path, kind.what);
  if (fs::is_regular_file(status) && fs::file_size(path, ignored) > 0 && !kind.is_one(path))
    fail(
        "'{}' is there already and is not {}, so it is not overwritten; delete it, move it away, or choose another "
        "name",
        path, kind.what);
  const bool is_stream = fs::exists(status) && !fs::is_regular_file(status);
  if (!is_stream && !kind.extension.empty() && !has_extension(path, kind.extension))
    fail("cannot write '{}': the name of {} must end in {}", path, kind.what, kind.extension);
}

}  // namespace sinew
