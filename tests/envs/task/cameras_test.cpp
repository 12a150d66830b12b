// Cameras among a task's observations.
#include <gtest/gtest.h>

#include <algorithm>

#include "envs/observer.h"
#include "envs/task/make_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr const char* task_head =
    "model: ../../sim/models/inverted_pendulum.xml\n"
    "frame_skip: 2\n"
    "time_limit: 20\n"
    "reward: {alive: {term: alive}}\n"
    "reset: [{uniform: {qpos: 0.2, qvel: 0.5}}]\n";

Task task_with(const std::string& observations) {
  return load_task(ConfigNode::parse_text(task_head + ("observations: " + observations), "task.yaml"), "task",
                   SINEW_SOURCE_DIR "/configs/tasks");
}

std::string refusal(const std::string& observations) {
  return error_of([&] { task_with(observations).factory(); });
}

// An env with its observer and rows.
struct Seen {
  std::unique_ptr<Env> env;
  Observer observer;
  std::vector<float> numbers;
  std::vector<uint8_t> images;
  Rng rng{5};

  explicit Seen(const Task& task)
      : env(task.factory()),
        observer(env->spec()),
        numbers(static_cast<size_t>(env->spec().observation_size())),
        images(static_cast<size_t>(env->spec().image_size())) {
    env->reset(rng);
    observe(true);
  }
  void observe(bool first) { EXPECT_TRUE(observer.observe(*env, first, numbers, images)); }
  void step(double action) {
    env->step(std::vector<double>{action}, rng);
    observe(false);
  }
};

TEST(Cameras, StandBesideNumbersInTheOrderOfTheYaml) {
  const Seen seen(
      task_with("{eye: {camera: track, size: [48, 64], frames: 2, process: [grey, {resize: [24, 32]}]}, "
                "state: [qpos, qvel], map: {camera: track, size: [16, 16], kind: rgbd, range: [1, 4]}}"));
  const std::vector<SensorSpec>& sensors = seen.env->spec().sensors;
  ASSERT_EQ(sensors.size(), 3u);
  EXPECT_EQ(sensors[0].shape, (std::vector<int>{24, 32, 2}));
  EXPECT_EQ(sensors[0].frames, 2);
  EXPECT_EQ(sensors[0].format, "grey");
  EXPECT_FALSE(sensors[1].is_image());
  EXPECT_EQ(sensors[2].shape, (std::vector<int>{16, 16, 4}));
  EXPECT_EQ(sensors[2].format, "red, green, blue, depth 1 to 4 m");
  EXPECT_EQ(seen.numbers.size(), 4u);
  EXPECT_EQ(seen.images.size(), 24u * 32 * 2 + 16 * 16 * 4);
}

TEST(Cameras, SeeTheRobotMove) {
  Seen seen(task_with("{eye: {camera: track, size: [32, 32], frames: 3}}"));
  const std::vector<uint8_t> before = seen.images;
  for (int i = 0; i < 3; ++i) seen.step(3);
  EXPECT_NE(seen.images, before);
  EXPECT_GT(*std::ranges::max_element(before), 50);
}

TEST(Cameras, TheFirstFrameStandsForThoseBeforeIt) {
  Seen seen(task_with("{eye: {camera: track, size: [16, 16], frames: 3, process: [grey]}}"));
  const std::vector<uint8_t> first = seen.images;
  for (size_t i = 0; i < first.size(); i += 3) {
    ASSERT_EQ(first[i], first[i + 1]);
    ASSERT_EQ(first[i], first[i + 2]);
  }
  seen.step(3);
  for (size_t i = 0; i < first.size(); i += 3) {
    ASSERT_EQ(seen.images[i], first[i]);
    ASSERT_EQ(seen.images[i + 1], first[i]);
  }
  seen.env->reset(seen.rng);
  seen.observe(true);
  for (size_t i = 0; i < first.size(); i += 3) ASSERT_EQ(seen.images[i], seen.images[i + 2]);
}

TEST(Cameras, CoveredOnesSeeBlackAndTheRestStays) {
  const std::string camera = "{eye: {camera: track, size: [16, 16], frames: 2, process: [grey]";
  Seen open(task_with(camera + "}}")), covered(task_with(camera + ", covered: true}}"));
  EXPECT_EQ(open.env->spec().sensors, covered.env->spec().sensors);
  covered.step(1);
  EXPECT_EQ(*std::ranges::max_element(covered.images), 0);
}

TEST(Cameras, TheSamePixelsFromRaysAndFromOpenGlButForEdges) {
  const std::string camera = "{eye: {camera: track, size: [32, 32], kind: depth, range: [1.5, 3.5]";
  const Seen rendered(task_with(camera + "}}")), cast(task_with(camera + ", method: rays}}"));
  int far_apart = 0;
  for (size_t i = 0; i < rendered.images.size(); ++i)
    far_apart += std::abs(int{rendered.images[i]} - int{cast.images[i]}) > 3;
  EXPECT_LE(far_apart, 60);  // of 1024
}

TEST(Cameras, AreTheirOwnInEveryEnvAndOneInAllThreads) {
  const Task task = task_with("{eye: {camera: track, size: [24, 24], frames: 2}, state: [qpos]}");
  ThreadPool one(1), two(2);
  VecEnv alone(task.factory, 5, Rng(3)), together(task.factory, 5, Rng(3));
  alone.reset(one);
  together.reset(two);
  std::vector<float> actions(5);
  for (int step = 0; step < 30; ++step) {
    for (int i = 0; i < 5; ++i) actions[i] = static_cast<float>((step * 7 + i * 3) % 5 - 2);
    alone.step(one, actions);
    together.step(two, actions);
    ASSERT_TRUE(std::ranges::equal(alone.images(), together.images())) << step;
    ASSERT_TRUE(std::ranges::equal(alone.final_images(), together.final_images())) << step;
  }
}

TEST(Cameras, WhatIsWrongIsNamed) {
  const std::string no_camera = refusal("{eye: {camera: frnt}}");
  expect_contains(no_camera, "task.yaml:6:");
  expect_contains(no_camera, "no camera 'frnt'");
  expect_contains(no_camera, "track");  // that there is
  expect_contains(refusal("{eye: {camera: track, kind: rbg}}"), "did you mean 'rgb'");
  expect_contains(refusal("{eye: {camera: track, sise: [1, 1]}}"), "did you mean 'size'");
  expect_contains(refusal("{eye: {camera: track, size: [64]}}"), "[height, width]");
  expect_contains(refusal("{eye: {camera: track, size: [0, 4]}}"), "size");
  expect_contains(refusal("{eye: {camera: track, kind: depth, range: [2, 1]}}"), "[nearest, farthest]");
  expect_contains(refusal("{eye: {camera: track, method: rays}}"), "kind: depth");
  expect_contains(refusal("{eye: {camera: track, process: [gray]}}"), "did you mean 'grey'");
  expect_contains(refusal("{eye: {camera: track, process: [{crop: [0, 0, 65, 64]}]}}"), "does not fit");
  expect_contains(refusal("{eye: {camera: track, frames: 0}}"), "frames");
  expect_contains(refusal("{eye: {camera: track, size: [4096, 4096], frames: 64}}"), "16777216 bytes");
}

TEST(Cameras, MoreThanFitsIntoMemoryIsRefusedWithTheFigure) {
  const Task task = task_with("{eye: {camera: track, size: [1024, 1024], frames: 5, covered: true}}");
  const std::string text = error_of([&] { VecEnv(task.factory, 50000, Rng(1)); });
  expect_contains(text, "need 1.57e+03 GB");
  expect_contains(text, "are free");
}

TEST(Extends, ATaskSaysWhatDiffersFromAnother) {
  const std::string base = SINEW_SOURCE_DIR "/configs/tasks/half_cheetah.yaml";
  const Task task = load_task(ConfigNode::parse_text("extends: half_cheetah.yaml\n"
                                                     "time_limit: 7\n"
                                                     "observations: {state:, pose: [qpos]}\n"
                                                     "reward: {control: {weight: -2}}\n",
                                                     "mine.yaml"),
                              "mine", SINEW_SOURCE_DIR "/configs/tasks");
  const auto env = task.factory();
  EXPECT_EQ(env->spec().time_limit, 7);
  ASSERT_EQ(env->spec().sensors.size(), 1u);
  EXPECT_EQ(env->spec().sensors[0].name, "pose");
  EXPECT_EQ(env->spec().reward_terms, load_task(base).factory()->spec().reward_terms);
  EXPECT_EQ(task.config.find("extends"), nullptr);  // what is kept is whole
  expect_contains(error_of([] {
                    load_task(ConfigNode::parse_text("extends: half_chetah.yaml", "mine.yaml"), "mine",
                              SINEW_SOURCE_DIR "/configs/tasks");
                  }),
                  "half_chetah.yaml");
}

}  // namespace
}  // namespace sinew
