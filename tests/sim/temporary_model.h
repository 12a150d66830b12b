#pragma once
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace sinew {

/// An MJCF file for the length of a test.
class TemporaryModel {
 public:
  explicit TemporaryModel(const std::string& xml)
      : path_((std::filesystem::temp_directory_path() / ("sinew_" + std::to_string(getpid()) + ".xml")).string()) {
    std::ofstream(path_) << xml;
  }
  ~TemporaryModel() { std::filesystem::remove(path_); }
  TemporaryModel(const TemporaryModel&) = delete;
  TemporaryModel& operator=(const TemporaryModel&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace sinew
