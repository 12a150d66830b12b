// A run that was stopped, or whose folder was damaged, goes on as if nothing had happened.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "agents/run/checkpoint_folder.h"
#include "agents/run/trainer.h"
#include "core/safe_file.h"
#include "nets/formats/policy_file.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// Episodes end within iterations; rewards, observations and rates have state of their own.
constexpr const char* recipe_text = R"(
task: inverted_pendulum
total_timesteps: 3072
n_envs: 4
log_interval: 1
algorithm: {name: ppo, n_steps: 128, batch_size: 64, n_epochs: 2, desired_kl: 0.01}
network: {actor: [{linear: 8}, tanh], critic: [{linear: 8}, tanh]}
normalize_reward: true
eval: {eval_freq: 1024, n_eval_episodes: 2, n_final_episodes: 3}
save_freq: 1
)";

class ResumeTest : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }

  static Recipe recipe(const std::vector<std::string>& changes = {}) {
    ConfigNode node = ConfigNode::parse_text(recipe_text, "recipe.yaml");
    for (const std::string& change : changes) node.assign(change);
    return read_recipe(node);
  }
  // Trains in folder_/name, or goes on there. Is asked to stop when the next iteration would make `last`
  // steps, so that this one is the last; an evaluation that is due then is left to the next sitting.
  TrainResult run(const std::string& name, const Recipe& recipe, int64_t last = 1 << 30, int threads = 1) {
    stop_ = false;
    TrainOptions options{
        .run_folder = path(name), .if_run_exists = IfRunExists::resume, .threads = threads, .stop = &stop_};
    options.on_progress = [&](const TrainStatus& status) { stop_ = status.steps + 512 >= last; };
    return train(recipe, registry_, options);
  }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  CheckpointFolder checkpoints(const std::string& name) const { return CheckpointFolder(path(name) + "/checkpoints"); }

  // metrics.csv without its time/ columns, and with the first, the steps.
  std::string metrics(const std::string& name) const {
    std::istringstream lines(read_file(path(name) + "/metrics.csv"));
    std::string result;
    std::vector<bool> timed;
    for (std::string line; std::getline(lines, line); result += '\n') {
      std::istringstream cells(line + ",");
      const bool header = timed.empty();
      size_t column = 0;
      for (std::string cell; std::getline(cells, cell, ','); ++column) {
        if (header) timed.push_back(cell == "time/fps" || cell == "time/time_elapsed");
        if (!timed.at(column)) result += cell + ",";
      }
    }
    return result;
  }
  void expect_same(const std::string& name, const std::string& other) const {
    EXPECT_EQ(metrics(name), metrics(other));
    for (const char* file : {"/best.safetensors", "/policy.safetensors"})
      EXPECT_EQ(read_file(path(name) + file), read_file(path(other) + file)) << file;
  }

  const std::string folder_ = testing::TempDir() + "sinew_resume_" + std::to_string(::getpid());
  const Registry registry_ = Registry::builtin();
  std::atomic<bool> stop_{false};
};

TEST_F(ResumeTest, StoppedAgainAndAgainTheRunEndsTheSame) {
  const TrainResult whole = run("whole", recipe());
  EXPECT_FALSE(whole.resumed_from);
  TrainResult result;
  int sittings = 0;
  do {
    result = run("parts", recipe(), 1, sittings % 2 + 1);  // two iterations: asked during the first
    ++sittings;
  } while (result.interrupted);
  EXPECT_EQ(sittings, 5);  // the first ends before the evaluation at step 1024, the fourth before the final one
  EXPECT_EQ(result.weights_hash, whole.weights_hash);
  EXPECT_EQ(result.status.best_eval, whole.status.best_eval);
  EXPECT_EQ(result.diverged_episodes, whole.diverged_episodes);
  expect_same("parts", "whole");
  EXPECT_EQ(checkpoints("parts").steps(), checkpoints("whole").steps());

  const TrainResult again = run("parts", recipe());  // nothing is left to do
  EXPECT_EQ(again.resumed_from, 3072);
  EXPECT_EQ(again.weights_hash, whole.weights_hash);
  expect_same("parts", "whole");
}

// Every key of the resolved recipe and a value that it does not have.
std::vector<std::pair<std::string, std::string>> other_values(const ConfigNode& node, const std::string& path) {
  std::vector<std::pair<std::string, std::string>> all;
  if (node.is_map()) {
    for (const auto& [key, value] : node.entries())
      for (const auto& change : other_values(value, path.empty() ? key : path + "." + key)) all.push_back(change);
    return all;
  }
  std::string other = "{linear: 16}";
  if (node.is_list()) return {{path, "[{linear: 16}]"}};
  const std::string now = node.is_null() ? "" : node.text();
  if (now == "true" || now == "false")
    other = now == "true" ? "false" : "true";
  else if (!now.empty() && now.find_first_not_of("0123456789") == std::string::npos)
    other = std::to_string(2 * std::stoll(now) + 2);
  else if (!now.empty() && now.find_first_not_of("0123456789.e-") == std::string::npos)
    other = std::to_string(std::stod(now) / 2);
  else if (now == "none")
    other = "0.5";
  else
    other = "pendulum";
  return {{path, other}};
}

TEST_F(ResumeTest, AnotherValueOfAKeyChangesNothingLearntOrIsRefused) {
  const TrainResult whole = run("whole", recipe());
  run("half", recipe(), 1024);
  std::set<std::string> taken;
  const ConfigNode resolved = resolve_recipe(recipe(), read_algorithm(recipe(), registry_));
  for (const auto& [key, value] : other_values(resolved, "")) {
    SCOPED_TRACE(key + "=" + value);
    fs::remove_all(path("changed"));
    fs::copy(path("half"), path("changed"), fs::copy_options::recursive);
    try {
      const TrainResult result = run("changed", recipe({key + "=" + value}));
      EXPECT_TRUE(result.resumed_from);
      if (key == "total_timesteps") continue;  // grows
      EXPECT_EQ(result.weights_hash, whole.weights_hash);
      taken.insert(key);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), 2) << error.what();
      EXPECT_EQ(checkpoints("changed").steps(), checkpoints("half").steps());
    }
  }
  const std::vector<std::string> changeable = changeable_keys();
  EXPECT_EQ(taken, (std::set<std::string>(changeable.begin(), changeable.end())));
  for (const char* key : {"video", "save_freq", "save_interval", "eval.eval_freq", "eval.n_eval_episodes"})
    EXPECT_TRUE(taken.contains(key)) << key;
}

TEST_F(ResumeTest, SoDoARunThatSeesAndOneThatRemembers) {
  const std::string sees =
      "encoders: {camera: {normalize: true, layers: [{conv: {filters: 4, kernel: 4, stride: 2}}, relu, flatten]}}";
  for (const std::string core : {"none", "{lstm: 6}"}) {
    const Recipe seeing = recipe({
        "task=" SINEW_SOURCE_DIR "/tests/agents/data/pendulum_seen.yaml",
        "network={" + sees + ", core: " + core + ", actor: [{linear: 8}, tanh], critic: [{linear: 8}, tanh]}",
    });
    const TrainResult whole = run("whole_" + core, seeing);
    TrainResult result;
    int sittings = 0;
    do {
      result = run("parts_" + core, seeing, 1, ++sittings % 2 + 1);
    } while (result.interrupted);
    EXPECT_EQ(sittings, 5);
    EXPECT_EQ(result.weights_hash, whole.weights_hash);
    expect_same("parts_" + core, "whole_" + core);
  }
}

// The stop comes when the iteration has learned and its evaluation is due.
TEST_F(ResumeTest, AStopBeforeAnEvaluationLosesNothing) {
  const TrainResult whole = run("whole", recipe({"total_timesteps=1024"}));
  TrainResult result = run("parts", recipe({"total_timesteps=1024"}), 1024);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.status.steps, 1024);
  EXPECT_FALSE(result.status.best_eval);
  result = run("parts", recipe({"total_timesteps=1024"}));
  EXPECT_FALSE(result.interrupted);
  EXPECT_EQ(result.status.best_eval, whole.status.best_eval);
  expect_same("parts", "whole");
}

TEST_F(ResumeTest, RowsAfterTheCheckpointAreCutOff) {
  run("whole", recipe());
  run("parts", recipe(), 1024);
  std::ofstream(path("parts") + "/metrics.csv", std::ios::app) << "1536,of a lost future\n153";
  std::ofstream(path("parts") + "/policy.safetensors.tmp.77") << "half";
  std::ofstream(path("parts") + "/checkpoints/step_9.checkpoint.tmp.77") << "half";
  fs::remove(path("parts") + "/best.safetensors");
  run("parts", recipe());
  expect_same("parts", "whole");
  EXPECT_FALSE(fs::exists(path("parts") + "/policy.safetensors.tmp.77"));
  EXPECT_FALSE(fs::exists(path("parts") + "/checkpoints/step_9.checkpoint.tmp.77"));
}

TEST_F(ResumeTest, ADamagedCheckpointMeansTheOneBefore) {
  run("whole", recipe());
  run("parts", recipe(), 1536);
  const CheckpointFolder folder = checkpoints("parts");
  std::string content = read_file(folder.file(1536));
  content[content.size() / 2] ^= 1;
  write_file_atomically(folder.file(1536), content);
  EXPECT_EQ(run("parts", recipe()).resumed_from, 1024);
  expect_same("parts", "whole");
}

TEST_F(ResumeTest, WithoutAGoodCheckpointNothingIsTouched) {
  run("parts", recipe(), 512);
  for (const int64_t step : checkpoints("parts").steps()) write_file_atomically(checkpoints("parts").file(step), "");
  const std::string rows = metrics("parts");
  expect_contains(error_of([&] { run("parts", recipe()); }), "it is empty; --overwrite restarts it");
  fs::remove_all(path("parts") + "/checkpoints");
  expect_contains(error_of([&] { run("parts", recipe()); }), "it has a policy, but no checkpoints");
  EXPECT_EQ(metrics("parts"), rows);
}

TEST_F(ResumeTest, ARunKilledBeforeItsFirstCheckpointBeginsAnew) {
  run("whole", recipe());
  fs::create_directories(path("parts") + "/checkpoints");
  write_file_atomically(path("parts") + "/config.yaml", "half");
  write_file_atomically(path("parts") + "/metrics.csv", "time/total_timesteps\n512\n");
  EXPECT_FALSE(run("parts", recipe()).resumed_from);
  expect_same("parts", "whole");
}

TEST_F(ResumeTest, TheRunMayGrowAndNothingElseMayChange) {
  run("parts", recipe({"total_timesteps=1024"}));
  const std::string rows = metrics("parts");
  for (const auto& [change, text] : std::vector<std::pair<std::string, std::string>>{
           {"algorithm.gamma=0.9", "algorithm.gamma: 0.99 in the run, 0.9 now"},
           {"seed=2", "seed: 1 in the run, 2 now"},
           {"n_envs=2", "n_envs: 4 in the run, 2 now"},
           {"network.actor=[tanh]", "network.actor: "},
           {"total_timesteps=512", "total_timesteps: 1024 in the run, 512 now"},
           {"task=inverted_double_pendulum", "task: inverted_pendulum in the run, inverted_double_pendulum now"}})
    expect_contains(error_of([&] { run("parts", recipe({"total_timesteps=1024", change})); }), text);
  EXPECT_EQ(metrics("parts"), rows);
  const TrainResult grown = run("parts", recipe({"total_timesteps=2048"}));
  EXPECT_EQ(grown.resumed_from, 1024);
  EXPECT_EQ(grown.status.steps, 2048);
  EXPECT_TRUE(metrics("parts").starts_with(rows));
  EXPECT_EQ(ConfigNode::parse_file(path("parts") + "/config.yaml").find("total_timesteps")->integer(), 2048);
}

TEST_F(ResumeTest, AMetricsFileThatWasShortenedIsNamed) {
  run("parts", recipe(), 1024);
  fs::resize_file(path("parts") + "/metrics.csv", 100);
  expect_contains(error_of([&] { run("parts", recipe()); }), "metrics.csv' has 100 bytes, but ");
}

TEST_F(ResumeTest, AfterANaNTheLastGoodCheckpointIsKept) {
  // The rate is good in the first iteration alone.
  const Recipe exploding = recipe({"algorithm.desired_kl=none", "algorithm.learning_rate={start: 1e-4, end: 1e30}"});
  const std::string text = error_of([&] { run("parts", exploding); });
  expect_contains(text, "learning has diverged");
  expect_contains(text, "the operation 'exp' of 'action distribution' gives inf at [0] of [1]");
  expect_contains(text, "; the checkpoint of step 512 is kept in '" + path("parts"));
  expect_contains(read_file(path("parts") + "/log.txt"), "error: " + text);
  const CheckpointFolder::Newest newest = checkpoints("parts").newest();
  ASSERT_TRUE(newest.checkpoint);
  EXPECT_EQ(newest.checkpoint->head().step, 512);
  EXPECT_EQ(error_of([&] { run("parts", exploding); }), text);  // from there on, the same again
}

TEST_F(ResumeTest, AFolderInUseIsRefused) {
  fs::create_directories(folder_);
  RunFolder held(path("parts"), IfRunExists::resume);
  expect_contains(error_of([&] { run("parts", recipe()); }), "in use by process ");
}

}  // namespace
}  // namespace sinew
