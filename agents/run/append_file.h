#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace sinew {

/// A file that grows while other processes may read it. Each append is handed to the system before it returns, so a
/// killed process loses nothing it had appended. Every failure is an Error naming the file.
class AppendFile {
 public:
  /// Creates the file, or empties an existing one.
  explicit AppendFile(std::string path);
  /// Continues a file after its first `bytes`; the rest is cut off. Throws Error when the file is missing or shorter.
  AppendFile(std::string path, int64_t bytes);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void append(std::string_view bytes);
  /// Returns once everything appended would survive a power cut.
  void sync();
  int64_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_;
  int64_t size_ = 0;
};

}  // namespace sinew
