// sinew report on synthetic runs, with figures computed by hand.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/learning_curve.h"
#include "apps/report/runs.h"
#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr const char* header = "time/total_timesteps,rollout/ep_rew_mean,eval/mean_reward,time/time_elapsed,time/fps\n";

// Three seeds. Final evaluations 10, 20, 60: mean 30, deviations -20, -10, 30, squares 1400, over
// n - 1 = 2: 700, std 26.4575. Best 40, 20, 60: mean 40, std 20.
void write_runs(const TemporaryFolder& folder) {
  const char* rows[] = {"1000,1,40,,\n2000,2,,1,1000\n3000,3,10,2,1500\n",
                        "1000,2,15,,\n2000,,,1,1000\n3000,5,20,2,1500\n",
                        "1000,3,50,,\n2000,4,,1,1000\n3000,7,60,2,1500\n4000,9"};  // being written
  for (int seed = 1; seed <= 3; ++seed) {
    const std::string run = "cartpole_ppo/seed_" + std::to_string(seed);
    folder.write(run + "/metrics.csv", header + std::string(rows[seed - 1]));
    folder.write(run + "/config.yaml",
                 "task: cartpole\nseed: " + std::to_string(seed) + "\nalgorithm: {name: ppo, n_steps: 32}\n");
  }
}

TEST(Report, MeanAndStdOverSeedsAsWorkedByHand) {
  const TemporaryFolder folder;
  write_runs(folder);
  const std::string run = folder.file("cartpole_ppo"), json_path = folder.file("report.json");
  const ChildProcess::Result result = run_sinew({"report", run, "--json", json_path});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, run + ": cartpole, ppo, 3 runs\n");
  // IQM: (0.25·10 + 20 + 0.25·60) / 1.5 = 25; (0.25·20 + 40 + 0.25·60) / 1.5 = 40. With three seeds, one resample in 27
  // consists of the lowest value three times, which is more than 2.5 %: the interval spans the lowest to the highest.
  expect_contains(result.output,
                  "\n  mean ± std        30.0 ± 26.5        40.0 ± 20.0        5.00 ± 2.00  3,000       0:02    1,500\n"
                  "  IQM [95 %]  25.0 [10.0, 60.0]  40.0 [20.0, 60.0]  5.00 [3.00, 7.00]");
  EXPECT_TRUE(std::filesystem::exists(run + "/report.png"));

  const auto json = nlohmann::json::parse(read_file(json_path));
  const auto& figures = json.at("runs").at(0);
  EXPECT_EQ(figures.at("task"), "cartpole");
  EXPECT_EQ(figures.at("n_runs"), 3);
  EXPECT_DOUBLE_EQ(figures.at("final_mean_reward").at("mean").get<double>(), 30);
  EXPECT_DOUBLE_EQ(figures.at("final_mean_reward").at("std").get<double>(), std::sqrt(700));
  EXPECT_DOUBLE_EQ(figures.at("final_mean_reward").at("iqm").get<double>(), 25);
  EXPECT_EQ(figures.at("final_mean_reward").at("iqm_low"), 10);
  EXPECT_EQ(figures.at("final_mean_reward").at("iqm_high"), 60);
  EXPECT_DOUBLE_EQ(figures.at("best_mean_reward").at("std").get<double>(), 20);
  EXPECT_DOUBLE_EQ(figures.at("ep_rew_mean").at("mean").get<double>(), 5);
  EXPECT_EQ(figures.at("seeds").at(2).at("best_mean_reward"), 60);
  EXPECT_EQ(figures.at("seeds").at(2).at("seed"), 3);
}

TEST(Report, OneRunAndSeveralGroups) {
  const TemporaryFolder folder;
  write_runs(folder);
  const std::string one = folder.file("cartpole_ppo/seed_2"), picture = folder.file("both.png");
  const ChildProcess::Result result = run_sinew({"report", one, folder.file("cartpole_ppo"), "--plot", picture});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, one + ": cartpole, ppo, 1 run\n");
  EXPECT_TRUE(std::filesystem::exists(picture));
}

// A run whose best evaluation was 50 and whose kept policy reaches `kept` over 100 fresh episodes; NaN: no final
// evaluation.
void write_run_with_return(const TemporaryFolder& folder, const std::string& name, double kept,
                           const std::string& more_rows = "") {
  std::string rows =
      "time/total_timesteps,eval/mean_reward,kept/mean_reward,kept/std_error,kept/n_episodes,"
      "kept/success_rate,last/mean_reward,last/std_error\n1000,50,,,,,,\n2000,20,,,,,,\n";
  if (std::isfinite(kept)) rows += fmt::format("2000,,{},1.5,100,0.25,18,2\n", kept);
  folder.write(name + "/metrics.csv", rows + more_rows);
  folder.write(name + "/config.yaml", "task: cartpole\nseed: 1\nalgorithm: {name: ppo}\n");
}

TEST(Report, TheReturnIsThatOfTheFinalEvaluation) {
  const TemporaryFolder folder;
  write_run_with_return(folder, "run", 30);
  const ChildProcess::Result result = run_sinew({"report", folder.file("run"), "--json", folder.file("report.json")});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "  seed  return ± SE  last policy ± SE  best eval  success  steps\n");
  expect_contains(result.output, "  1     30.0 ± 1.50       18.0 ± 2.00       50.0     25 %  2,000\n");
  expect_contains(result.output, "over 100 episodes that it was neither learnt from nor\nchosen by");
  const auto json = nlohmann::json::parse(read_file(folder.file("report.json"))).at("runs").at(0);
  EXPECT_EQ(json.at("kept_mean_reward").at("mean"), 30);
  EXPECT_EQ(json.at("last_mean_reward").at("mean"), 18);
  EXPECT_EQ(json.at("success_rate").at("mean"), 0.25);
  EXPECT_EQ(json.at("seeds").at(0).at("kept_mean_reward_error"), 1.5);
  EXPECT_EQ(json.at("seeds").at(0).at("last_mean_reward_error"), 2);
  EXPECT_EQ(json.at("seeds").at(0).at("best_mean_reward"), 50);
}

TEST(Report, ARunWithoutAFinalEvaluationSaysSo) {
  for (const std::string more_rows : {"", "3000,60,,,,,,\n"}) {  // it had none, or continued after it
    const TemporaryFolder folder;
    write_run_with_return(folder, "run", more_rows.empty() ? NAN : 30, more_rows);
    const ChildProcess::Result result = run_sinew({"report", folder.file("run")});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(result.output.find("return ± SE"), std::string::npos) << result.output;
    expect_contains(result.output, "No return over fresh episodes: '" + folder.file("run") + "' had no final");
  }
}

TEST(Report, ComparesReturnsAndWhereOneIsMissingBestEvaluationsAndSaysSo) {
  const TemporaryFolder folder;
  write_run_with_return(folder, "cartpole_one", 30);
  write_run_with_return(folder, "cartpole_two", 40);
  write_run_with_return(folder, "cartpole_old", NAN);
  const auto compare = [&](const std::string& other, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"report", folder.file(other), "--baseline", folder.file("cartpole_one"), "--json",
                                 folder.file("report.json")});
    return run_sinew(words);
  };
  const auto comparison = [&] { return nlohmann::json::parse(read_file(folder.file("report.json"))).at("comparison"); };
  ASSERT_EQ(compare("cartpole_two").exit_code, 0);
  EXPECT_EQ(comparison().at("metric"), "kept_mean_reward");
  EXPECT_EQ(comparison().at("results").at(0).at("difference"), 10);
  const ChildProcess::Result makeshift = compare("cartpole_old");
  expect_contains(makeshift.output, "Compared by best evaluations, since not every group has a return");
  EXPECT_EQ(comparison().at("metric"), "best_mean_reward");
  EXPECT_EQ(comparison().at("results").at(0).at("difference"), 0);
  const ChildProcess::Result refused = compare("cartpole_old", {"--metric", "kept"});
  EXPECT_EQ(refused.exit_code, 2);
  expect_contains(refused.errors, "cartpole_old' has no final evaluation");
}

TEST(LearningCurve, InterpolatesOverTheStepsThatAllSeedsReached) {
  const TemporaryFolder folder;
  write_runs(folder);
  folder.write("cartpole_ppo/seed_3/metrics.csv", std::string(header) + "1500,10,,,\n2500,20,,,\n");
  const PlotSpec plot = learning_curve({load_runs(folder.file("cartpole_ppo"))});
  ASSERT_EQ(plot.curves.size(), 2u);
  const PlotCurve& training = plot.curves[0];
  EXPECT_EQ(training.x, (std::vector<double>{1500, 2000, 2500}));
  // At 2000: 2, 3.5 (between 2 at 1000 and 5 at 3000) and 15.
  EXPECT_DOUBLE_EQ(training.mean[1], (2 + 3.5 + 15) / 3);
  EXPECT_EQ(training.spread.size(), 3u);
  EXPECT_EQ(plot.title, "cartpole_ppo, 3 seeds");
}

TEST(Runs, WhatIsMissingOrMalformedIsNamed) {
  const TemporaryFolder folder;
  const auto complaint = [&](const std::string& metrics) {
    folder.write("run/metrics.csv", metrics);
    const ChildProcess::Result result = run_sinew({"report", folder.file("run")});
    EXPECT_EQ(result.exit_code, 2);
    return result.errors;
  };
  expect_contains(complaint(""), "run/metrics.csv' has no rows yet");
  expect_contains(complaint(header), "run/metrics.csv' has no rows yet");
  expect_contains(complaint("step,reward\n1,2\n"), "metrics.csv:1: the first column is 'step'");
  expect_contains(complaint(header + std::string("1000,1,2\n")), "metrics.csv:2: 3 cells, but the header names 5");
  expect_contains(complaint(header + std::string("1000,1,abc,1,1\n")),
                  "metrics.csv:2: 'abc' in column 'eval/mean_reward' is not a number");
  expect_contains(complaint(header + std::string(",1,2,1,1\n")),
                  "metrics.csv:2: the row has no 'time/total_timesteps'");
  expect_contains(run_sinew({"report", folder.file("none")}).errors, "none' is not a folder");
  expect_contains(run_sinew({"report", folder.file("")}).errors, "is not a run");
}

TEST(Runs, BeforeTheFirstEpisodeThereIsNoCurve) {
  const TemporaryFolder folder;
  folder.write("run/metrics.csv", header + std::string("1000,,,1,1000\n"));
  const ChildProcess::Result result = run_sinew({"report", folder.file("run")});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "There is no curve yet");
  EXPECT_FALSE(std::filesystem::exists(folder.file("run/report.png")));
}

TEST(Runs, AnUnwritableResultIsTheUsersFault) {
  const TemporaryFolder folder;
  write_runs(folder);
  for (const char* option : {"--plot", "--json"}) {
    const ChildProcess::Result result =
        run_sinew({"report", folder.file("cartpole_ppo"), option, folder.file("no/such/file.png")});
    EXPECT_EQ(result.exit_code, 2);
    expect_contains(result.errors, "cannot write '" + folder.file("no/such/file.png"));
  }
}

}  // namespace
}  // namespace sinew
