// sinew bench: speeds, compared with their limits.
#include "bench/bench.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "apps/command_line/json_file_internal.h"
#include "apps/commands/commands.h"
#include "core/text.h"
#include "core/thread_pool.h"

namespace sinew {
namespace {

struct BenchArguments {
  std::string name;
  std::optional<std::string> json, torch_python;
  int threads = default_threads();
};

// Restarts the same command with a library loaded before all others, if the library exists and is not loaded yet.
void load_first(const std::string& library) {
  const char* loaded = ::getenv("LD_PRELOAD");
  if (library.empty() || loaded || !std::filesystem::exists(library)) return;
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::setenv("LD_PRELOAD", library.c_str(), 1);
  ::execv("/proc/self/exe", pointers.data());
  ::unsetenv("LD_PRELOAD");  // not restarted: the command works without it
}

int bench_command(const BenchArguments& arguments) {
  if (arguments.threads < 1 || arguments.threads > 1024)
    fail("--threads {}: it must be from 1 to 1024", arguments.threads);
  std::vector<std::string> names;
  for (const bench::Benchmark& benchmark : bench::benchmarks()) {
    names.push_back(benchmark.name);
    if (benchmark.name != arguments.name) continue;
    load_first(benchmark.preload);
    const std::vector<bench::Figure> figures =
        benchmark.run({.threads = arguments.threads, .torch_python = arguments.torch_python.value_or("")});
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const bench::Figure& figure : figures) {
      const std::string beside =
          figure.limit == 0 ? "" : fmt::format(" limit {:>12.4g}  ratio {:.3f}", figure.limit, figure.ratio);
      fmt::print("{:<28} {:>14.4g} {:<12}{}\n    {}\n", figure.name, figure.value, figure.unit, beside, figure.work);
      list.push_back({{"name", figure.name},
                      {"value", figure.value},
                      {"unit", figure.unit},
                      {"limit", figure.limit},
                      {"ratio", figure.ratio},
                      {"work", figure.work}});
    }
    if (arguments.json) write_json(*arguments.json, list);
    return 0;
  }
  fail("there is no benchmark '{}'{}", arguments.name, suggestion(arguments.name, names));
}

}  // namespace

Command::Work declare_bench(CommandLine& line) {
  auto arguments = std::make_shared<BenchArguments>();
  line.argument("NAME", arguments->name, "envs, cameras, train, nets, checkpoints or link");
  line.option("--json", arguments->json, "F", "also writes [{name, value, unit, limit, ratio, work}] to a file")
      .is_output(json_result("'sinew bench'", {"name", "value", "unit", "limit"}));
  line.option("--threads", arguments->threads, "N", "for training (all cores)");
  line.option("--torch-python", arguments->torch_python, "PATH",
              "a Python that has PyTorch, for the comparison in `nets` (without: the LibTorch we were built with)")
      .is_input();
  line.example("sinew bench nets");
  return [arguments] { return bench_command(*arguments); };
}

}  // namespace sinew
