#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace sinew {

/// A file that grows while others may read it: each append is with the system when it returns, so
/// that a killed process loses nothing it had appended. Every failure is an Error naming the file.
class AppendFile {
 public:
  /// Makes the file, or empties the one that is there.
  explicit AppendFile(std::string path);
  /// Goes on with a file after its first `bytes`; what follows them is cut off. Throws Error when the
  /// file is missing or shorter.
  AppendFile(std::string path, int64_t bytes);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void append(std::string_view bytes);
  /// Returns when all that was appended would survive a power cut.
  void sync();
  int64_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_;
  int64_t size_ = 0;
};

}  // namespace sinew
