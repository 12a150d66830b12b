// A bad run loses only its own row, whatever the defect and wherever it appears.
#include <functional>
#include <nlohmann/json.hpp>

#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr const char* header = "time/total_timesteps,rollout/ep_rew_mean,eval/mean_reward,time/time_elapsed,time/fps\n";
constexpr const char* config = "task: cartpole\nseed: 1\nalgorithm: {name: ppo}\n";

struct Bad {
  const char* name;
  std::function<void(const TemporaryFolder&, const std::string&)> make;
};
const Bad bad_runs[] = {
    {"empty folder", [](const TemporaryFolder& at, const std::string& run) { at.write(run + "/.keep", ""); }},
    {"just begun", [](const TemporaryFolder& at, const std::string& run) { at.write(run + "/config.yaml", config); }},
    {"no row yet", [](const TemporaryFolder& at, const std::string& run) { at.write(run + "/metrics.csv", header); }},
    {"empty metrics", [](const TemporaryFolder& at, const std::string& run) { at.write(run + "/metrics.csv", ""); }},
    {"foreign metrics",
     [](const TemporaryFolder& at, const std::string& run) { at.write(run + "/metrics.csv", "epoch,loss\n1,2\n"); }},
    {"no number",
     [](const TemporaryFolder& at, const std::string& run) {
       at.write(run + "/metrics.csv", header + std::string("1000,a lot,,,\n"));
     }},
    {"broken config",
     [](const TemporaryFolder& at, const std::string& run) {
       at.write(run + "/metrics.csv", header + std::string("1000,1,2,3,4\n"));
       at.write(run + "/config.yaml", "task: [");
     }},
    {"a file", [](const TemporaryFolder& at, const std::string& run) { at.write(run, "hello"); }},
    {"metrics.csv is a folder",
     [](const TemporaryFolder& at, const std::string& run) { at.write(run + "/metrics.csv/x", ""); }},
};

void write_good(const TemporaryFolder& folder, const std::string& run, int score) {
  folder.write(run + "/metrics.csv", header + std::string("1000,1,") + std::to_string(score) + ",3,4\n");
  folder.write(run + "/config.yaml", config);
}

TEST(ReportBadRuns, CostTheirOwnRow) {
  for (const Bad& bad : bad_runs)
    for (const bool comes_first : {true, false})
      for (const bool is_a_seed : {true, false}) {
        SCOPED_TRACE(bad.name);
        const TemporaryFolder folder;
        const std::string parent = is_a_seed ? "runs/" : "";
        const std::string good_run = parent + (comes_first ? "seed_20" : "seed_1"),
                          bad_run = parent + (comes_first ? "seed_3" : "seed_18446744073709551615");
        write_good(folder, good_run, 4321);
        bad.make(folder, bad_run);
        std::vector<std::string> words = {"report", folder.file("runs")};
        if (!is_a_seed)
          words = {"report", folder.file(comes_first ? bad_run : good_run),
                   folder.file(comes_first ? good_run : bad_run)};
        words.insert(words.end(), {"--json", folder.file("report.json")});
        const ChildProcess::Result result = run_sinew(words);
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        expect_contains(result.output, "4,321");
        expect_contains(result.output, "Left out: ");
        expect_contains(result.output, bad_run);
        const auto json = nlohmann::json::parse(read_file(folder.file("report.json")));
        EXPECT_EQ(json.at("runs").size(), 1u);
        EXPECT_EQ(json.at("left_out").size(), 1u);
        EXPECT_TRUE(std::filesystem::exists(folder.file(is_a_seed ? "runs/report.png" : good_run + "/report.png")));

        std::filesystem::remove_all(folder.file(good_run));
        words = {"report", folder.file(is_a_seed ? "runs" : bad_run)};
        const ChildProcess::Result alone = run_sinew(words);
        EXPECT_EQ(alone.exit_code, 2);
        EXPECT_EQ(alone.output, "");
        expect_contains(alone.errors, bad_run);
      }
}

TEST(ReportBadRuns, ARunWithoutTheScoreIsLeftOutOfTheComparisonAlone) {
  const TemporaryFolder folder;
  write_good(folder, "a/seed_1", 10);
  write_good(folder, "b/seed_1", 20);
  write_good(folder, "b/seed_2", 30);
  folder.write("b/seed_2/metrics.csv", header + std::string("1000,1,,3,4\n"));  // not evaluated yet
  write_good(folder, "c/seed_1", 20);
  folder.write("c/seed_1/metrics.csv", header + std::string("1000,1,,3,4\n"));
  const ChildProcess::Result result = run_sinew({"report", folder.file("a"), folder.file("b"), folder.file("c"),
                                                 "--baseline", folder.file("a"), "--json", folder.file("report.json")});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "b/seed_2' has no evaluation yet");
  expect_contains(result.output, "c/seed_1' has no evaluation yet");
  const auto json = nlohmann::json::parse(read_file(folder.file("report.json")));
  ASSERT_EQ(json.at("comparison").at("results").size(), 1u);
  EXPECT_EQ(json.at("comparison").at("results").at(0).at("difference"), 10);
  EXPECT_EQ(json.at("runs").size(), 3u);
}

TEST(ReportBadRuns, AChartThatNobodyAskedForCostsANote) {
  const TemporaryFolder folder;
  write_good(folder, "run", 4321);
  folder.write("run/report.png/x", "");  // a folder exists where the chart would go
  const ChildProcess::Result result = run_sinew({"report", folder.file("run")});
  EXPECT_EQ(result.exit_code, 0);
  expect_contains(result.output, "4,321");
  expect_contains(result.errors, "no curve was drawn: ");
  expect_contains(result.errors, "--plot F.png");
  EXPECT_EQ(run_sinew({"report", folder.file("run"), "--plot", folder.file("run/report.png")}).exit_code, 2);
  EXPECT_EQ(run_sinew({"report", folder.file("run"), "--plot", folder.file("CHART.PNG")}).exit_code, 0);
}

}  // namespace
}  // namespace sinew
