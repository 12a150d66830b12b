// What a run does around the iterations of a learner, however small these are.
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "agents/run/trainer.h"
#include "core/safe_file.h"
#include "core/state_archive.h"
#include "nets/policy/initial_policy.h"
#include "tests/agents/made_up_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// One env step an iteration; its metric is how many it has seen.
class Counter final : public Algorithm {
 public:
  Counter(const NoOptions&, const AlgorithmContext& context)
      : envs_(context.envs),
        pool_(context.pool),
        policy_(envs_.spec(), context.network, context.layers, context.stream.split("init")) {}
  Policy& policy() override { return policy_; }
  bool start_from(const LoadedPolicy&) override { return true; }
  int64_t iterate(double) override {
    ++seen_;
    envs_.step(pool_, std::vector<float>(static_cast<size_t>(envs_.size())));
    return envs_.size();
  }
  void report(const MetricSink& metrics) override { metrics("train/seen", static_cast<double>(seen_)); }
  std::vector<std::string> metric_names() const override { return {"train/seen"}; }
  void visit_state(StateArchive& archive) override {
    archive("policy", policy_);
    archive("seen", seen_);
  }

 private:
  VecEnv& envs_;
  ThreadPool& pool_;
  Policy policy_;
  int64_t seen_ = 0;
};

// It needs no env.
class Reader final : public Algorithm {
 public:
  Reader(const NoOptions&, const AlgorithmContext& context)
      : policy_(context.envs.spec(), context.network, context.layers, context.stream.split("init")) {
    EXPECT_EQ(context.envs.size(), 1);
  }
  Policy& policy() override { return policy_; }
  bool start_from(const LoadedPolicy&) override { return true; }
  int64_t iterate(double) override { return 10; }
  void report(const MetricSink&) override {}
  std::vector<std::string> metric_names() const override { return {}; }
  void visit_state(StateArchive& archive) override { archive("policy", policy_); }

 private:
  Policy policy_;
};

class Bookkeeping : public testing::Test {
 protected:
  Bookkeeping() {
    registry_.algorithms.push_back(algorithm_row<Counter, NoOptions>("counter", "counts env steps"));
    registry_.algorithms.push_back(algorithm_row<Reader, NoOptions>("reader", "steps no env"));
    registry_.algorithms.back().steps_envs = false;
    registry_.tasks.envs.push_back({"made_up", "", [this](const ConfigNode&) {
                                      return std::make_unique<MadeUpEnv>(
                                          MadeUpOptions{.on_reset = [this] { ++resets_; }});
                                    }});
    fs::create_directories(folder_);
    write_file_atomically(folder_ + "/task.yaml", "env: made_up\n");
  }
  ~Bookkeeping() override { fs::remove_all(folder_); }

  TrainResult run(const std::string& name, const std::vector<std::string>& changes = {},
                  IfRunExists if_run_exists = IfRunExists::refuse, int64_t stop_at = -1) {
    ConfigNode node = ConfigNode::parse_text(
        "task: " + folder_ +
            "/task.yaml\ntotal_timesteps: 1000\nn_envs: 1\nlog_interval: 100\n"
            "algorithm: {name: counter}\nnetwork: {actor: [{linear: 4}]}\n"
            "eval: {eval_freq: 250, n_eval_episodes: 1, n_final_episodes: 0}\nsave_freq: 0\nsave_interval: 0\n",
        "recipe.yaml");
    for (const std::string& change : changes) node.assign(change);
    std::atomic<bool> stop{false};
    return train(read_recipe(node), registry_,
                 {.run_folder = folder_ + "/" + name,
                  .if_run_exists = if_run_exists,
                  .stop = &stop,
                  .on_progress = [&](const TrainStatus& status) { stop = status.steps == stop_at; }});
  }
  // The first cell of each row, and the cells of that column.
  std::vector<std::pair<std::string, std::string>> rows(const std::string& name, const std::string& column) const {
    std::istringstream lines(read_file(folder_ + "/" + name + "/metrics.csv"));
    std::vector<std::vector<std::string>> cells;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream stream(line);
      cells.emplace_back();
      for (std::string cell; std::getline(stream, cell, ',');) cells.back().push_back(cell);
      cells.back().resize(100);
    }
    const auto place = std::ranges::find(cells.at(0), column) - cells[0].begin();
    std::vector<std::pair<std::string, std::string>> found;
    for (size_t i = 1; i < cells.size(); ++i) found.emplace_back(cells[i][0], cells[i][static_cast<size_t>(place)]);
    return found;
  }

  const std::string folder_ = testing::TempDir() + "sinew_bookkeeping_" + std::to_string(::getpid());
  Registry registry_ = Registry::builtin();
  int resets_ = 0;
};

TEST_F(Bookkeeping, ARowEachIntervalAndEachEvaluation) {
  run("a");
  using Rows = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(rows("a", "train/seen"), (Rows{{"100", "100"},
                                           {"200", "200"},
                                           {"250", "250"},
                                           {"300", "300"},
                                           {"400", "400"},
                                           {"500", "500"},
                                           {"600", "600"},
                                           {"700", "700"},
                                           {"750", "750"},
                                           {"800", "800"},
                                           {"900", "900"},
                                           {"1000", "1000"}}));
  EXPECT_EQ(rows("a", "time/iterations")[2].second, "250");
  const Rows evaluations = rows("a", "eval/mean_ep_length");
  EXPECT_EQ(evaluations[2].second, "8");
  EXPECT_EQ(evaluations[3].second, "");
  run("b", {"n_envs=150", "total_timesteps=600"});  // where an iteration is longer than the interval, each has its row
  EXPECT_EQ(rows("b", "train/seen"), (Rows{{"150", "1"}, {"300", "2"}, {"450", "3"}, {"600", "4"}}));
}

TEST_F(Bookkeeping, AStopBetweenTwoRowsLosesNothing) {
  run("whole");
  for (const int64_t stop_at : {1, 130, 249, 250, 999}) {
    const std::string name = std::to_string(stop_at);
    EXPECT_TRUE(run(name, {}, IfRunExists::refuse, stop_at).interrupted);
    EXPECT_EQ(run(name, {}, IfRunExists::resume).resumed_from, stop_at + 1);  // the iteration at work is finished
    for (const char* column : {"train/seen", "rollout/ep_rew_mean", "eval/mean_reward", "time/iterations"})
      EXPECT_EQ(rows(name, column), rows("whole", column)) << name;
  }
}

TEST_F(Bookkeeping, ALearnerThatStepsNoEnvPaysForNone) {
  run("a", {"algorithm.name=reader", "n_envs=64", "eval.eval_freq=0"});
  EXPECT_EQ(resets_, 0);
}

// The key was the recipe's before it became that of the learners which can honour it.
TEST_F(Bookkeeping, NormalizeRewardIsReadWhereItStoodBefore) {
  const std::vector<std::string> ppo = {"algorithm={name: ppo, n_steps: 64, batch_size: 64}", "total_timesteps=128",
                                        "network.critic=[]"};
  const auto with = [&](const std::string& change) {
    std::vector<std::string> changes = ppo;
    changes.push_back(change);
    return changes;
  };
  const std::string without = run("a", ppo).weights_hash;
  const std::string now = run("b", with("algorithm.normalize_reward=true")).weights_hash;
  EXPECT_NE(now, without);
  EXPECT_EQ(run("c", with("normalize_reward=true")).weights_hash, now);
  EXPECT_EQ(run("d", with("normalize_reward=false")).weights_hash, without);
  EXPECT_EQ(read_file(folder_ + "/c/config.yaml"), read_file(folder_ + "/b/config.yaml"));
  std::vector<std::string> both = with("normalize_reward=true");
  both.push_back("algorithm.normalize_reward=true");
  expect_contains(error_of([&] { run("e", both); }), "keep only the algorithm's");
  expect_contains(error_of([&] { run("e", {"algorithm={name: bc, demonstrations: x}", "normalize_reward=true"}); }),
                  "unknown key");
}

}  // namespace
}  // namespace sinew
