// Files of the wrong kind for a command, and its errors.
#include <algorithm>

#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

void expect_refused_file(const std::vector<std::string>& words, const std::string& text) {
  SCOPED_TRACE(text);
  const ChildProcess::Result result = run_sinew(words);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  expect_contains(result.errors, text);
}

TEST(WrongFiles, ARecipeThatIsNotThereNamesTheNearest) {
  const TemporaryFolder folder;
  folder.write("my_ant.yaml", "task: ant\n");
  for (const char* command : {"train", "show"})
    expect_refused_file({command, folder.file("my_antt.yaml")},
                        "No such file or directory; did you mean '" + folder.file("my_ant.yaml") + "'?");
  expect_refused_file({"train", "half_cheetah_po"}, "configs/recipes/half_cheetah_ppo.yaml'?");
}

// README's commands from another folder: the error suggests the recipe of exactly that name.
TEST(WrongFiles, TheRecipeOfExactlyThatNameCounts) {
  for (const auto& entry : fs::directory_iterator(std::string(SINEW_SOURCE) + "/configs/recipes")) {
    const std::string name = entry.path().filename().string();
    const ChildProcess::Result result = run_sinew({"show", "/nowhere/configs/recipes/" + name});
    if (result.exit_code == 0) continue;  // it was found by its name
    expect_contains(result.errors, "/configs/recipes/" + name + "'?");
  }
}

// Wrong content in a file's place × every command that reads it.
TEST(WrongFiles, WhatIsNoFileOfOursIsNamed) {
  const TemporaryFolder folder;
  const std::pair<std::string, std::string> contents[] = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 51234\n", "it is a Git LFS pointer"},
      {"<!DOCTYPE html>\n<html></html>\n", "it is a web page (HTML)"},
      {std::string("PK\x03\x04", 4) + std::string(60, '\0'), "it is a zip archive"},
      {std::string("\xff\xfet\0a\0s\0k\0", 10), "it is text in UTF-16"}};
  const std::vector<std::vector<std::string>> commands = {
      {"train", "F.yaml"},
      {"show", "F.yaml"},
      {"play", "F.safetensors"},
      {"show", "F.safetensors"},
      {"inspect", "F.xml"},
      {"log", "F.mcap"},
      {"replay", "half_cheetah", "--output", "O", "--input", "F.json"},
      {"robot", "half_cheetah", "--config", "F.yaml"}};
  for (const auto& [content, words] : contents)
    for (std::vector<std::string> command : commands) {
      folder.write(command.back(), content);
      for (std::string& word : command)
        if (word.starts_with("F.") || word == "O") word = folder.file(word);
      expect_refused_file(command, words);
    }
}

TEST(WrongFiles, ATaskIsNoRecipe) {
  const TemporaryFolder folder;
  folder.write("task.yaml", "model: x.xml\nobservations: {state: [qpos]}\nreward: {}\n");
  expect_refused_file({"train", folder.file("task.yaml")}, "is a task, not a recipe");
}

TEST(WrongFiles, APolicyIsLookedForNearby) {
  const TemporaryFolder folder;
  folder.write("zoo/walker.safetensors", "");
  folder.write("checkpoints/step_1.checkpoint", "");
  expect_refused_file({"play", folder.file("zo")}, "there is no policy '" + folder.file("zo") + "'");
  expect_refused_file({"play", folder.file("zoo/walkr.safetensors")},
                      "did you mean '" + folder.file("zoo/walker.safetensors"));
  expect_refused_file({"play", folder.file("zoo")}, "choose one, such as " + folder.file("zoo/walker.safetensors"));
  expect_refused_file({"play", folder.file("checkpoints/step_1.checkpoint")},
                      "is a checkpoint, from which 'train --resume'");
}

TEST(WrongFiles, ALoopOfLinksIsNamed) {
  const TemporaryFolder folder;
  folder.write("x", "");
  fs::create_symlink("loop", folder.file("loop"));
  for (const char* command : {"play", "show", "report"})
    expect_refused_file({command, folder.file("loop")},
                        "cannot reach '" + folder.file("loop") + "': Too many levels of symbolic links");
}

TEST(WrongFiles, ALinkThatLeadsNowhereIsNotSuggestedForItself) {
  const TemporaryFolder folder;
  folder.write("x", "");
  fs::create_symlink("nowhere", folder.file("dangling"));
  expect_refused_file({"play", folder.file("dangling")}, "give a run folder or a .safetensors file\n");
}

TEST(WrongFiles, MetricsThatSomeoneEdited) {
  const TemporaryFolder folder;
  const std::string header = "time/total_timesteps,rollout/ep_rew_mean\n";
  folder.write("run/metrics.csv", "\xef\xbb\xbf" + header + "512,1.5\r\n\r\n");
  EXPECT_EQ(run_sinew({"report", folder.file("run"), "--plot", folder.file("p.png")}).exit_code, 0);
  expect_refused_file({"report", folder.file("run"), "--plot", "p.gif"},
                      "the name of a PNG picture of sinew's must end in .png");
  folder.write("run/metrics.csv", header + "512,abc\n");
  expect_refused_file({"report", folder.file("run")},
                      "metrics.csv:2: 'abc' in column 'rollout/ep_rew_mean' is not a number");
  folder.write("run/metrics.csv", std::string(3000, '\xff') + "\n");
  expect_refused_file({"report", folder.file("run")}, "metrics.csv:1: the first column is '");
}

TEST(WrongFiles, ATaskWithoutSensorsActionsOrNames) {
  const TemporaryFolder folder;
  folder.write("recipe.yaml", "task: task.yaml\nalgorithm: {name: ppo}\nnetwork: {actor: [tanh], critic: [tanh]}\n");
  const auto expect = [&](const std::string& rest, const std::string& text) {
    const std::string model = std::string(SINEW_SOURCE) + "/sim/models/hopper.xml";
    folder.write("task.yaml", "model: " + model + "\nreward: {}\n" + rest);
    expect_refused_file({"train", folder.file("recipe.yaml"), "--run", folder.file("run")}, text);
  };
  expect("observations: {}\n", "task.yaml:3:15: observations: a policy needs a sensor");
  expect("observations: {state: [qpos]}\nactions: {}\n", "task.yaml:4:10: actions: a policy needs an action");
  expect("observations: {\"a b\": [qpos]}\n", "'a b' is not a valid name");
  expect("observations: {state: [qpos]}\nframe_skip: 1000000000\n", "it must be from 1 to 10000");
}

}  // namespace
}  // namespace sinew
