// The evaluator runs the episodes of any controller: one that acts by its sensors, by its memory, or by the env itself.
#include "core/controller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "agents/run/evaluator.h"
#include "tests/agents/made_up_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

// The best that can be done from what is sensed: the observation itself. It counts the steps of an episode.
class Knowing : public Controller {
 public:
  const InterfaceSpec& spec() const override { return spec_; }
  int state_size() const override { return 1; }
  void act(const ObservationRows& rows, std::span<float> state, std::span<const uint8_t> reset_mask,
           std::span<float> actions) override {
    for (int row = 0; row < rows.rows; ++row) {
      if (reset_mask[row]) state[row] = 0;
      longest = std::max(longest, ++state[row]);
      actions[row] = rows.numbers[2 * row];
    }
  }
  static inline thread_local float longest = 0;  // steps

 private:
  InterfaceSpec spec_ = MadeUpEnv({}).spec();
};

TEST(Controller, IsEvaluatedLikeAPolicy) {
  ThreadPool pool(2);
  const Evaluation evaluation =
      Evaluator(MadeUpEnv::factory(), pool).run([] { return std::make_unique<Knowing>(); }, 6, Rng(1));
  ASSERT_EQ(evaluation.episodes.size(), 6u);
  for (const Evaluation::Episode& episode : evaluation.episodes) EXPECT_NEAR(episode.reward, 8, 1e-5);
}

TEST(Controller, RemembersWithinAnEpisode) {
  ThreadPool pool(1);
  Evaluator evaluator(MadeUpEnv::factory({.episode = 5}), pool);
  Knowing controller;
  Knowing::longest = 0;
  for (int i = 0; i < 3; ++i) evaluator.run_episode(controller, Rng(2).split("episode", i));
  EXPECT_EQ(Knowing::longest, 5);
}

// What it senses, it takes from the env, which it is shown before each action.
class Peeping final : public EnvController {
 public:
  const InterfaceSpec& spec() const override { return spec_; }
  void look_at(Env& env) override {
    x_ = static_cast<float>(env.observation(0)[0]);
    ++looks;
  }
  void act(const ObservationRows&, std::span<float>, std::span<const uint8_t>, std::span<float> actions) override {
    actions[0] = x_;
  }
  int looks = 0;

 private:
  InterfaceSpec spec_ = MadeUpEnv({}).spec();
  float x_ = 0;
};

TEST(Controller, MayAskForTheEnvItself) {
  ThreadPool pool(1);
  Peeping controller;
  const Evaluation::Episode episode = Evaluator(MadeUpEnv::factory(), pool).run_episode(controller, Rng(3));
  EXPECT_NEAR(episode.reward, 8, 1e-5);
  EXPECT_EQ(controller.looks, episode.length);
}

TEST(Controller, OfAnotherTaskIsRefused) {
  ThreadPool pool(1);
  Knowing controller;
  expect_contains(
      error_of([&] {
        Evaluator(MadeUpEnv::factory({.actions = {continuous_part("arm", 2)}}), pool).run_episode(controller, Rng(1));
      }),
      "the controller does not fit the task 'made_up': action 'arm' has 1 numbers");
}

}  // namespace
}  // namespace sinew
