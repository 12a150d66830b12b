#pragma once
#include <cstdint>
#include <string>

/// MuJoCo's messages. Its errors, which would end the process, become an Error thrown through the call that caused
/// them. Its warnings, which would go to a file MUJOCO_LOG.TXT, are counted.
namespace sinew {

/// Installs both handlers, on the first call only. Loading a Model calls it. Thread-safe.
void catch_mujoco_messages();

struct MujocoWarnings {
  int64_t count = 0;
  std::string last;  // "" while there is none
};
/// All warnings of this process so far, of any model and thread.
MujocoWarnings mujoco_warnings();

/// "2.2.2", the version of the library in use.
std::string mujoco_version();

/// Whether a warning about a full buffer was raised in this thread since the last call. MuJoCo loses its own count when
/// a diverged state makes it reset the data in the same step.
bool take_buffer_full();

}  // namespace sinew
