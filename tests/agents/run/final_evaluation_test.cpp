// Which policy a run keeps, and what its final evaluation says of it.
#include "agents/run/final_evaluation.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <sstream>

#include "agents/run/checkpoint_folder.h"
#include "agents/run/trainer.h"
#include "core/safe_file.h"
#include "core/state_archive.h"
#include "nets/formats/policy_file.h"
#include "tests/agents/checkpoint_text.h"
#include "tests/agents/made_up_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

TEST(Candidates, AreThoseOfTheBestEvaluations) {
  Candidates candidates(3);
  const double evaluations[] = {5, 1, 7, 5, 3, 9, 7, 8};
  for (int64_t step = 0; step < 8; ++step)
    if (const double mean = evaluations[step]; candidates.want(mean))
      candidates.add({step, mean, std::to_string(step)});
  std::vector<int64_t> steps;
  for (const Candidate& candidate : candidates.best_first()) {
    steps.push_back(candidate.step);
    EXPECT_EQ(candidate.policy, std::to_string(candidate.step));
  }
  EXPECT_EQ(steps, (std::vector<int64_t>{5, 7, 2}));  // of the two 7s, the earlier
  EXPECT_EQ(candidates.best_step(), 5);
}

TEST(Candidates, GoIntoACheckpointAndBack) {
  Candidates candidates(2), restored(2);
  candidates.add({10, 1.5, "ten"});
  candidates.add({20, 2.5, "twenty"});
  std::string text;
  CheckpointWriter out([&](std::string_view bytes) { text += bytes; }, {.software = "", .machine = "", .step = 30});
  candidates.write_policies(out);
  out.finish();
  StateArchive saved;
  candidates.visit_state(saved);
  StateArchive state(saved.bytes(), "test");
  restored.visit_state(state);
  restored.read_policies(Checkpoint(access_text(text), "test"));
  EXPECT_EQ(restored.best_first()[0].policy, "twenty");
  EXPECT_EQ(restored.best_first()[1].policy, "ten");
  EXPECT_EQ(restored.best_first()[1].eval_mean, 1.5);
  const std::string empty = format_checkpoint({});
  expect_contains(error_of([&] { restored.read_policies(Checkpoint(access_text(empty), "test")); }),
                  "has no section 'candidate_000000000020'");
}

TEST(Evaluation, ItsStandardErrorAsWorkedByHand) {
  Evaluation evaluation;
  for (const double reward : {1, 2, 3, 6}) evaluation.episodes.push_back({.reward = reward, .reward_terms = {}});
  // Deviations -2, -1, 0, 3: squares 14, over n - 1: 14 / 3, over n again.
  EXPECT_DOUBLE_EQ(evaluation.std_error(), std::sqrt(14.0 / 3 / 4));
  evaluation.episodes.resize(1);
  EXPECT_TRUE(std::isnan(evaluation.std_error()));
}

// The rows of a metrics.csv: cell by column.
std::vector<std::map<std::string, std::string>> table_of(const std::string& csv) {
  const auto cells_of = [](const std::string& line) {
    std::vector<std::string> cells(1);
    for (const char letter : line) letter == ',' ? void(cells.emplace_back()) : cells.back().push_back(letter);
    return cells;
  };
  std::vector<std::map<std::string, std::string>> rows;
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> columns = cells_of(line);
  while (std::getline(lines, line)) {
    const std::vector<std::string> cells = cells_of(line);
    std::map<std::string, std::string>& row = rows.emplace_back();
    for (size_t i = 0; i < columns.size(); ++i) row[columns[i]] = cells.at(i);
  }
  return rows;
}

class FinalEvaluationTest : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }

  static Recipe recipe(const std::vector<std::string>& changes = {}) {
    ConfigNode node = ConfigNode::parse_text(R"(
task: pendulum
total_timesteps: 4096
n_envs: 4
log_interval: 1
algorithm: {name: ppo, n_steps: 128, batch_size: 64, n_epochs: 2, learning_rate: 0.01}
network: {actor: [{linear: 8}, tanh], critic: [{linear: 8}, tanh]}
eval: {eval_freq: 512, n_eval_episodes: 1, n_final_episodes: 6}
)",
                                             "recipe.yaml");
    for (const std::string& change : changes) node.assign(change);
    return read_recipe(node);
  }
  TrainResult run(const std::string& name, const Recipe& recipe, int threads = 1) const {
    return train(recipe, registry_,
                 {.run_folder = path(name),
                  .if_run_exists = IfRunExists::resume,
                  .threads = threads,
                  .stop = &stop_,
                  .on_progress = on_progress_});
  }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string hash(const std::string& name, const std::string& file) const {
    return whole_weights_hash(load_policy(path(name) + "/" + file + ".safetensors", registry_.layers));
  }

  const std::string folder_ = testing::TempDir() + "sinew_final_" + std::to_string(::getpid());
  const Registry registry_ = Registry::builtin();
  mutable std::atomic<bool> stop_{false};
  std::function<void(const TrainStatus&)> on_progress_;
};

// All is done again here from the policies in the checkpoint: the choice, and what the two policies do.
TEST_F(FinalEvaluationTest, KeepsTheCandidateThatDoesBestOnFreshEpisodes) {
  const TrainResult result = run("a", recipe());
  ASSERT_TRUE(result.final_evaluation);
  EXPECT_GT(result.final_seconds, 0);
  const std::optional<Checkpoint> checkpoint = CheckpointFolder(path("a") + "/checkpoints").newest().checkpoint;
  ASSERT_TRUE(checkpoint);
  const Task task = load_task("pendulum", registry_.tasks);
  ThreadPool pool(1);
  Evaluator evaluator(task.factory, pool);
  const Rng stream = Rng(1).split("final", 4096);
  const auto mean = [&](const Policy& policy, const char* purpose) {
    return evaluator.run(policy, 6, stream.split(purpose)).mean_reward();
  };
  std::vector<std::pair<double, std::string>> candidates;
  for (const std::string& name : checkpoint->sections())
    if (name.starts_with("candidate_")) {
      const LoadedPolicy loaded = parse_policy(checkpoint->section(name), name, registry_.layers);
      candidates.emplace_back(mean(*loaded.policy, "choose"), whole_weights_hash(loaded));
    }
  ASSERT_EQ(candidates.size(), 3u);
  EXPECT_EQ(hash("a", "best"), std::ranges::max(candidates).second);
  const LoadedPolicy kept = load_policy(path("a") + "/best.safetensors", registry_.layers);
  const LoadedPolicy last = load_policy(path("a") + "/policy.safetensors", registry_.layers);
  EXPECT_EQ(result.final_evaluation->kept.mean_reward, mean(*kept.policy, "final"));
  EXPECT_EQ(result.final_evaluation->last.mean_reward, mean(*last.policy, "final"));
  EXPECT_EQ(result.final_evaluation->last.step, 4096);
}

TEST_F(FinalEvaluationTest, IsNoLearning) {
  const TrainResult none = run("none", recipe({"eval.n_final_episodes=0"}));
  EXPECT_FALSE(none.final_evaluation);
  const TrainResult one = run("one", recipe({"eval.n_candidates=1"}));
  const TrainResult many = run("many", recipe({"eval.n_candidates=8"}), 3);
  EXPECT_EQ(one.weights_hash, none.weights_hash);
  EXPECT_EQ(many.weights_hash, none.weights_hash);
  EXPECT_EQ(hash("one", "best"), hash("none", "best"));  // a single one needs no choice
  // The last policy is played on the same episodes, whatever else is played, and by however many threads.
  EXPECT_EQ(one.final_evaluation->last.mean_reward, many.final_evaluation->last.mean_reward);
}

TEST_F(FinalEvaluationTest, WithoutEvaluationsItIsOfTheLastPolicy) {
  const TrainResult result = run("a", recipe({"eval.eval_freq=0"}));
  ASSERT_TRUE(result.final_evaluation);
  EXPECT_EQ(result.final_evaluation->kept.step, 4096);
  EXPECT_EQ(result.final_evaluation->kept.mean_reward, result.final_evaluation->last.mean_reward);
  EXPECT_EQ(hash("a", "best"), result.weights_hash);
}

TEST_F(FinalEvaluationTest, StoppedBeforeItTheRunGoesOnToTheSameBits) {
  const TrainResult whole = run("whole", recipe());
  on_progress_ = [&](const TrainStatus& status) { stop_ = status.has_learned; };
  const TrainResult stopped = run("parts", recipe());
  EXPECT_TRUE(stopped.interrupted);
  EXPECT_TRUE(stopped.status.has_learned);
  EXPECT_FALSE(stopped.final_evaluation);
  EXPECT_EQ(hash("parts", "policy"), whole.weights_hash);
  const auto last_row = [&](const char* name) { return table_of(read_file(path(name) + "/metrics.csv")).back(); };
  EXPECT_EQ(last_row("parts").at("time/total_timesteps"), "4096");
  EXPECT_EQ(last_row("parts").at("eval/mean_reward"), last_row("whole").at("eval/mean_reward"));
  EXPECT_EQ(last_row("parts").at("kept/mean_reward"), "");
  stop_ = false;
  const TrainResult rest = run("parts", recipe(), 2);
  for (const auto& [column, cell] : last_row("whole"))
    if (!column.starts_with("time/")) {
      EXPECT_EQ(last_row("parts").at(column), cell) << column;
    }
  EXPECT_EQ(table_of(read_file(path("parts") + "/metrics.csv")).size(), 8u);  // iterations
  EXPECT_FALSE(rest.interrupted);
  EXPECT_EQ(rest.final_evaluation->kept.mean_reward, whole.final_evaluation->kept.mean_reward);
  EXPECT_EQ(rest.final_evaluation->kept.std_error, whole.final_evaluation->kept.std_error);
  for (const char* file : {"/best.safetensors", "/policy.safetensors"})
    EXPECT_EQ(read_file(path("parts") + file), read_file(path("whole") + file)) << file;
  const TrainResult again = run("parts", recipe());  // nothing is left to do
  EXPECT_EQ(again.final_seconds, 0);
  EXPECT_EQ(again.final_evaluation->kept.step, whole.final_evaluation->kept.step);
}

TEST_F(FinalEvaluationTest, ARunThatGoesOnHasAnotherOneAtItsEnd) {
  const TrainResult first = run("a", recipe());
  const TrainResult grown = run("a", recipe({"total_timesteps=8192"}));
  EXPECT_EQ(grown.final_evaluation->last.step, 8192);
  EXPECT_NE(grown.final_evaluation->last.mean_reward, first.final_evaluation->last.mean_reward);
}

// In the middle of an episode of the evaluation: the env itself asks for the stop.
TEST(FinalPlayTest, AStopEndsItSoon) {
  const LayerTable<float> layers = builtin_layers<float>();
  const Policy policy(MadeUpEnv({}).spec(), network_from("{actor: []}"), layers, Rng(1));
  const std::string bytes = format_policy(policy, {});
  std::atomic<bool> stop{false};
  std::atomic<int> resets{0};
  MadeUpOptions options;
  options.on_reset = [&] { stop = ++resets == 5; };
  ThreadPool pool(1);
  Evaluator evaluator(MadeUpEnv::factory(options), pool);
  const FinalPlay play{evaluator, layers, 10, false, Rng(1), &stop};
  EXPECT_FALSE(evaluate_finally(play, {}, {.step = 1, .eval_mean = 0, .policy = bytes}));
  EXPECT_EQ(resets, 5);
}

}  // namespace
}  // namespace sinew
