// sinew robustness: its table, tested as a value, and the command on policies with known returns.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "apps/report/robustness_table_internal.h"
#include "core/safe_file.h"
#include "envs/task/make_env.h"
#include "nets/formats/policy_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

Evaluation episodes(const std::vector<double>& rewards, size_t successes = 0) {
  Evaluation evaluation;
  for (size_t i = 0; i < rewards.size(); ++i)
    evaluation.episodes.push_back({.reward = rewards[i], .length = 5, .success = i < successes, .reward_terms = {}});
  return evaluation;
}

RobustnessTable small_table(bool has_success) {
  const Evaluation trained = episodes({1, 3, 1, 3}, 4), better = episodes({2, 4, 2, 4}, 4);
  const Evaluation bad = episodes({-1, 1, -1, 1}, 0), slightly = episodes({1, 3, 1, 2.5}, 3);
  return {.has_success = has_success,
          .rows = {{"gains", {{{better, ""}, {trained, ""}, {bad, ""}}}},
                   {"light", {{{trained, ""}, {trained, ""}, {slightly, ""}}}},
                   {"wind", {{{trained, ""}, {trained, ""}, {{}, "t.yaml:3:5: no"}}}}},
          .all = {{"none of them", {{{better, ""}, {}, {}}}},
                  {"all as trained", {{{}, {trained, ""}, {}}}},
                  {"all twice", {{{}, {}, {{}, "t.yaml:3:5: no"}}}}}};
}

TEST(RobustnessTable, SaysWhatCostsMostAndWhyADashIsThere) {
  EXPECT_EQ(robustness_text(small_table(false)),
            "  disturbance             off   as trained        twice\n"
            "  gains           3.00 ± 1.00  2.00 ± 1.00  0.00 ± 1.00\n"
            "  light           2.00 ± 1.00  2.00 ± 1.00  1.88 ± 0.89\n"
            "  wind            2.00 ± 1.00  2.00 ± 1.00            -\n"
            "  none of them    3.00 ± 1.00\n"
            "  all as trained               2.00 ± 1.00\n"
            "  all twice                                           -\n"
            "\n"
            "wind: cannot be made twice as strong: t.yaml:3:5: no\n"
            "The single disturbance that costs most when twice as strong is 'gains': return 2.00 → 0.00.\n");
}

TEST(RobustnessTable, OfATaskWithSuccessAsMarkdown) {
  EXPECT_EQ(robustness_markdown(small_table(true)),
            "| disturbance | off | success | as trained | success | twice | success |\n"
            "|---|---|---|---|---|---|---|\n"
            "| gains | 3.00 ± 1.00 | 100 % | 2.00 ± 1.00 | 100 % | 0.00 ± 1.00 | 0 % |\n"
            "| light | 2.00 ± 1.00 | 100 % | 2.00 ± 1.00 | 100 % | 1.88 ± 0.89 | 75 % |\n"
            "| wind | 2.00 ± 1.00 | 100 % | 2.00 ± 1.00 | 100 % | - | - |\n"
            "| none of them | 3.00 ± 1.00 | 100 % |  |  |  |  |\n"
            "| all as trained |  |  | 2.00 ± 1.00 | 100 % |  |  |\n"
            "| all twice |  |  |  |  | - | - |\n"
            "\n"
            "wind: cannot be made twice as strong: t.yaml:3:5: no\n"
            "The single disturbance that costs most when twice as strong is 'gains': success 100 % → 0 %.\n");
}

TEST(RobustnessTable, DoesNotTakeChanceForACost) {
  RobustnessTable table = small_table(false);
  table.rows.erase(table.rows.begin());
  expect_contains(robustness_text(table), "No single disturbance, when twice as strong, costs enough to show");
  table = small_table(false);
  for (auto& cell : table.rows[0].cells) cell.result->episodes.resize(1);  // one episode shows nothing
  expect_contains(robustness_text(table), "No single disturbance, when twice as strong, costs enough to show");
}

TEST(RobustnessTable, OfASweepThatWasStoppedIsEmptyThere) {
  const RobustnessTable table{.has_success = false, .rows = {{"gains", {}}}, .all = {{"none of them", {}}}};
  EXPECT_EQ(robustness_text(table), "  disturbance   off  as trained  twice\n  gains\n  none of them\n");
}

// A hinge at rest, measured by an encoder with an offset of 0.5 rad: each of the ten steps yields that reward. The
// other hinge does not matter.
class Robustness : public testing::Test {
 protected:
  Robustness() {
    folder_.write("still.xml", R"(<mujoco><option gravity="0 0 0"/><worldbody>
      <body name="still"><joint name="measured" type="hinge"/><inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/></body>
      <body name="moved"><joint name="driven" type="hinge"/><inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/></body>
      </worldbody><actuator><motor name="m" joint="driven" ctrllimited="true" ctrlrange="-1 1"/></actuator></mujoco>)");
    write_task("still.yaml",
               "randomize: [{encoder_offset: {joints: [measured], range: 0.5}}, {mass: {bodies: [moved], add: [-0.6, "
               "0.6]}}]\n");
    save_policy(file("p.safetensors"), make_policy(load_task(file("still.yaml")).factory()->spec(), "{actor: []}"),
                {.task = file("still.yaml"), .task_config = "", .config = ""});
  }
  std::string file(const std::string& name) const { return folder_.file(name); }
  void write_task(const std::string& name, const std::string& more) const {
    folder_.write(name,
                  "model: still.xml\ntime_limit: 10\nobservations: {state: [joint_pos]}\n"
                  "reward: {error: {term: value, of: {joint_pos: {joints: [measured]}}}}\n" +
                      more);
  }
  ChildProcess::Result robustness(std::vector<std::string> words) const {
    words.insert(words.begin(), {"robustness", file("p.safetensors")});
    return run_sinew(words);
  }
  void expect_mistake(const std::vector<std::string>& words, const std::string& text) const {
    const ChildProcess::Result result = robustness(words);
    EXPECT_EQ(result.exit_code, 2) << text;
    EXPECT_EQ(result.output, "");
    expect_contains(result.errors, text);
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }

  TemporaryFolder folder_;
};

TEST_F(Robustness, OfAPolicyWhoseReturnsAreKnown) {
  const ChildProcess::Result result = robustness({"--episodes", "3", "--json", file("r.json")});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output,
                  " on still: mean return ± its spread, over 3 episodes, the same ones in each cell\n\n"
                  "  disturbance                       off   as trained        twice\n"
                  "  encoder offset: measured  0.00 ± 0.00  5.00 ± 0.00  10.0 ± 0.00\n"
                  "  mass: moved               5.00 ± 0.00  5.00 ± 0.00            -\n"
                  "  none of them              0.00 ± 0.00\n"
                  "  all as trained                         5.00 ± 0.00\n"
                  "  all twice                                                     -\n"
                  "\n"
                  "mass: moved: cannot be made twice as strong: ");
  expect_contains(result.output, "the body 'moved' weighs 1 kg; only -0.19999999999999996 kg would be left of it");

  const auto json = nlohmann::json::parse(read_file(file("r.json")));
  EXPECT_EQ(json["episodes"], 3);
  ASSERT_EQ(json["rows"].size(), 5u);
  EXPECT_EQ(json["rows"][0]["name"], "encoder offset: measured");
  EXPECT_EQ(json["rows"][0]["off"]["mean_reward"], 0);
  EXPECT_EQ(json["rows"][0]["as_trained"]["mean_reward"], 5);
  EXPECT_EQ(json["rows"][0]["twice"]["mean_reward"], 10);
  EXPECT_EQ(json["rows"][0]["twice"]["mean_ep_length"], 10);
  EXPECT_TRUE(json["rows"][1]["twice"].is_null());
  expect_contains(json["rows"][1]["refused"], "the body 'moved' weighs 1 kg");
  EXPECT_FALSE(json["rows"][2].contains("twice"));
}

TEST_F(Robustness, RefusesWhatItCannotDo) {
  expect_mistake({"--episodes", "0"}, "--episodes 0: at least one");
  expect_mistake({"--seed", "-1"}, "--seed -1: it must be 0 or more");
  expect_mistake({"--json", "/nowhere/f"}, "cannot write '/nowhere/f'");
  expect_mistake({"--epsiodes", "3"}, "did you mean '--episodes'?");
  expect_mistake({"--task", "cartpole"}, "does not fit");
  write_task("calm.yaml", "");
  expect_mistake({"--task", file("calm.yaml")},
                 "the task 'calm' has no disturbances (entries of 'randomize' that leave something to chance, 'noise' "
                 "among the observations, a 'delay'), so there is nothing to compare; --task names one that has");
}

TEST_F(Robustness, CtrlCEndsItInOrder) {
  ChildProcess::Result ended;
  // Retries with a longer wait if the signal came before there was anything to end.
  for (double wait = 0.5; ended.output.empty() && wait < 200; wait *= 2) {
    ChildProcess endless(
        {SINEW_PROGRAM, "robustness", file("p.safetensors"), "--episodes", "200000", "--json", file("r.json")});
    std::this_thread::sleep_for(std::chrono::duration<double>(wait));
    endless.send_signal(SIGINT);
    ended = endless.wait();
    EXPECT_EQ(ended.exit_code, 130) << ended.errors;
  }
  expect_contains(ended.output, "  all as trained\n");
  expect_contains(ended.output, "Stopped early: what is empty was not tried.\n");
  EXPECT_FALSE(std::filesystem::exists(file("r.json")));
}

const std::string pendulum = SINEW_SOURCE_DIR "/zoo/inverted_pendulum.safetensors";

// Noise and delays draw random numbers only after the reset: without them the episodes equal those of the task without
// disturbances.
TEST_F(Robustness, OfAPendulumIsWhatPlaySaysOfIt) {
  folder_.write("late.yaml", "extends: " SINEW_SOURCE_DIR
                             "/configs/tasks/inverted_pendulum.yaml\ntime_limit: 60\n"
                             "observations: {state: [{noise: {of: qpos, normal: 0.02}}, qvel]}\n"
                             "delay: {observation: [0, 0.08], action: 0.03}\n");
  folder_.write("plain.yaml", "extends: " SINEW_SOURCE_DIR "/configs/tasks/inverted_pendulum.yaml\ntime_limit: 60\n");
  const auto play = [&](const std::string& task) {
    run_sinew({"play", pendulum, "--task", task, "--episodes", "6", "--seed", "3", "--json", file("play.json")});
    return nlohmann::json::parse(read_file(file("play.json")))["mean_reward"];
  };
  const std::vector<std::string> words = {"robustness", pendulum, "--task", file("late.yaml"), "--episodes",
                                          "6",          "--seed", "3",      "--json",          file("r.json")};
  const ChildProcess::Result result = run_sinew(words);
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const auto rows = nlohmann::json::parse(read_file(file("r.json")))["rows"];
  EXPECT_EQ(rows[3]["name"], "none of them");
  EXPECT_EQ(rows[3]["off"]["mean_reward"], play(file("plain.yaml")));
  EXPECT_EQ(rows[4]["as_trained"]["mean_reward"], play(file("late.yaml")));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rows[i]["as_trained"], rows[4]["as_trained"]);
  EXPECT_LT(rows[5]["twice"]["mean_reward"], rows[3]["off"]["mean_reward"]);
  EXPECT_EQ(run_sinew(words).output, result.output);  // the same seed, the same table
}

}  // namespace
}  // namespace sinew
