#include "core/base_folder.h"

#include <filesystem>

namespace sinew {

BaseFolder BaseFolder::of_file(const std::string& path) {
  std::error_code none;
  BaseFolder folder(std::filesystem::path(path).parent_path().string());
  folder.real_ = std::filesystem::canonical(path, none).parent_path().string();
  return folder;
}

}  // namespace sinew
