#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/file_lock.h"

namespace sinew {

/// What `train` does with a folder that already holds a run.
enum class IfRunExists { refuse, overwrite, resume };

/// A run's folder, locked against other processes.
class RunFolder {
 public:
  /// Creates the folder when missing and locks it. Throws Error when another process holds the lock, when the folder
  /// cannot be written, or as check_run_folder does.
  RunFolder(std::string path, IfRunExists if_run_exists);

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string checkpoints() const { return file("checkpoints"); }

  /// Must be called before the first file of the run is written. Until then the destructor removes what was created, so
  /// a refused run leaves no folder behind.
  void keep() { made_.paths.clear(); }
  /// Removes everything that a run has written. Other files in the folder stay.
  void clear() const;
  /// Removes partially written files of a killed process.
  void remove_leftovers() const;

 private:
  std::string path_;
  struct Made {
    std::vector<std::string> paths;  // the paths it created, innermost first
    ~Made();
  };
  Made made_;
  std::optional<FileLock> lock_;
};

/// Throws Error when the folder holds a run and `if_run_exists` is refuse. Where a run would start from scratch there,
/// also throws when the files with a run's names are not a run's, or one of `inputs` is among them. Always throws when
/// a picture or a video there, which a run would replace, is not sinew's.
void check_run_folder(const std::string& path, IfRunExists if_run_exists, const std::vector<std::string>& inputs = {});

}  // namespace sinew
