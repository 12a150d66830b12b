#include <algorithm>
#include <filesystem>

#include "core/safe_file.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {

std::vector<std::string> files_in(const std::string& folder, const std::string& ending, size_t most_bytes) {
  std::vector<std::string> paths, contents;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(SINEW_SOURCE_DIR) + "/" + folder))
    if (entry.path().string().ends_with(ending) && entry.file_size() < most_bytes)
      paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) contents.push_back(read_file(path));
  return contents;
}

}  // namespace sinew::fuzz
