#pragma once
#include <string>

#include "core/file_lock.h"

namespace sinew {

/// What `train` does with a folder that holds a run already.
enum class IfRunExists { refuse, overwrite, resume };

/// A run's folder, held against other processes.
class RunFolder {
 public:
  /// Makes the folder where it is missing and locks it; throws Error when another process has it, when it
  /// cannot be written, or as check_run_folder does.
  RunFolder(std::string path, IfRunExists if_run_exists);

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string checkpoints() const { return file("checkpoints"); }

  /// Removes all that a run has written. What else lies in the folder stays.
  void clear() const;
  /// Removes what a killed process left half written.
  void remove_leftovers() const;

 private:
  std::string path_;
  FileLock lock_;
};

/// Throws Error when the folder holds a run and that shall be refused.
void check_run_folder(const std::string& path, IfRunExists if_run_exists);

}  // namespace sinew
