#pragma once
#include <string>
#include <utility>

namespace sinew {

/// The base of a relative path: the shell's folder, or the folder of the file that contains the path. A file that is
/// reached through a link has two: the folder that it really lies in, which counts first, and the folder of the link.
class BaseFolder {
 public:
  BaseFolder() = default;  // the shell's
  BaseFolder(std::string folder) : named_(std::move(folder)) {}
  BaseFolder(const char* folder) : named_(folder) {}
  static BaseFolder of_file(const std::string& path);

  const std::string& named() const { return named_; }  // as in the file's path; "": the shell's
  const std::string& real() const { return real_; }    // "": unknown, or the file does not exist

 private:
  std::string named_, real_;
};

}  // namespace sinew
