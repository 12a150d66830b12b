#include "core/file_name.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "core/error.h"

namespace sinew {

bool has_extension(const std::string& path, std::string_view extension) {
  const std::string own = std::filesystem::path(path).extension().string();
  return std::ranges::equal(own, extension, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  });
}

void refuse_tilde(const std::string& path) {
  if (path != "~" && !path.starts_with("~/")) return;
  fail(
      "'{}': only a shell knows ~ as the home folder, and only at the beginning of a word; write {}{} at the shell, or "
      "the whole path",
      path, "$HOME", path.substr(1));
}

}  // namespace sinew
