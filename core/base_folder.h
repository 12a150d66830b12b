#pragma once
#include <string>
#include <utility>

namespace sinew {

/// Which a relative path counts from: the shell's folder, or that of the file which it stands in. A file that is
/// reached through a link has two: the one that it really lies in counts first, then the one that names it.
class BaseFolder {
 public:
  BaseFolder() = default;  // the shell's
  BaseFolder(std::string folder) : named_(std::move(folder)) {}
  BaseFolder(const char* folder) : named_(folder) {}
  static BaseFolder of_file(const std::string& path);

  const std::string& named() const { return named_; }  // as the file's path has it; "": the shell's
  const std::string& real() const { return real_; }    // "": not known, or the file is not there

 private:
  std::string named_, real_;
};

}  // namespace sinew
