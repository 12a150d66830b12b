#pragma once
#include <string>

struct mjModel_;

namespace sinew {

/// A model that MuJoCo compiled, or the reason why there is none.
struct CompiledModel {
  mjModel_* model = nullptr;  // owned by the caller, who must call mj_deleteModel
  std::string message;        // MuJoCo's text: a warning, or the mistake in the file
};

/// Reads and compiles an MJCF or URDF file in a separate process (sim/model/compile_job.cpp), with limits on its time
/// and memory, and returns the compiled model. MuJoCo's parser and compiler crash on some broken files, and such a
/// crash must not end a training run. The cost is a start of the program and a copy of the compiled model. This code
/// must be linked into the program itself: a program that loads it as a shared library, as Python would, starts again
/// as itself, and compiles nothing. Callable from any thread at any time. Throws Error when the process crashes,
/// exceeds a limit, or MuJoCo calls its error handler. more_mjcf: additional sections for the model of a URDF
/// (add_mjcf); "": none.
CompiledModel compile_in_child(const std::string& path, const std::string& more_mjcf = "");

/// "" for text that looks like a model file; else the reason why not, in words that go after "cannot load …: ".
std::string why_no_model_text(const std::string& text);

}  // namespace sinew
