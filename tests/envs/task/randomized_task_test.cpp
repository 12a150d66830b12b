// Commands, memory, noise, pushes and random models together in one task.
#include <gtest/gtest.h>

#include <cmath>

#include "envs/task/task_env.h"
#include "tests/envs/randomized_task.h"

namespace sinew {
namespace {

// One env, its random stream and all that it said.
struct Episodes {
  std::unique_ptr<Env> env;
  Rng rng;
  std::vector<double> said;

  Episodes(const Task& task, uint64_t seed) : env(task.factory()), rng(seed) {}
  void observe() {
    const std::span<const double> numbers = env->observation(0);
    said.insert(said.end(), numbers.begin(), numbers.end());
  }
  void episode(int steps) {
    env->reset(rng);
    observe();
    for (int i = 0; i < steps; ++i) {
      said.push_back(env->step(std::vector<double>(8, 0.3 * std::sin(0.5 * i)), rng).reward);
      observe();
    }
  }
  Simulation& simulation() { return dynamic_cast<TaskEnv&>(*env).simulation(); }
};

TEST(RandomizedTasks, FollowFromTheSeedAlone) {
  const Task task = randomized_task();
  Episodes first(task, 1), second(task, 1), third(task, 2);
  for (int i = 0; i < 3; ++i) first.episode(40);
  // Others in between make no difference: each env has a model of its own.
  for (int i = 0; i < 3; ++i) {
    second.episode(40);
    third.episode(7);
  }
  EXPECT_EQ(first.said, second.said);
  EXPECT_NE(first.said[0], third.said[0]);
}

TEST(RandomizedTasks, DependOnNothingBeforeTheReset) {
  const Task task = randomized_task();
  Episodes used(task, 1), fresh(task, 1);
  used.episode(40);
  used.said.clear();
  used.rng = Rng(1);
  used.episode(40);
  fresh.episode(40);
  EXPECT_EQ(used.said, fresh.said);
}

TEST(RandomizedTasks, ShareTheModelUnlessTheyChangeIt) {
  const Task task = randomized_task();
  Episodes run(task, 1), other(task, 2);
  run.episode(10);
  other.episode(10);
  ASSERT_TRUE(run.simulation().owns_model());
  EXPECT_EQ(run.simulation().shared_model(), other.simulation().shared_model());
  const double nominal = run.simulation().model().body_mass(1);
  const double mass = run.simulation().parameter(ModelParameter::body_mass)[1];
  EXPECT_NE(mass, nominal);
  EXPECT_NE(mass, other.simulation().parameter(ModelParameter::body_mass)[1]);
  EXPECT_EQ(Episodes(load_task("ant"), 1).simulation().owns_model(), false);
}

TEST(RandomizedTasks, PushWhenDue) {
  const Task task = load_task(ConfigNode::parse_text(R"(
model: sim/models/pusher.xml
frame_skip: 5
observations: {state: [{qvel: {from: 7}}]}
reward: {alive: {term: alive}}
randomize: [{push: {body: object, velocity: 1, interval: [0.2, 0.2]}}]
)",
                                                     "push.yaml"),
                              "push", "");
  Episodes run(task, 1);
  run.env->reset(run.rng);
  run.observe();
  const double dt = 5 * run.simulation().model().timestep();
  for (int i = 1; i * dt < 0.35; ++i) {
    run.said.clear();
    run.env->step(std::vector<double>(7), run.rng);
    run.observe();
    EXPECT_EQ(std::abs(run.said[0]) > 1e-3, (i - 1) * dt >= 0.2 - 1e-12) << "in step " << i;
  }
}

}  // namespace
}  // namespace sinew
