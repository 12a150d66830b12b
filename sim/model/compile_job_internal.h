#pragma once
#include <unistd.h>

#include <climits>
#include <cstddef>
#include <type_traits>

namespace sinew {

/// The request from compile_in_child to the compiling process, and that process's answer, in shared memory. The text of
/// `more_mjcf` follows it.
struct CompileJob {
  enum class Outcome { not_begun, crashed, compiled, refused, error, too_large, no_memory };

  pid_t parent;             // the compiling process ends when its parent does
  size_t most_bytes;        // limit for the compiled model, and for its simulation's data; fourfold while compiling
  char path[PATH_MAX];      // of the MJCF or URDF
  size_t more_mjcf_length;  // bytes; 0: none

  Outcome outcome;     // left at `crashed` by a crashing process, at `not_begun` by one that never got so far
  char message[1000];  // MuJoCo's
  char warning[1000];  // its last one

  const char* more_mjcf() const { return reinterpret_cast<const char*>(this + 1); }
  char* more_mjcf() { return reinterpret_cast<char*>(this + 1); }
};
static_assert(std::is_trivial_v<CompileJob>);

/// argv[0] of a program that must compile a model. Its arguments are the numbers of two file descriptors: that of a
/// CompileJob, and that of the file which receives the compiled model.
const char* compiling_program_name();

}  // namespace sinew
