#pragma once
#include <optional>
#include <string>
#include <vector>

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

  /// Said before the first file of the run is written. Until then the end takes away what was made: a run that is
  /// refused leaves no folder in the way.
  void keep() { made_.paths.clear(); }
  /// Removes all that a run has written. What else lies in the folder stays.
  void clear() const;
  /// Removes what a killed process left half written.
  void remove_leftovers() const;

 private:
  std::string path_;
  struct Made {
    std::vector<std::string> paths;  // what was not there before, the innermost first
    ~Made();
  };
  Made made_;
  std::optional<FileLock> lock_;
};

/// Throws Error when the folder holds a run and that shall be refused; where a run would begin anew there, also when
/// the files with a run's names are not those of a run, or one of `inputs` is among them; and always where a picture
/// or a video there, which a run would replace, is not sinew's.
void check_run_folder(const std::string& path, IfRunExists if_run_exists, const std::vector<std::string>& inputs = {});

}  // namespace sinew
