// The JSON that `sinew replay` reads.
#include "apps/robot/replay_input.h"
#include "core/error.h"
#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {

std::vector<std::string> seeds() {
  return {R"({"qpos": [0.1, 0], "qvel": [0.2, -0.1e1], "actions": [[0.5], [-3.0], [1e-3], [1]]})",
          R"({"actions": [], "qvel": [0, 0], "qpos": [0, 0]})",
          "{\n  \"qpos\": [1, 2],\n  \"qvel\": [3, 4],\n  \"actions\": [\n    [0.5]\n  ]\n}\n"};
}

std::vector<std::string> words() {
  return {"\"qpos\"",
          "\"qvel\"",
          "\"actions\"",
          "\"keyframe\"",
          "\"ctrl\"",
          "\"mquat\"",
          "[",
          "]",
          "{",
          "}",
          ",",
          ":",
          "[0.1]",
          "[[",
          "null",
          "true",
          "\"x\"",
          "1e400",
          "NaN",
          "Infinity",
          "\\u0000",
          "\\ud800",
          "\"\\uD834\\uDD1E\"",
          "\xef\xbb\xbf",
          "\xff",
          "-",
          "// ",
          "/*",
          "\"a\":[["};
}

}  // namespace sinew::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  static const std::unique_ptr<Env> env = make_task("inverted_pendulum")();
  static fuzz::MemoryFile file("replay.json");
  try {
    file.set({reinterpret_cast<const char*>(data), size});
    read_replay_input(file.path(), dynamic_cast<TaskEnv&>(*env));
  } catch (const Error&) {
  }
  return 0;
}
