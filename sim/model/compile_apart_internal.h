#pragma once
#include <string>

struct mjModel_;

namespace sinew {

/// A model that MuJoCo compiled, or why there is none.
struct CompiledModel {
  mjModel_* model = nullptr;  // the caller's, to mj_deleteModel
  std::string message;        // MuJoCo's words: a warning, or what is wrong with the file
};

/// Reads and compiles an MJCF or URDF file in a process of its own (sim/model/compile_job.cpp), with a limit to its
/// time and memory, and takes the compiled model over: MuJoCo's parser and compiler fault on some broken files, and
/// what faults there shall not take a training run along. Costs a start of the program and a copy of the compiled
/// model. The program has to have this linked into itself: one that loads it as a shared library, as Python would,
/// begins anew as itself, and compiles nothing. Any thread may call it, whatever the others do. Throws Error when that
/// process crashes, asks for too much, or MuJoCo calls its error handler. more_mjcf: sections that a URDF's model gets
/// in addition (add_mjcf); "": none.
CompiledModel compile_apart(const std::string& path, const std::string& more_mjcf = "");

/// "" for what looks like a model file; else why not, in words that go after "cannot load …: ".
std::string why_no_model_text(const std::string& text);

}  // namespace sinew
