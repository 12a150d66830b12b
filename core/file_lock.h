#pragma once
#include <string>

namespace sinew {

/// Locks a file against other processes for its lifetime; the lock ends with the process at the latest, however that
/// exits. The file names the holder. It stays behind afterwards, without meaning.
class FileLock {
 public:
  /// Creates the file if it is missing. Throws Error, naming the holder, when another process or another FileLock of
  /// this process holds the lock; also for a link or a file that is not a lock, which is left unchanged. `what` is what
  /// the file stands for: "the run folder 'runs/ant'".
  FileLock(const std::string& path, const std::string& what);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_;
};

}  // namespace sinew
