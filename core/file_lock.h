#pragma once
#include <string>

namespace sinew {

/// Holds a file against other processes for as long as it lives, and no longer than the process,
/// however that ends. The file says who holds it, and stays behind empty of meaning.
class FileLock {
 public:
  /// Makes the file where it is missing. Throws Error naming the holder when another process, or another FileLock of
  /// this one, has it, and for a link or a file that is no lock, which stays as it is. `what` is what the file stands
  /// for: "the run folder 'runs/ant'".
  FileLock(const std::string& path, const std::string& what);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_;
};

}  // namespace sinew
