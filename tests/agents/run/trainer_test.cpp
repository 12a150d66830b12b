// A training run and its folder.
#include "agents/run/trainer.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "agents/run/evaluator.h"
#include "core/own_mark.h"
#include "core/safe_file.h"
#include "nets/formats/policy_file.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr const char* trained_recipe = R"(
task: pendulum
total_timesteps: 2048
n_envs: 4
log_interval: 1
algorithm: {name: ppo, n_steps: 128, batch_size: 64, n_epochs: 2}
network: {actor: [{linear: 8}, tanh], critic: [{linear: 8}, tanh]}
normalize_reward: true
eval: {eval_freq: 1024, n_eval_episodes: 2, n_final_episodes: 3}
save_freq: 512
)";

class TrainerTest : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  // The recipe above with changes such as "algorithm.gamma=0.9".
  static Recipe recipe(const std::vector<std::string>& changes = {}) {
    ConfigNode node = ConfigNode::parse_text(trained_recipe, "recipe.yaml");
    for (const std::string& change : changes) node.assign(change);
    return read_recipe(node);
  }
  TrainResult run(const Recipe& recipe, IfRunExists if_run_exists = IfRunExists::refuse) {
    TrainOptions options{.run_folder = run_, .if_run_exists = if_run_exists, .stop = &stop_};
    options.on_progress = on_progress_;
    return train(recipe, registry_, options);
  }
  std::string file(const std::string& name) const { return run_ + "/" + name; }
  // What the folder holds; the event file's name without its time and host.
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(run_)) {
      const std::string name = entry.path().filename().string();
      names.insert(name.substr(0, name.starts_with("events.out") ? 10 : name.size()));
    }
    return names;
  }
  std::vector<std::vector<std::string>> metrics() const {
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(read_file(file("metrics.csv")));
    for (std::string line; std::getline(lines, line);) {
      std::vector<std::string>& cells = rows.emplace_back();
      std::istringstream stream(line);
      for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
      if (line.ends_with(',')) cells.emplace_back();
    }
    return rows;
  }

  const std::string folder_ = testing::TempDir() + "sinew_trainer_" + std::to_string(::getpid());
  const std::string run_ = folder_ + "/runs/a";
  const Registry registry_ = Registry::builtin();
  std::atomic<bool> stop_{false};
  std::function<void(const TrainStatus&)> on_progress_;
};

TEST_F(TrainerTest, FillsTheRunFolder) {
  const TrainResult result = run(recipe());
  EXPECT_EQ(files(), (std::set<std::string>{".lock", "best.safetensors", "checkpoints", "config.yaml", "events.out",
                                            "log.txt", "metrics.csv", "policy.safetensors", "task.yaml"}));
  EXPECT_EQ(result.status.steps, 2048);
  EXPECT_FALSE(result.interrupted);
  EXPECT_EQ(result.diverged_episodes, 0);
  const LoadedPolicy last = load_policy(file("policy.safetensors"), registry_.layers);
  EXPECT_EQ(whole_weights_hash(last), result.weights_hash);
  EXPECT_EQ(last.info.task, "pendulum");
  EXPECT_EQ(last.info.config, read_file(file("config.yaml")));
  EXPECT_EQ(last.info.task_config, read_file(file("task.yaml")));
}

TEST_F(TrainerTest, ItsConfigMakesTheSameRunAgain) {
  const TrainResult result = run(recipe({"algorithm.gamma=0.9"}));
  const ConfigNode config = ConfigNode::parse_file(file("config.yaml"));
  EXPECT_EQ(config.find("algorithm")->find("gamma")->number(), 0.9);
  EXPECT_EQ(config.find("algorithm")->find("gae_lambda")->number(), 0.95);  // a default, written out
  EXPECT_EQ(config.find("seed")->integer(), 1);
  const Recipe again = read_recipe(config);
  EXPECT_EQ(run(again, IfRunExists::overwrite).weights_hash, result.weights_hash);
}

TEST_F(TrainerTest, MetricsHaveARowAnIterationAndACellAnEvaluation) {
  run(recipe());
  const auto rows = metrics();
  ASSERT_EQ(rows.size(), 1 + 4u);
  const auto column = [&](const std::string& name) {
    const auto found = std::ranges::find(rows[0], name);
    EXPECT_NE(found, rows[0].end()) << name;
    return static_cast<size_t>(found - rows[0].begin());
  };
  for (const char* name : {"time/fps", "rollout/ep_rew_mean", "rollout/ep_len_mean", "rollout/reward/angle",
                           "train/approx_kl", "train/value_loss", "train/learning_rate", "eval/std_reward"})
    EXPECT_NE(rows[2].at(column(name)), "") << name;
  EXPECT_EQ(rows[0][0], "time/total_timesteps");
  for (size_t i = 1; i <= 4; ++i) {
    EXPECT_EQ(rows[i][0], std::to_string(512 * i));
    EXPECT_EQ(rows[i][column("eval/mean_reward")].empty(), i % 2 == 1) << i;  // at 1024 and 2048
  }
  EXPECT_EQ(rows[1][column("rollout/ep_rew_mean")], "");  // episodes last 200 steps, an iteration 128
  EXPECT_EQ(rows[2][column("rollout/ep_len_mean")], "200");
  EXPECT_EQ(rows[4][column("last/step")], "2048");
  EXPECT_EQ(rows[4][column("kept/n_episodes")], "3");
  for (const char* name : {"kept/mean_reward", "kept/std_error", "kept/std_reward", "kept/mean_ep_length", "kept/step",
                           "last/mean_reward", "last/std_error"}) {
    EXPECT_EQ(rows[3][column(name)], "") << name;
    EXPECT_NE(rows[4][column(name)], "") << name;
  }
}

TEST_F(TrainerTest, WhileItLearnsItKeepsTheBestPolicy) {
  std::vector<std::pair<double, std::string>> seen;
  on_progress_ = [&](const TrainStatus& status) {
    if (status.new_eval)
      seen.emplace_back(*status.eval_mean, whole_weights_hash(load_policy(file("best.safetensors"), registry_.layers)));
  };
  const TrainResult result = run(recipe({"total_timesteps=8192", "algorithm.learning_rate=0.01"}));
  ASSERT_EQ(seen.size(), 8u);
  const auto best = std::ranges::max_element(seen, {}, &std::pair<double, std::string>::first);
  EXPECT_EQ(*result.status.best_eval, best->first);
  std::string kept = seen[0].second;
  double most = seen[0].first;
  for (const auto& [mean, hash] : seen) {
    EXPECT_EQ(hash != kept, mean > most) << mean;  // it changes when it is beaten, and then alone
    most = std::max(most, mean);
    kept = hash;
  }
  EXPECT_LT(best, seen.end() - 1) << "the last was the best: this run shows nothing";
}

TEST_F(TrainerTest, WithoutEvaluationsTheLastPolicyIsTheBest) {
  const TrainResult result = run(recipe({"eval.eval_freq=0"}));
  EXPECT_FALSE(result.status.best_eval);
  EXPECT_EQ(whole_weights_hash(load_policy(file("best.safetensors"), registry_.layers)), result.weights_hash);
}

TEST_F(TrainerTest, AStopSavesThePolicySoFar) {
  on_progress_ = [&](const TrainStatus& status) { stop_ = status.steps >= 512; };
  const TrainResult result = run(recipe({"save_freq=0", "eval.eval_freq=0"}));
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.status.steps, 1024);  // the flag is seen after the next iteration
  EXPECT_EQ(whole_weights_hash(load_policy(file("policy.safetensors"), registry_.layers)), result.weights_hash);
}

TEST_F(TrainerTest, ARunIsReplacedOnlyWhenAsked) {
  run(recipe());
  const std::string before = read_file(file("policy.safetensors"));
  write_file_atomically(file("notes.md"), "mine");
  write_file_atomically(file("video.mp4"), "of the old run" + std::string(mp4_mark));
  expect_contains(error_of([&] { run(recipe({"seed=2"})); }), "already holds a run");
  EXPECT_EQ(read_file(file("policy.safetensors")), before);

  run(recipe({"seed=2"}), IfRunExists::overwrite);
  EXPECT_NE(read_file(file("policy.safetensors")), before);
  EXPECT_EQ(read_file(file("notes.md")), "mine");
  EXPECT_FALSE(fs::exists(file("video.mp4")));
  int events = 0;
  for (const auto& entry : fs::directory_iterator(run_))
    events += entry.path().filename().string().starts_with("events.");
  EXPECT_EQ(events, 1);
}

TEST_F(TrainerTest, AMistakeShowsBeforeAnythingIsWritten) {
  for (const auto& [change, text] : std::vector<std::pair<std::string, std::string>>{
           {"task=pendulm", "there is no task 'pendulm'"},
           {"algorithm.gama=1", "unknown key 'algorithm.gama'; did you mean 'gamma'?"},
           {"algorithm.name=pqo", "algorithm.name: there is no algorithm 'pqo'; did you mean 'ppo'?"},
           {"algorithm.batch_size=100", "does not divide"},
           {"network.actor=[tanhh]", "there is no layer 'tanhh'"},
           {"network.encoders={stat: {normalize: false}}", "the task has no sensor 'stat'"}}) {
    expect_contains(error_of([&] { run(recipe({change})); }), text);
    EXPECT_FALSE(fs::exists(folder_)) << change;
  }
}

TEST_F(TrainerTest, AMistakeSparesTheRunThatIsToBeReplaced) {
  run(recipe());
  const std::set<std::string> before = files();
  error_of([&] { run(recipe({"algorithm.batch_size=100"}), IfRunExists::overwrite); });
  EXPECT_EQ(files(), before);
}

TEST_F(TrainerTest, AFolderThatCannotBeMadeIsNamed) {
  fs::create_directories(folder_);
  write_file_atomically(folder_ + "/runs", "a file");
  const std::string text = error_of([&] { run(recipe()); });
  expect_contains(text, run_);
  expect_contains(text, "Not a directory");
  EXPECT_EQ(read_file(folder_ + "/runs"), "a file");
}

TEST_F(TrainerTest, ATasksPathIsRelativeToItsRecipe) {
  fs::create_directories(folder_ + "/robots");
  write_file_atomically(folder_ + "/robots/mine.yaml", "env: pendulum\ntime_limit: 50\n");
  for (const std::string task : {"mine.yaml", "../robots/mine.yaml"}) {
    write_file_atomically(folder_ + "/robots/recipe.yaml",
                          "task: " + task + "\nalgorithm: {name: ppo}\nnetwork: {actor: []}\n");
    const Recipe read = read_recipe(ConfigNode::parse_file(folder_ + "/robots/recipe.yaml"));
    EXPECT_EQ(read.task, folder_ + "/robots/mine.yaml");
    EXPECT_EQ(read_recipe(resolve_recipe(read, read_algorithm(read, registry_))).task, read.task);
  }
}

TEST_F(TrainerTest, CountsSuccesses) {
  const std::string task = folder_ + "/held.yaml";
  fs::create_directories(folder_);
  // Any pole is near enough: each episode succeeds in its fifth step.
  write_file_atomically(task, R"(model: sim/models/inverted_pendulum.xml
observations: {state: [qpos, qvel]}
reward: {done: {term: success}}
terminate: {held: {term: success, of: qpos, within: 100, steps: 5}}
)");
  run(recipe({"task=" + task}));
  for (const std::string column : {"rollout/success_rate", "eval/success_rate", "eval/mean_reward", "kept/success_rate",
                                   "last/success_rate", "kept/mean_reward"}) {
    const auto rows = metrics();
    const auto where = std::ranges::find(rows[0], column) - rows[0].begin();
    ASSERT_LT(static_cast<size_t>(where), rows[0].size()) << column;
    EXPECT_EQ(std::stod(rows.back()[static_cast<size_t>(where)]), 1) << column;
  }
}

}  // namespace
}  // namespace sinew
