// train --resume as a user runs it: how a run ends early, its message then, and the error for each mistake.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <thread>

#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr const char* recipe =
    "task: pendulum\n"
    "total_timesteps: 1024\n"
    "n_envs: 4\n"
    "algorithm: {name: ppo, n_steps: 128, batch_size: 64, n_epochs: 1}\n"
    "network: {actor: [{linear: 8}, tanh], critic: [{linear: 8}, tanh]}\n"
    "log_interval: 1\n"
    "eval: {eval_freq: 0, n_final_episodes: 0}\n"
    "save_freq: 512\n";

class ResumeCommandTest : public testing::Test {
 protected:
  void SetUp() override { folder_.write("recipe.yaml", recipe); }

  std::string file(const std::string& name) const { return folder_.file(name); }
  std::vector<std::string> words(std::vector<std::string> more) const {
    more.insert(more.begin(), {"train", file("recipe.yaml"), "--run", file("run")});
    return more;
  }
  ChildProcess::Result train(const std::vector<std::string>& more = {}) const { return run_sinew(words(more)); }
  // Expects one paragraph with this text, and exit code 2.
  void expect_refused(const std::vector<std::string>& more, const std::string& text) const {
    SCOPED_TRACE(text);
    const ChildProcess::Result result = train(more);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.output, "");
    EXPECT_TRUE(result.errors.starts_with("sinew: ")) << result.errors;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
    expect_contains(result.errors, text);
  }
  // Starts a run that does not end.
  ChildProcess begin(std::vector<std::string> argv) const {
    argv.insert(argv.begin(), SINEW_PROGRAM);
    return ChildProcess(argv);
  }
  void wait_for_rows(std::ptrdiff_t more) const {
    const auto rows = [&] {
      if (!fs::exists(file("run/metrics.csv"))) return std::ptrdiff_t{0};
      const std::string content = read_file(file("run/metrics.csv"));
      return std::count(content.begin(), content.end(), '\n');
    };
    const std::ptrdiff_t before = rows();
    for (int i = 0; i < 3000 && rows() < before + more; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_GE(rows(), before + more);
  }
  std::vector<std::string> checkpoints() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(file("run/checkpoints"))) found.push_back(entry.path().string());
    std::ranges::sort(found);
    return found;
  }

  const TemporaryFolder folder_;
};

// The arguments of the resume command that a stopped run prints.
std::vector<std::string> command_to_go_on(const std::string& output) {
  const std::string lead = "To continue:  ./sinew ";
  const size_t begin = output.find(lead);
  if (begin == std::string::npos) return {};
  std::istringstream line(output.substr(begin + lead.size(), output.find('\n', begin) - begin - lead.size()));
  std::vector<std::string> words;
  for (std::string word; line >> word;) words.push_back(word);
  return words;
}

TEST_F(ResumeCommandTest, ASignalSavesAndTheCommandItPrintsGoesOn) {
  std::vector<std::string> command = words({"--set", "total_timesteps=1000000000"});
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
    ChildProcess child = begin(command);
    wait_for_rows(3);
    child.send_signal(signal);
    const ChildProcess::Result result = child.wait();
    EXPECT_EQ(result.exit_code, code) << result.errors;
    if (signal != SIGINT) expect_contains(result.errors, "resuming '" + file("run") + "' from step ");
    command = command_to_go_on(result.output);
    ASSERT_FALSE(command.empty()) << result.output;
    EXPECT_EQ(command.back(), "--resume");
  }
}

TEST_F(ResumeCommandTest, AReaderWhoLeavesEndsTheRunWithItsStateSaved) {
  const ChildProcess::Result result = ChildProcess({"sh", "-c",
                                                    "{ \"$0\" train \"$1/recipe.yaml\" --run \"$1/run\" --set "
                                                    "total_timesteps=1000000000 2>&1; echo $? > \"$1/code\"; }"
                                                    " | head -n 1",
                                                    SINEW_PROGRAM, file("")})
                                          .wait();
  EXPECT_EQ(result.exit_code, 0);
  for (int i = 0; i < 3000 && !fs::exists(file("code")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(checkpoints().empty());
  for (const std::string& path : checkpoints()) EXPECT_TRUE(path.ends_with(".checkpoint")) << path;
}

TEST_F(ResumeCommandTest, ALogThatNobodyCanReadDoesNotEndARun) {
  const ChildProcess::Result result =
      ChildProcess(
          {"sh", "-c", "\"$0\" train \"$1/recipe.yaml\" --run \"$1/run\" 2> /dev/full", SINEW_PROGRAM, file("")})
          .wait();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(run_sinew({"play", file("run"), "--episodes", "1"}).exit_code, 0);
}

TEST_F(ResumeCommandTest, AFileAtItsSizeLimitIsAnErrorThatLeavesNothingHalfWritten) {
  const ChildProcess::Result result =
      ChildProcess(
          {"sh", "-c", "ulimit -f 8; \"$0\" train \"$1/recipe.yaml\" --run \"$1/run\"", SINEW_PROGRAM, file("")})
          .wait();
  EXPECT_EQ(result.exit_code, 1);
  expect_contains(result.errors, ".checkpoint': File too large");
  for (const auto& entry : fs::recursive_directory_iterator(file("run")))
    EXPECT_EQ(entry.path().string().find(".tmp."), std::string::npos) << entry.path();
}

TEST_F(ResumeCommandTest, ASecondProcessOnTheFolderIsToldWhoHasIt) {
  ChildProcess child = begin(words({"--set", "total_timesteps=1000000000"}));
  wait_for_rows(2);
  expect_refused({}, "already holds a run (");
  for (const char* flag : {"--resume", "--overwrite"})
    expect_refused({flag}, "the run folder '" + file("run") + "' is in use by process ");
  child.send_signal(SIGTERM);
  EXPECT_EQ(child.wait().exit_code, 143);
}

TEST_F(ResumeCommandTest, OnlyALongerRunMayDiffer) {
  ASSERT_EQ(train().exit_code, 0);
  expect_refused({"--resume", "--overwrite"}, "--overwrite and --resume exclude each other");
  expect_refused({"--resume", "--set", "n_envs=8"}, "(n_envs: 4 in the run, 8 now)");
  expect_refused({"--resume", "--seed", "2"}, "(seed: 1 in the run, 2 now)");
  expect_refused({"--resume", "--set", "total_timesteps=512"}, "(total_timesteps: 1024 in the run, 512 now)");
  const ChildProcess::Result longer = train({"--resume", "--set", "total_timesteps=2048"});
  EXPECT_EQ(longer.exit_code, 0) << longer.errors;
  expect_contains(longer.errors, "from step 1024 of 2048");
}

TEST_F(ResumeCommandTest, WhatIsDamagedOrGoneIsSaid) {
  ASSERT_EQ(train().exit_code, 0);
  const std::vector<std::string> more = {"--resume", "--set", "total_timesteps=2048"};
  const std::string csv = read_file(file("run/metrics.csv"));
  folder_.write("run/metrics.csv", csv.substr(0, csv.size() / 2));
  expect_refused(more, "it was changed since; restore it, or move it away");
  fs::remove(file("run/metrics.csv"));

  const std::vector<std::string> both = checkpoints();
  ASSERT_EQ(both.size(), 2u);
  const std::string older = read_file(both[0]);
  for (const std::string& path : both) fs::resize_file(path, 1000);
  expect_refused(more, "cannot be resumed: the checkpoint '" + both[1] + "': it is ");
  write_file_atomically(both[0], older);
  const ChildProcess::Result result = train(more);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.errors, "going back to the one before it");
  expect_contains(result.errors, "from step 512 of 2048");
  expect_contains(result.errors, "metrics.csv' is gone: a new one is started");
  EXPECT_TRUE(read_file(file("run/metrics.csv")).starts_with("time/total_timesteps,"));
  EXPECT_EQ(run_sinew({"report", file("run")}).exit_code, 0);
}

TEST_F(ResumeCommandTest, PoliciesWithoutCheckpointsAreNotOverwritten) {
  ASSERT_EQ(train().exit_code, 0);
  fs::remove_all(file("run/checkpoints"));
  expect_refused({"--resume"}, "it has a policy, but no checkpoints; --overwrite restarts it");
}

}  // namespace
}  // namespace sinew
