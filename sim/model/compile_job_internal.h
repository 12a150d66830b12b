#pragma once
#include <unistd.h>

#include <climits>
#include <cstddef>
#include <type_traits>

namespace sinew {

/// What compile_apart asks of the process that compiles, and what that one answers, in memory that both see. The
/// text of `more_mjcf` follows it.
struct CompileJob {
  enum class Outcome { not_begun, crashed, compiled, refused, error, too_large, no_memory };

  pid_t parent;             // the process ends with it
  size_t most_bytes;        // of the compiled model, and of its simulation's data; a fourfold while compiling
  char path[PATH_MAX];      // of the MJCF or URDF
  size_t more_mjcf_length;  // bytes; 0: none

  Outcome outcome;     // a process that crashes leaves `crashed`; one that never came so far, `not_begun`
  char message[1000];  // MuJoCo's
  char warning[1000];  // its last one

  const char* more_mjcf() const { return reinterpret_cast<const char*>(this + 1); }
  char* more_mjcf() { return reinterpret_cast<char*>(this + 1); }
};
static_assert(std::is_trivial_v<CompileJob>);

/// What a program that shall compile a model is called as. It gets two file descriptors' numbers as arguments: that of
/// a CompileJob, and that of the file which takes the compiled model.
const char* compiling_program_name();

}  // namespace sinew
