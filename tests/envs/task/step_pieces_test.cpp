// An env step in pieces, as a robot in real time makes it, is the same step.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/core/allocation_counter.h"
#include "tests/envs/randomized_task.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

const std::string everything = SINEW_SOURCE_DIR "/tests/envs/data/everything.yaml";

std::vector<double> random_action(const EnvSpec& spec, Rng& rng) {
  std::vector<double> action;
  for (const ActionPart& part : spec.actions.parts)
    for (size_t i = 0; i < part.low.size(); ++i) action.push_back(rng.uniform(part.low[i], part.high[i]));
  return action;
}

/// A task's env, its random stream, and all that it shows.
struct PieceByPiece {
  std::unique_ptr<Env> env;
  TaskEnv& task;
  Rng rng;

  explicit PieceByPiece(const EnvFactory& factory, uint64_t seed = 1)
      : env(factory()), task(dynamic_cast<TaskEnv&>(*env)), rng(seed) {
    task.reset(rng);
  }
  // Pieces of so many physics steps, a new action before each of them but the first.
  StepResult step(std::span<const int> pieces, std::span<const std::vector<double>> actions) {
    task.begin_step(actions[0], rng);
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (i > 0 && i < actions.size()) task.apply(actions[i]);
      if (!task.advance(pieces[i])) break;
    }
    return task.end_step(rng);
  }
  std::vector<double> shown() const {
    std::vector<double> all(task.reward_terms().begin(), task.reward_terms().end());
    for (size_t i = 0; i < task.spec().sensors.size(); ++i) {
      const std::span<const double> numbers = task.observation(static_cast<int>(i));
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    return all;
  }
  void visit_state(StateArchive& archive) {
    archive("env", *env);
    archive("rng", rng);
  }
};

bool are_same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

void expect_the_same_step(const EnvFactory& factory, const std::vector<int>& pieces) {
  PieceByPiece whole(factory), cut(factory);
  ASSERT_EQ(whole.task.frame_skip(), std::accumulate(pieces.begin(), pieces.end(), 0));
  Rng actions(3);
  for (int i = 0; i < 100; ++i) {
    const std::vector<double> action = random_action(whole.task.spec(), actions);
    const StepResult expected = whole.task.step(action, whole.rng), result = cut.step(pieces, {{action}});
    ASSERT_EQ(result.reward, expected.reward);
    ASSERT_EQ(result.terminated, expected.terminated);
    ASSERT_EQ(result.truncated, expected.truncated);
    ASSERT_TRUE(are_same_bits(cut.shown(), whole.shown())) << "step " << i;
    if (!expected.terminated && !expected.truncated) continue;
    whole.task.reset(whole.rng);
    cut.task.reset(cut.rng);
  }
}

TEST(StepPieces, MakeTheSameStep) {
  expect_the_same_step(make_task(everything), {1, 1, 1, 1});
  expect_the_same_step(make_task(everything), {1, 3});
  expect_the_same_step(make_task(everything), {4});
  expect_the_same_step(randomized_task().factory, {2, 2, 1});
}

/// A slide of 2 kg, a motor, 5 physics steps of 0.01 s: a force of 1 N for one of them makes it 0.005 m/s faster.
class Slide : public testing::Test {
 protected:
  Slide()
      : file_(R"(<mujoco><option timestep="0.01" gravity="0 0 0"/><worldbody><body>
          <joint name="slide" type="slide" axis="1 0 0"/><inertial pos="0 0 0" mass="2" diaginertia="1 1 1"/>
        </body></worldbody><actuator><motor name="push" joint="slide" ctrllimited="true" ctrlrange="-9 9"/></actuator>
        </mujoco>)"),
        play_(load_task(ConfigNode::parse_text("model: " + file_.path() + R"(
frame_skip: 5
observations: {state: [qvel, last_action]}
reward: {effort: {term: action_cost}, change: {term: action_rate}}
)",
                                               "slide.yaml"),
                        "slide", "")
                  .factory) {}
  TemporaryModel file_;
  PieceByPiece play_;
};

TEST_F(Slide, FollowsTheNewestAction) {
  EXPECT_EQ(play_.task.frame_skip(), 5);
  EXPECT_EQ(play_.task.timestep(), 0.01);
  play_.step(std::array{5}, {{{1}}});
  EXPECT_NEAR(play_.shown()[2], 0.005 * 5, 1e-12);
  play_.step(std::array{2, 1, 2}, {{{1}, {-4}, {6}}});
  EXPECT_NEAR(play_.shown()[2], 0.005 * (5 + 2 - 4 + 2 * 6), 1e-12);
  EXPECT_EQ(play_.shown()[3], 6) << "the last action is the newest";
  EXPECT_EQ(play_.shown()[0], 36);
  EXPECT_EQ(play_.shown()[1], 25) << "beside that of the last step";
}

TEST_F(Slide, StandsWhereItStoodAfterADivergence) {
  play_.step(std::array{5}, {{{1}}});
  const std::vector<double> before = play_.shown();
  Simulation& sim = play_.task.simulation();
  const double position = sim.qpos()[0], velocity = sim.qvel()[0], time = sim.time();
  play_.task.begin_step(std::array{1.0}, play_.rng);
  ASSERT_TRUE(play_.task.advance(2));
  sim.qvel()[0] = 1e12;
  EXPECT_FALSE(play_.task.advance(1));
  EXPECT_FALSE(play_.task.advance(2)) << "it stays so until the step ends";
  EXPECT_EQ(sim.qpos()[0], position);
  EXPECT_EQ(sim.qvel()[0], velocity);
  EXPECT_EQ(sim.time(), time);
  const StepResult result = play_.task.end_step(play_.rng);
  EXPECT_TRUE(result.truncated && result.diverged);
  EXPECT_EQ(result.reward, 0);
  EXPECT_EQ(play_.shown()[2], before[2]);
  StateArchive saved;
  play_.visit_state(saved);
  play_.task.reset(play_.rng);
  StateArchive from(saved.bytes(), "state");
  play_.visit_state(from);
  EXPECT_TRUE(from.warnings().empty());
  EXPECT_EQ(sim.qvel()[0], velocity);
}

// Saved after a step in which actions changed, with controllers, contacts and forces.
TEST(StepPieces, AreRestoredToTheSameBits) {
  const EnvFactory factory = make_task(everything);
  for (const int steps : {1, 7, 23}) {
    PieceByPiece original(factory, 1), other(factory, 2);
    Rng actions(4);
    const auto act = [&] {
      std::vector<std::vector<double>> three;
      for (int i = 0; i < 3; ++i) three.push_back(random_action(original.task.spec(), actions));
      return three;
    };
    for (int i = 0; i < steps; ++i) original.step(std::array{1, 2, 1}, act());
    StateArchive saved;
    original.visit_state(saved);
    StateArchive from(saved.bytes(), "state");
    other.visit_state(from);
    from.finish();
    EXPECT_TRUE(from.warnings().empty()) << from.warnings()[0];
    ASSERT_TRUE(are_same_bits(original.shown(), other.shown()));
    for (int i = 0; i < 30; ++i) {
      const auto three = act();
      original.step(std::array{2, 1, 1}, three);
      other.step(std::array{2, 1, 1}, three);
      ASSERT_TRUE(are_same_bits(original.shown(), other.shown())) << i << " steps after " << steps;
    }
  }
}

TEST(StepPieces, AllocateNothing) {
  PieceByPiece play(make_task("half_cheetah"));
  const std::vector<std::vector<double>> actions = {std::vector(6, 0.2), std::vector(6, -0.2)};
  std::vector<double> position(6), velocity(6), torque(6);
  for (int i = 0; i < 100; ++i) play.step(std::array{2, 3}, actions);
  const int64_t before = calls_of_new();
  for (int i = 0; i < 100; ++i) {
    play.step(std::array{2, 3}, actions);
    play.task.measure(position, velocity, torque);
  }
  EXPECT_EQ(calls_of_new(), before);
}

}  // namespace
}  // namespace sinew
