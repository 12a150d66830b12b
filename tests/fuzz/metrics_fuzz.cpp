// A run folder as `sinew report` reads it: metrics.csv and, after a line of equals signs, config.yaml.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "apps/report/runs.h"
#include "core/error.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {
namespace {

constexpr std::string_view border = "=====\n";

// For as long as the program runs; in memory where there is such a place.
class Folder {
 public:
  Folder() {
    const std::filesystem::path root = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    path_ = root / ("sinew_fuzz_" + std::to_string(::getpid()));
    std::filesystem::create_directory(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  void write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

std::vector<std::string> seeds() {
  const std::string metrics =
      "time/total_timesteps,time/fps,rollout/ep_rew_mean,train/approx_kl,eval/mean_reward\n"
      "2048,1200.5,-12.25,0.01,\n"
      "4096,1300,-3,,-10.5\n"
      "6144,1e3,nan,-inf,0x1\n";
  return {
      metrics + std::string(border) + "task: half_cheetah\nalgorithm: {name: ppo}\nseed: 3\neval: {eval_freq: 50000}\n",
      "time/total_timesteps\n1\n2\n", metrics.substr(0, metrics.size() - 20)};
}

std::vector<std::string> words() {
  return {"time/total_timesteps",
          ",",
          "\n",
          "\r\n",
          ",,",
          "nan",
          "inf",
          "\"",
          std::string(border),
          "task: ",
          "seed: ",
          "eval: {eval_freq: ",
          "algorithm: {name: "};
}

}  // namespace sinew::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  static const fuzz::Folder folder;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  const size_t place = content.find(fuzz::border);
  folder.write("metrics.csv", content.substr(0, place));
  folder.write("config.yaml", place == content.npos ? "" : content.substr(place + fuzz::border.size()));
  try {
    const RunGroup group = load_runs(folder.path());
    for (const RunRecord& run : group.runs)
      for (const std::string& name : run.names) run.series(name);
  } catch (const Error&) {
  }
  return 0;
}
