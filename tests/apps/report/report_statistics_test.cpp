// sinew report on several groups, with a baseline: figures computed by hand, and refused input.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/report/report_groups.h"
#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

using nlohmann::json;

// Writes runs with these evaluations: [seeds][evaluations].
void write_group(const TemporaryFolder& folder, const std::string& name, const std::string& task,
                 const std::vector<std::vector<double>>& evaluations, const std::string& algorithm = "ppo") {
  for (size_t seed = 1; seed <= evaluations.size(); ++seed) {
    const std::string run = fmt::format("{}/seed_{}", name, seed);
    std::string metrics = "time/total_timesteps,rollout/ep_rew_mean,eval/mean_reward\n1000,1,\n";
    for (size_t i = 0; i < evaluations[seed - 1].size(); ++i)
      metrics += fmt::format("{},{},{}\n", 2000 + 1000 * i, seed, evaluations[seed - 1][i]);
    folder.write(run + "/metrics.csv", metrics);
    folder.write(run + "/config.yaml",
                 fmt::format("task: {}\nseed: {}\nalgorithm: {{name: {}}}\neval: {{eval_freq: {}}}\n", task, seed,
                             algorithm, evaluations[seed - 1].empty() ? 0 : 1000));
  }
}

// hopper: ppo 10, 20, 30, 40 (IQM 25) against sac 30, 50, 50, 80 (IQM 50), the final evaluations 1 lower.
// reacher: -4 and -3.
void write_runs(const TemporaryFolder& folder) {
  write_group(folder, "hopper_ppo", "hopper", {{10, 9}, {20, 19}, {30, 29}, {40, 39}});
  write_group(folder, "hopper_sac", "hopper", {{30, 29}, {50, 49}, {50, 49}, {80, 79}}, "sac");
  write_group(folder, "reacher_ppo", "reacher", {{-4}, {-4}});
  write_group(folder, "reacher_sac", "reacher", {{-3}, {-3}}, "sac");
}

// Runs `sinew report` on these folders and returns its JSON.
json report_of(const TemporaryFolder& folder, const std::vector<std::string>& runs, std::vector<std::string> words,
               std::string* output = nullptr) {
  for (const std::string& run : runs) words.push_back(folder.file(run));
  words.insert(words.begin(), {"report", "--plot", folder.file("plot.png"), "--json", folder.file("report.json")});
  const ChildProcess::Result result = run_sinew(words);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  if (output) *output = result.output;
  return json::parse(read_file(folder.file("report.json")));
}

std::string complaint(const TemporaryFolder& folder, const std::vector<std::string>& runs,
                      std::vector<std::string> words) {
  for (const std::string& run : runs) words.push_back(folder.file(run));
  words.insert(words.begin(), "report");
  const ChildProcess::Result result = run_sinew(words);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.output, "");  // errors are reported before anything is printed
  return result.errors;
}

TEST(ReportComparison, GroupsOfATaskStandTogether) {
  const TemporaryFolder folder;
  write_runs(folder);
  std::string output;
  const json report =
      report_of(folder, {"hopper_ppo", "reacher_ppo", "hopper_sac", "hopper_ppo/", "reacher_sac"}, {}, &output);
  // With four seeds, 5 % of the resamples contain the lowest value three or four times, so it takes both middle places.
  expect_contains(output,
                  "\n  hopper         ppo  4  25.0 ± 12.9     25.0 [10.0, 40.0]  24.0 ± 12.9     24.0 [9.00, 39.0]\n"
                  "  hopper         sac  4  52.5 ± 20.6     50.0 [30.0, 80.0]");
  ASSERT_EQ(report.at("runs").size(), 4u);  // a folder named twice appears once
  EXPECT_EQ(report.at("runs").at(1).at("label"), "sac");
  EXPECT_FALSE(report.contains("comparison"));
  EXPECT_FALSE(report.contains("aggregate"));
  EXPECT_TRUE(std::filesystem::exists(folder.file("plot_hopper.png")));
  EXPECT_TRUE(std::filesystem::exists(folder.file("plot_reacher.png")));
  EXPECT_FALSE(std::filesystem::exists(folder.file("plot.png")));
}

TEST(ReportComparison, WithABaseline) {
  const TemporaryFolder folder;
  write_runs(folder);
  std::string output;
  const json report = report_of(folder, {"hopper_sac"}, {"--baseline", folder.file("hopper_ppo")}, &output);
  const json& comparison = report.at("comparison");
  EXPECT_EQ(comparison.at("metric"), "best_mean_reward");
  ASSERT_EQ(comparison.at("results").size(), 1u);
  const json& sac = comparison.at("results").at(0);
  EXPECT_EQ(sac.at("baseline"), folder.file("hopper_ppo"));
  EXPECT_EQ(sac.at("difference"), 25);
  EXPECT_EQ(sac.at("ratio"), 2);
  // Of 16 pairs, sac loses 30 < 40, ties 30 = 30 and wins the others.
  EXPECT_EQ(sac.at("probability_of_improvement"), 14.5 / 16);
  for (const std::string name : {"difference", "ratio", "probability_of_improvement"}) {
    EXPECT_LT(sac.at(name + "_low"), sac.at(name)) << name;
    EXPECT_GT(sac.at(name + "_high"), sac.at(name)) << name;
  }
  expect_contains(output, "+25.0 [");
  expect_contains(output, "  hopper  ppo (baseline)  4");
  EXPECT_TRUE(std::filesystem::exists(folder.file("plot.png")));
  // A second report is the same to the last digit.
  EXPECT_EQ(report_of(folder, {"hopper_sac"}, {"--baseline", folder.file("hopper_ppo")}), report);
}

TEST(ReportComparison, TheMetricIsChosen) {
  const TemporaryFolder folder;
  write_runs(folder);
  const auto ratio = [&](const std::string& metric) {
    return report_of(folder, {"hopper_ppo", "hopper_sac"}, {"--baseline", "ppo", "--metric", metric})
        .at("comparison")
        .at("results")
        .at(0)
        .at("ratio")
        .get<double>();
  };
  EXPECT_DOUBLE_EQ(ratio("final"), 49.0 / 24);
  EXPECT_DOUBLE_EQ(ratio("training"), 1);
  expect_contains(complaint(folder, {"hopper_ppo"}, {"--metric", "finale"}), "did you mean 'final'?");
}

TEST(ReportComparison, OverTasks) {
  const TemporaryFolder folder;
  write_runs(folder);
  write_group(folder, "ant_ppo", "ant", {{100}, {100}});
  write_group(folder, "ant_sac", "ant", {{50}, {50}}, "sac");
  std::string output;
  const json report =
      report_of(folder, {"hopper_ppo", "hopper_sac", "reacher_ppo", "reacher_sac", "ant_ppo", "ant_sac"},
                {"--baseline", "ppo"}, &output);
  const json& aggregate = report.at("aggregate");
  EXPECT_EQ(aggregate.at("tasks"), json({"hopper", "ant"}));
  EXPECT_EQ(aggregate.at("left_out"), json({"reacher"}));
  const json& sac = aggregate.at("results").at(1);
  EXPECT_EQ(sac.at("label"), "sac");
  EXPECT_EQ(sac.at("n_runs"), 8);
  // Divided by the baselines' means, 25 and 100: hopper 1.2, 2, 2, 3.2 with masses 0.75, ant 0.5, 0.5 with 1.5. From
  // 1.5 to 4.5 of 6: half of the ants' 3, 1.2, and a 2.
  EXPECT_DOUBLE_EQ(sac.at("iqm").get<double>(), (1.5 * 0.5 + 0.75 * 1.2 + 0.75 * 2) / 3);
  EXPECT_LE(sac.at("iqm_low"), sac.at("iqm"));
  EXPECT_GT(sac.at("iqm_high"), sac.at("iqm"));
  EXPECT_DOUBLE_EQ(sac.at("probability_of_improvement").get<double>(), (14.5 / 16 + 1 + 0) / 3);
  EXPECT_EQ(aggregate.at("results").at(0).at("is_baseline"), true);
  // A ratio of negative returns is left out, and a note explains it.
  EXPECT_TRUE(report.at("comparison").at("results").at(1).at("ratio").is_null());
  expect_contains(output, "No ratio where the baseline's IQM is not positive (reacher)");
  expect_contains(output, "The IQM over tasks leaves out reacher");
}

TEST(ReportComparison, OneSeedHasNoInterval) {
  const TemporaryFolder folder;
  write_runs(folder);
  std::string output;
  const json report =
      report_of(folder, {"hopper_ppo", "hopper_sac/seed_1"}, {"--baseline", folder.file("hopper_ppo")}, &output);
  const json& one = report.at("comparison").at("results").at(0);
  EXPECT_EQ(one.at("difference"), 5);
  EXPECT_TRUE(one.at("difference_low").is_null());
  expect_contains(output, "+5.00 [-]");
  expect_contains(output, "[-]: one seed has no spread");
}

TEST(ReportComparison, LabelsAreWhatTellsGroupsApart) {
  const auto labels = [](std::vector<RunGroup> groups) {
    label_groups(groups);
    std::string text;
    for (const RunGroup& group : groups) text += group.label + " ";
    return text;
  };
  const auto group = [](const std::string& folder, const std::string& task, const std::string& algorithm) {
    RunGroup result;
    result.folder = folder;
    result.name = std::filesystem::path(folder).filename().string();
    result.task = task;
    result.algorithm = algorithm;
    return result;
  };
  EXPECT_EQ(labels({group("runs/ant_ppo", "ant", "ppo"), group("runs/ant_sac", "ant", "sac"),
                    group("runs/hopper_ppo", "hopper", "ppo")}),
            "ppo sac ppo ");
  EXPECT_EQ(labels({group("runs/ant_ppo", "ant", "ppo"), group("runs/ant_ppo_wide", "ant", "ppo")}), "ppo ppo_wide ");
  EXPECT_EQ(labels({group("old/ant_ppo", "ant", "ppo"), group("new/ant_ppo", "ant", "ppo")}), "old/ppo new/ppo ");
  EXPECT_EQ(labels({group("a/x/ant_ppo", "ant", "ppo"), group("b/x/ant_ppo", "ant", "ppo")}),
            "a/x/ant_ppo b/x/ant_ppo ");
  EXPECT_EQ(labels({group("runs/mine", "", "")}), "mine ");
}

TEST(ReportComparison, WhatCannotBeComparedIsRefused) {
  const TemporaryFolder folder;
  write_runs(folder);
  const std::vector<std::string> hopper = {"hopper_ppo", "hopper_sac"};
  expect_contains(complaint(folder, hopper, {"--baseline", "saac"}), "--baseline saac: there is no such run");
  expect_contains(complaint(folder, hopper, {"--baseline", "saac"}), "did you mean 'sac'?");
  expect_contains(complaint(folder, hopper, {"--baseline", folder.file("hopper_pp")}), "hopper_ppo'?");
  expect_contains(complaint(folder, hopper, {"--baseline", folder.file("")}), "is not a run");
  expect_contains(complaint(folder, hopper, {"--baseline", folder.file("reacher_ppo")}),
                  "no other run is on its task, reacher; they are on hopper");
  expect_contains(complaint(folder, {"hopper_ppo"}, {"--baseline", "ppo"}), "no other run is on its task, hopper");
  expect_contains(complaint(folder, hopper, {"--baseline", "ppo,sac"}), "two baselines for hopper");

  write_group(folder, "hopper_blind", "hopper", {{}, {}}, "blind");
  expect_contains(complaint(folder, {"hopper_ppo", "hopper_blind"}, {"--baseline", "ppo"}),
                  "hopper_blind/seed_1' was never evaluated (its eval.eval_freq is 0)");
  report_of(folder, {"hopper_ppo", "hopper_blind"}, {"--baseline", "ppo", "--metric", "training"});
  std::filesystem::remove(folder.file("hopper_ppo/seed_1/config.yaml"));
  expect_contains(complaint(folder, {"hopper_sac"}, {"--baseline", folder.file("hopper_ppo/seed_1")}),
                  "no config.yaml that says which task it is on");
}

TEST(ReportComparison, TheBestOfMoreEvaluationsIsNoted) {
  const TemporaryFolder folder;
  write_runs(folder);
  write_group(folder, "hopper_td3", "hopper", {{10, 20, 30}, {10, 20, 30}}, "td3");
  std::string output;
  report_of(folder, {"hopper_ppo", "hopper_td3"}, {"--baseline", "ppo"}, &output);
  expect_contains(output, "The best of more evaluations is higher by luck alone");
  report_of(folder, {"hopper_ppo", "hopper_td3"}, {"--baseline", "ppo", "--metric", "final"}, &output);
  EXPECT_EQ(output.find("more evaluations"), std::string::npos);
}

}  // namespace
}  // namespace sinew
