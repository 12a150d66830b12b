// Tasks that take a memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "envs/memory/repeat_previous.h"
#include "envs/observer.h"
#include "envs/task/make_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

StepResult act(Env& env, double action) {
  Rng unused;
  return env.step(std::array{action}, unused);
}

// Plays an episode; `answer` gets the cards that lie on the table.
template <class Answer>
double play(RepeatPrevious& env, uint64_t seed, Answer&& answer, int* steps = nullptr) {
  Rng rng(seed);
  env.reset(rng);
  double total = 0;
  for (int step = 1;; ++step) {
    const StepResult result = act(env, answer(env.suits().first(static_cast<size_t>(env.dealt()))));
    total += result.reward;
    if (!result.terminated) continue;
    if (steps) *steps = step;
    return total;
  }
}

TEST(RepeatPreviousTest, WhoRemembersGetsOneAndWhoIsWrongLosesIt) {
  for (const auto& [k, decks] : {std::pair(1, 1), {4, 1}, {32, 2}, {64, 3}}) {
    RepeatPrevious env({.env = "", .k = k, .decks = decks});
    int steps = 0;
    const auto recall = [ago = k](std::span<const uint8_t> dealt) {
      return static_cast<int>(dealt.size()) < ago ? 0.0 : dealt[dealt.size() - static_cast<size_t>(ago)];
    };
    EXPECT_NEAR(play(env, 3, recall, &steps), 1, 1e-12);
    EXPECT_EQ(steps, 52 * decks - 1);
    EXPECT_NEAR(play(env, 3, [&](auto dealt) { return static_cast<int>(recall(dealt) + 1) % 4; }), -1, 1e-12);
  }
}

TEST(RepeatPreviousTest, DealsAllCardsInAnOrderOfItsSeed) {
  RepeatPrevious env({.env = "", .k = 4, .decks = 2});
  Rng a(1), b(1), c(2);
  env.reset(a);
  const std::vector<uint8_t> first(env.suits().begin(), env.suits().end());
  for (int suit = 0; suit < 4; ++suit) EXPECT_EQ(std::ranges::count(first, suit), 26);
  env.reset(c);
  EXPECT_FALSE(std::ranges::equal(first, env.suits()));
  env.reset(b);
  EXPECT_TRUE(std::ranges::equal(first, env.suits()));
  const std::span<const double> seen = env.observation(0);
  EXPECT_EQ(seen[first[0]], 1);
  EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), 0.0), 1);
}

Task task_from(const std::string& yaml) {
  return load_task(ConfigNode::parse_text(yaml, "task.yaml"), "task", SINEW_SOURCE_DIR "/configs/tasks");
}

TEST(MemoryTasks, HideWhatALabelNames) {
  const auto whole = make_task("cartpole")(), partial = make_task("cartpole_no_velocity")();
  EXPECT_EQ(partial->spec().sensors[0].labels, (std::vector<std::string>{"x", "angle"}));
  Rng a(1), b(1);
  whole->reset(a);
  partial->reset(b);
  for (int step = 0; step < 20; ++step) {
    const std::span<const double> all = whole->observation(0), seen = partial->observation(0);
    ASSERT_EQ(seen.size(), 2u);
    EXPECT_EQ(seen[0], all[0]);
    EXPECT_EQ(seen[1], all[2]);
    EXPECT_EQ(act(*whole, step % 2).reward, act(*partial, step % 2).reward);
  }
  expect_contains(error_of([] { task_from("{env: cartpole, hide: {state: [speed]}}"); }),
                  "sensor 'state' has no 'speed'");
  expect_contains(error_of([] { task_from("{env: cartpole, hide: {eye: [x]}}"); }), "there is no sensor 'eye'");
  expect_contains(error_of([] { task_from("{env: pendulum, hide: {state: [cos angle, sin angle, velocity]}}"); }),
                  "nothing would be left");
}

TEST(MemoryTasks, PositionOnlyCartPoleIsWorthOneInAll) {
  for (const auto& [name, limit] : {std::pair("easy", 200), {"medium", 400}, {"hard", 600}}) {
    const auto env = make_task(std::string("position_only_cartpole_") + name)();
    EXPECT_EQ(env->spec().time_limit, limit);
    Rng rng(1);
    env->reset(rng);
    EXPECT_DOUBLE_EQ(act(*env, 0).reward, 1.0 / limit);
  }
  expect_contains(error_of([] { task_from("{env: cartpole, time_limit: 0, most_return: 1}"); }), "needs a time_limit");
}

struct Cue {
  std::unique_ptr<Env> env = make_task("visual_cue")();
  Observer observer{env->spec()};
  std::vector<float> numbers = std::vector<float>(static_cast<size_t>(env->spec().observation_size()));
  std::vector<uint8_t> image = std::vector<uint8_t>(static_cast<size_t>(env->spec().image_size()));
  Rng rng;

  // Whether the left pad is the goal.
  bool begin(uint64_t seed) {
    rng = Rng(seed);
    env->reset(rng);
    observer.observe(*env, true, numbers, image);
    return numbers.back() > 0;
  }
  StepResult step(double shoulder, double elbow) {
    const StepResult result = env->step(std::array{shoulder, elbow}, rng);
    observer.observe(*env, false, numbers, image);
    return result;
  }
  // Red minus blue of all pixels.
  double redness() const {
    double sum = 0;
    for (size_t i = 0; i < image.size(); i += 3) sum += image[i] - image[i + 2];
    return sum;
  }
};

TEST(VisualCue, TheLampTellsAndGoesDark) {
  Cue cue;
  std::vector<double> lit[2], dark[2];
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const bool left = cue.begin(seed);
    for (int step = 0; step < 10; ++step) {
      (step < 5 ? lit : dark)[left].push_back(cue.redness());
      cue.step(0, 0);
    }
  }
  EXPECT_GT(std::ranges::min(lit[1]), std::ranges::max(lit[0]) + 10000);
  EXPECT_NEAR(std::ranges::max(dark[1]), std::ranges::max(dark[0]), 2000);
  EXPECT_NEAR(std::ranges::min(dark[1]), std::ranges::min(dark[0]), 2000);
}

TEST(VisualCue, TheArmWaitsThenTheFirstPadCounts) {
  Cue cue;
  bool seen[2] = {};
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const bool left = cue.begin(seed);
    const float shoulder = cue.numbers[0];
    for (int step = 0; step < 50; ++step) ASSERT_FALSE(cue.step(1.5, 1.5).terminated);
    EXPECT_NEAR(cue.numbers[0], shoulder, 0.02);
    // To the left pad, at (0.25, 0.15): both links of 16 cm.
    StepResult result;
    for (int step = 0; step < 40 && !result.terminated && !result.truncated; ++step)
      result = cue.step(4 * (0.95 - cue.numbers[0]), 4 * (-0.83 - cue.numbers[1]));
    EXPECT_TRUE(result.terminated);
    EXPECT_EQ(result.success, left);
    seen[left] = true;
  }
  EXPECT_TRUE(seen[0] && seen[1]);
}

}  // namespace
}  // namespace sinew
