// The MuJoCo tasks against roll-outs of the reference tasks (MuJoCo 2.2.2): every observation and
// reward to 1e-9. data/TASK.json: qpos and qvel set after a reset, then the listed actions.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"

namespace sinew {
namespace {

constexpr double tolerance = 1e-9;

class Trace : public testing::TestWithParam<const char*> {};

void expect_observation(const Env& env, const std::vector<double>& expected, int step) {
  const std::span<const double> observation = env.observation(0);
  ASSERT_EQ(observation.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(observation[i], expected[i], tolerance) << env.spec().sensors[0].labels[i] << ", step " << step;
}

TEST_P(Trace, IsReproduced) {
  const std::string name = GetParam();
  std::ifstream file(std::string(SINEW_SOURCE_DIR "/tests/envs/data/") + name + ".json");
  const nlohmann::json trace = nlohmann::json::parse(file);
  const auto env = make_task(name)();
  auto& task = dynamic_cast<TaskEnv&>(*env);
  Rng rng(1);
  task.reset_to(trace["qpos"].get<std::vector<double>>(), trace["qvel"].get<std::vector<double>>(), rng);
  expect_observation(*env, trace["initial_obs"], 0);
  int number = 0;
  for (const auto& step : trace["steps"]) {
    ++number;
    const StepResult result = env->step(step["action"].get<std::vector<double>>(), rng);
    expect_observation(*env, step["obs"], number);
    EXPECT_NEAR(result.reward, step["reward"].get<double>(), tolerance) << "step " << number;
    EXPECT_EQ(result.terminated, step["terminated"].get<bool>()) << "step " << number;
  }
  EXPECT_GT(number, 3);
}

INSTANTIATE_TEST_SUITE_P(Tasks, Trace,
                         testing::Values("ant", "half_cheetah", "hopper", "humanoid", "humanoid_standup",
                                         "inverted_double_pendulum", "inverted_pendulum", "pusher", "reacher",
                                         "swimmer", "walker2d"));

}  // namespace
}  // namespace sinew
