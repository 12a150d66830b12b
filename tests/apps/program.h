#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "apps/command_line/child_process.h"

namespace sinew {

/// Runs the built `sinew` with these words.
inline ChildProcess::Result run_sinew(std::vector<std::string> words) {
  words.insert(words.begin(), SINEW_PROGRAM);
  return ChildProcess(words).wait();
}

/// A folder for a test's files, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::path(testing::TempDir()) / ("sinew_apps_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file, making its folders.
  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << content;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace sinew
