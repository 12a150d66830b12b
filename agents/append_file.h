#pragma once
#include <string>
#include <string_view>

namespace sinew {

/// A file that grows while others may read it: each append is with the system when it returns, so
/// that a killed process loses nothing it had appended. Every failure is an Error naming the file.
class AppendFile {
 public:
  /// Makes the file, or empties the one that is there.
  explicit AppendFile(std::string path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void append(std::string_view bytes);
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_;
};

}  // namespace sinew
