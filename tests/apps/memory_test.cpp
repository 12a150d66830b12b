// A recurrent policy, as a user runs it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr const char* memory_recipe =
    "task: " SINEW_SOURCE_DIR
    "/configs/tasks/visual_cue.yaml\n"
    "total_timesteps: 256\n"
    "n_envs: 2\n"
    "algorithm: {name: ppo, n_steps: 64, batch_size: 64, seq_len: 32, n_epochs: 1}\n"
    "network:\n"
    "  encoders:\n"
    "    camera: {layers: [{conv: {filters: 4, kernel: 8, stride: 4}}, relu, flatten, {linear: 8}, relu]}\n"
    "    truth: {used_by: critic}\n"
    "  core: [{lstm: 6}, {attention: {heads: 2, memory: 3}}]\n"
    "  actor: []\n"
    "log_interval: 1\n"
    "eval: {eval_freq: 256, n_eval_episodes: 1, n_final_episodes: 2}\n";

class MemoryTest : public testing::Test {
 protected:
  void SetUp() override { folder_.write("recipe.yaml", memory_recipe); }
  std::string file(const std::string& name) const { return folder_.file(name); }
  void expect_bad_recipe(const std::string& change, const std::string& text) const {
    SCOPED_TRACE(change);
    const auto result = run_sinew({"train", file("recipe.yaml"), "--run", file("bad"), "--set", change});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(std::ranges::count(result.errors, '\n'), 1) << result.errors;
    expect_contains(result.errors, text);
    EXPECT_FALSE(std::filesystem::exists(file("bad/config.yaml")));
  }
  const TemporaryFolder folder_;
};

TEST_F(MemoryTest, TrainsPlaysAndIsLookedInto) {
  const auto trained = run_sinew({"train", file("recipe.yaml"), "--run", file("run")});
  ASSERT_EQ(trained.exit_code, 0) << trained.errors;
  const auto shown = run_sinew({"show", file("run")});
  expect_contains(shown.output, "31 of memory per env");  // 6 + 6 for the cell, 3 · 6 + 1 for the attention
  const auto played = run_sinew({"play", file("run"), "--episodes", "2", "--inside", "--json", file("play.json"),
                                 "--video", file("run.mp4"), "--video-seconds", "0.5"});
  ASSERT_EQ(played.exit_code, 0) << played.errors;
  EXPECT_GT(std::filesystem::file_size(file("run.mp4")), 1000u);
  const auto result = nlohmann::json::parse(read_file(file("play.json")));
  ASSERT_EQ(result.at("inside").size(), result.at("episodes").at(0).at("length"));
  const auto& step = result.at("inside").at(0);
  EXPECT_EQ(step.at("saliency").at(0).at("name"), "camera");
  EXPECT_EQ(step.at("saliency").at(0).at("shape"), (std::vector<int>{64, 64}));
  EXPECT_EQ(step.at("activations").at(0).at("shape"), (std::vector<int>{1, 6}));
  EXPECT_EQ(step.at("attention").at(0).at("shape"), (std::vector<int>{2, 4}));
}

TEST_F(MemoryTest, WhatIsWrongIsNamed) {
  expect_bad_recipe("algorithm.seq_len=10", "algorithm.seq_len: 10 does not divide n_steps = 64");
  expect_bad_recipe("network.core=[lstm]", "lstm needs its size, as in {lstm: 128}");
  expect_bad_recipe("network.core={lstm: {layer_norm: true}}", "units");
  expect_bad_recipe("network.core={lstm: {units: 4, chrono: -1}}", "chrono");
  expect_bad_recipe("network.core={attention: {heads: 2, memory: 0}}", "memory");
  expect_bad_recipe("network.core={frame_stack: 1}", "frame_stack");
  expect_bad_recipe("network.core={gtrxl: {units: 6, heads: 4, memory: 3}}", "4 heads do not divide 6");
  expect_bad_recipe("network.core={lstm: 4096}", "take too long to start orthogonal");
  expect_bad_recipe("network.core={gtrxl: {units: 2048, memory: 3}}", "take too long to start orthogonal");
  expect_bad_recipe("network.core=none", "the network has no memory");
  const auto played = run_sinew({"play", file("none"), "--inside"});
  EXPECT_EQ(played.exit_code, 2);
  expect_contains(played.errors, "--inside is shown in a --video");
  const auto blind =
      run_sinew({"play", SINEW_SOURCE_DIR "/zoo/half_cheetah.safetensors", "--inside", "--json", file("inside.json")});
  EXPECT_EQ(blind.exit_code, 2);
  expect_contains(blind.errors, "has neither images, nor a recurrent layer, nor attention");
  EXPECT_FALSE(std::filesystem::exists(file("inside.json")));
}

}  // namespace
}  // namespace sinew
