#include "agents/run/run_folder.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/safe_file.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

class RunFolderTest : public testing::Test {
 protected:
  ~RunFolderTest() override { fs::remove_all(root_); }
  std::string path(const std::string& name) const { return (root_ / name).string(); }
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name)) << content;
  }
  void make_run(const std::string& name) const {
    write(name + "/config.yaml", "seed: 1\n");
    write(name + "/metrics.csv", "time/total_timesteps,time/fps\n");
  }

  const fs::path root_ = fs::path(testing::TempDir()) / ("run_folder_" + std::to_string(::getpid()));
};

constexpr IfRunExists all_ways[] = {IfRunExists::refuse, IfRunExists::overwrite, IfRunExists::resume};

TEST_F(RunFolderTest, FilesOfOthersStayWhateverTheirNames) {
  for (const char* name :
       {"config.yaml", "task.yaml", "log.txt", "video.mp4", "curve.png", "metrics.csv", "policy.safetensors",
        "best.safetensors", "checkpoints/mine", "events.out.tfevents.1600000000.host"})
    for (const IfRunExists way : all_ways) {
      write(std::string("project/") + name, "not a run's");
      expect_contains(error_of([&] { RunFolder(path("project"), way); }), "but no run");
      EXPECT_EQ(read_file(path(std::string("project/") + name)), "not a run's");
      EXPECT_FALSE(fs::exists(path("project/.lock")));
      fs::remove_all(path("project"));
    }
}

TEST_F(RunFolderTest, PicturesAndVideosOfOthersStayInARunsFolder) {
  for (const char* name : {"run/video.mp4", "run/curve.png"})
    for (const IfRunExists way : {IfRunExists::overwrite, IfRunExists::resume}) {
      make_run("run");
      write(name, "a holiday");
      expect_contains(error_of([&] { RunFolder(path("run"), way); }), "which sinew did not make");
      EXPECT_EQ(read_file(path(name)), "a holiday");
      fs::remove_all(path("run"));
    }
}

TEST_F(RunFolderTest, WhatTheRecipeNeedsIsNotReplaced) {
  make_run("run");
  write("run/best.safetensors", "the policy to start from");
  write("run/checkpoints/x.yaml", "a task");
  write("mine.yaml", "a recipe");
  fs::create_directory_symlink("run", path("link"));
  const auto check = [&](const std::string& input, IfRunExists way) {
    check_run_folder(path("run"), way, {path("mine.yaml"), path(input)});
  };
  for (const char* input :
       {"run/best.safetensors", "run/config.yaml", "link/config.yaml", "run/../run/checkpoints/x.yaml"})
    for (const IfRunExists way : {IfRunExists::overwrite, IfRunExists::resume})
      expect_contains(error_of([&] { check(input, way); }), "which the recipe needs, is in it");
  check("run/notes.yaml", IfRunExists::overwrite);  // no run writes such
  write("run/checkpoints/step_000000000512.checkpoint", "to go on from");
  check("run/config.yaml", IfRunExists::resume);  // it is read, and written as it is
}

TEST_F(RunFolderTest, ARefusedRunLeavesNoFolder) {
  write("project/recipe.yaml", "mine");
  {
    const RunFolder refused(path("a/b/c"), IfRunExists::refuse);
  }
  EXPECT_FALSE(fs::exists(path("a")));
  {
    const RunFolder refused(path("project"), IfRunExists::refuse);
  }
  EXPECT_FALSE(fs::exists(path("project/.lock")));
  EXPECT_EQ(read_file(path("project/recipe.yaml")), "mine");
  {
    RunFolder good(path("a/b/c"), IfRunExists::refuse);
    good.keep();
  }
  EXPECT_TRUE(fs::exists(path("a/b/c/.lock")));
}

TEST_F(RunFolderTest, ClearingLeavesWhatElseIsThere) {
  make_run("run");
  for (const char* name : {"run/notes.txt", "run/my.tmp.file", "run/data.csv.tmp.12"}) write(name, "mine");
  for (const char* name : {"run/config.yaml.tmp.123", "run/checkpoints/step_000000000512.checkpoint.tmp.7"})
    write(name, "half");
  const RunFolder folder(path("run"), IfRunExists::overwrite);
  folder.remove_leftovers();
  EXPECT_FALSE(fs::exists(path("run/config.yaml.tmp.123")));
  EXPECT_TRUE(fs::is_empty(path("run/checkpoints")));
  folder.clear();
  for (const char* name : {"run/notes.txt", "run/my.tmp.file", "run/data.csv.tmp.12"})
    EXPECT_EQ(read_file(path(name)), "mine");
  for (const char* name : {"run/config.yaml", "run/metrics.csv", "run/checkpoints"})
    EXPECT_FALSE(fs::exists(path(name)));
}

TEST_F(RunFolderTest, ClearingLeavesWhatElseIsAmongTheCheckpoints) {
  make_run("run");
  write("run/checkpoints/step_000000000512.checkpoint", "a run's");
  write("run/checkpoints/notes.txt", "mine");
  write("run/checkpoints/inner/metrics.csv", "another run's");
  RunFolder(path("run"), IfRunExists::overwrite).clear();
  EXPECT_FALSE(fs::exists(path("run/checkpoints/step_000000000512.checkpoint")));
  EXPECT_EQ(read_file(path("run/checkpoints/notes.txt")), "mine");
  EXPECT_EQ(read_file(path("run/checkpoints/inner/metrics.csv")), "another run's");
}

}  // namespace
}  // namespace sinew
