// A policy with a camera, as a user runs it.
#include <algorithm>
#include <cstdlib>

#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr const char* pixels_recipe =
    "task: task.yaml\n"
    "total_timesteps: 256\n"
    "n_envs: 2\n"
    "algorithm: {name: ppo, n_steps: 64, batch_size: 32, n_epochs: 1}\n"
    "network:\n"
    "  encoders:\n"
    "    eye: {layers: [{conv: {filters: 4, kernel: 8, stride: 4}}, relu, flatten, {linear: 8}, relu]}\n"
    "    state: {used_by: critic}\n"
    "  actor: []\n"
    "log_interval: 1\n"
    "eval: {eval_freq: 256, n_eval_episodes: 1, n_final_episodes: 2}\n";

// The task's differences from the inverted pendulum, with this text in the camera's map.
std::string task(const std::string& camera) {
  return "extends: " SINEW_SOURCE_DIR
         "/configs/tasks/inverted_pendulum.yaml\n"
         "time_limit: 20\n"
         "observations:\n"
         "  eye: {" +
         camera + "}\n";
}

class PixelsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("recipe.yaml", pixels_recipe);
    folder_.write("task.yaml", task("camera: track, size: [24, 32], frames: 2, process: [grey]"));
  }
  std::string file(const std::string& name) const { return folder_.file(name); }
  ChildProcess::Result train() const {
    return run_sinew({"train", file("recipe.yaml"), "--run", file("run"), "--overwrite"});
  }
  // Expects one paragraph with this text, and this exit code.
  static void expect_mistake(const ChildProcess::Result& result, const std::string& text, int exit_code = 2) {
    EXPECT_EQ(result.exit_code, exit_code);
    EXPECT_EQ(std::ranges::count(result.errors, '\n'), 1) << result.errors;
    expect_contains(result.errors, text);
  }
  void expect_bad_recipe(const std::string& change, const std::string& text) const {
    SCOPED_TRACE(change);
    expect_mistake(run_sinew({"train", file("recipe.yaml"), "--run", file("bad"), "--set", change}), text);
    EXPECT_FALSE(std::filesystem::exists(file("bad/config.yaml")));
  }

  const TemporaryFolder folder_;
};

TEST_F(PixelsTest, TrainsShowsPlaysAndFilms) {
  const ChildProcess::Result trained = train();
  ASSERT_EQ(trained.exit_code, 0) << trained.errors;
  const ChildProcess::Result shown = run_sinew({"show", file("run")});
  for (const char* text : {"sensor 'eye': uint8 [24, 32, 2]", "2 frames of 'grey'", "encoder.eye.0", "[1, 5, 7, 4]",
                           "conv2d + relu", "FLOPs per row"})
    expect_contains(shown.output, text);
  const ChildProcess::Result played = run_sinew({"play", file("run"), "--episodes", "1", "--video", file("run.mp4")});
  EXPECT_EQ(played.exit_code, 0) << played.errors;
  EXPECT_GT(std::filesystem::file_size(file("run.mp4")), 1000u);
}

TEST_F(PixelsTest, APolicyIsNotPlayedWithOtherImageSettings) {
  ASSERT_EQ(train().exit_code, 0);
  const auto play = [&](const std::string& camera) {
    folder_.write("other.yaml", task(camera));
    return run_sinew({"play", file("run"), "--task", file("other.yaml")});
  };
  expect_mistake(play("camera: track, size: [24, 32], frames: 3, process: [grey]"), "stack of 2 frames");
  expect_mistake(play("camera: track, size: [24, 24], frames: 2, process: [grey]"), "shape [24, 32, 2]");
  expect_mistake(play("camera: track, size: [24, 32], frames: 2, kind: depth"), "channels 'grey'");
  EXPECT_EQ(play("camera: track, size: [24, 32], frames: 2, process: [grey], covered: true").exit_code, 0);
}

TEST_F(PixelsTest, MistakesAreNamedBeforeTraining) {
  expect_bad_recipe("network.encoders.ear={layers: []}", "no sensor 'ear'");
  expect_bad_recipe("network.encoders.eye.layers=[{conv: {filters: 4, kernel: 40}}, flatten]", "encoder.eye.0");
  expect_bad_recipe("network.encoders.eye.layers=[{conv: {filters: 4, kernel: 4}}]", "flatten");
  folder_.write("task.yaml", task("camera: frnt"));
  expect_mistake(train(), "no camera 'frnt'");
  folder_.write("task.yaml", task("camera: track, size: [2048, 2048], frames: 1"));
  expect_mistake(run_sinew({"train", file("recipe.yaml"), "--run", file("large"), "--set", "n_envs=8192"}),
                 "GB are free");
}

TEST_F(PixelsTest, WithoutOpenGlItSaysWhatToInstallAndRaysStillSee) {
  ::setenv("MUJOCO_GL", "egl", 1);
  ::setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/none", 1);
  expect_mistake(train(), "method: rays", 1);
  folder_.write("task.yaml", task("camera: track, size: [24, 32], frames: 2, kind: depth, method: rays"));
  EXPECT_EQ(train().exit_code, 0);
  ::unsetenv("MUJOCO_GL");
  ::unsetenv("__EGL_VENDOR_LIBRARY_FILENAMES");
}

}  // namespace
}  // namespace sinew
