// A state that is large: saving it needs a buffer, not a second copy.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "agents/run/trainer.h"
#include "core/clock.h"
#include "tests/agents/replay_learner.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr int64_t mib = int64_t{1} << 20;

// MiB: how much memory the process holds, and has held at most since reset_most_memory().
double memory_of(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == field) {
      status >> word;
      return std::stod(word) / 1024;
    }
  return 0;
}
void reset_most_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

class BigState : public testing::Test {
 protected:
  BigState() { registry_.algorithms.push_back(replay_row()); }
  ~BigState() override { fs::remove_all(folder_); }

  // Half of the bytes in the ring, which is filled, half beside it.
  TrainResult run(int64_t bytes, IfRunExists if_run_exists, int64_t total_steps, int64_t stop_at) {
    constexpr int64_t row_floats = 4096;
    const int64_t capacity = bytes / 2 / (4 * row_floats);
    const ConfigNode node = ConfigNode::parse_text(
        fmt::format("task: inverted_pendulum\ntotal_timesteps: {}\nn_envs: 8\nlog_interval: 1000000\n"
                    "algorithm: {{name: replay, capacity: {}, row_floats: {}, state_floats: {}}}\n"
                    "network: {{actor: [{{linear: 4}}]}}\neval: {{eval_freq: 0, n_final_episodes: 0}}\n"
                    "save_freq: {}\nsave_interval: 0\n",
                    total_steps, capacity, row_floats, bytes / 8, capacity / 2 / 8 * 8),
        "recipe.yaml");
    std::atomic<bool> stop{false};
    double filled = 0, before_resume = memory_of("VmRSS:");
    TrainResult result = train(read_recipe(node), registry_,
                               {.run_folder = folder_,
                                .if_run_exists = if_run_exists,
                                .stop = &stop,
                                .on_progress = [&](const TrainStatus& status) {
                                  stop = status.steps == stop_at;
                                  if (status.steps < capacity || filled > 0) return;
                                  filled = memory_of("VmRSS:");  // from here on it only saves
                                  reset_most_memory();
                                }});
    most_more_ = memory_of("VmHWM:") - filled;
    std::printf(
        "%lld MiB of state, which began at %.0f MiB: %.0f MiB when it is filled, at most %.1f MiB more; saving took "
        "%.1f s\n",
        static_cast<long long>(bytes / mib), before_resume, filled, most_more_, result.save_seconds);
    return result;
  }

  void expect_saved_in_a_small_buffer(int64_t bytes, double most_mib) {
    const int64_t capacity = bytes / 2 / (4 * 4096), total = 2 * capacity;
    const std::string whole = run(bytes, IfRunExists::refuse, total, -1).weights_hash;
    EXPECT_LT(most_more_, most_mib);
    fs::remove_all(folder_);
    EXPECT_TRUE(run(bytes, IfRunExists::refuse, total, total / 4 * 3 / 8 * 8).interrupted);
    const TrainResult result = run(bytes, IfRunExists::resume, total, -1);
    EXPECT_GT(result.resumed_from, 0);
    EXPECT_EQ(result.weights_hash, whole);
    EXPECT_LT(most_more_, most_mib);
  }

  const std::string folder_ = testing::TempDir() + "sinew_big_state_" + std::to_string(::getpid());
  Registry registry_ = Registry::builtin();
  double most_more_ = 0;
};

TEST_F(BigState, IsSavedThroughASmallBuffer) { expect_saved_in_a_small_buffer(192 * mib, 48); }

// Two minutes, 6.5 GiB of memory and some 20 GiB of disk: by hand.
TEST_F(BigState, DISABLED_OfSixGibibytes) { expect_saved_in_a_small_buffer(6 * 1024 * mib, 200); }

}  // namespace
}  // namespace sinew
