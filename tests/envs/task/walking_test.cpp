// Whole tasks of legged robots, where terms of all kinds meet.
#include <algorithm>
#include <cmath>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

/// A box on two legs with broad feet, which stands when its joints are held.
class Biped : public testing::Test {
 protected:
  Biped()
      : file_(R"(<mujoco><option timestep="0.004"/><worldbody><geom name="floor" type="plane" size="9 9 1"/>
          <body name="torso" pos="0 0 0.5"><freejoint name="root"/>
            <geom name="trunk" type="box" size="0.1 0.15 0.1" mass="4"/>
            <body name="left" pos="0 0.1 -0.1"><joint name="left_hip" axis="0 1 0" damping="0.1" armature="0.02"/>
              <geom type="capsule" fromto="0 0 0 0 0 -0.3" size="0.03" mass="0.5"/>
              <geom name="left_foot" type="box" pos="0 0 -0.37" size="0.12 0.06 0.03" mass="0.3"/></body>
            <body name="right" pos="0 -0.1 -0.1"><joint name="right_hip" axis="0 1 0" damping="0.1" armature="0.02"/>
              <geom type="capsule" fromto="0 0 0 0 0 -0.3" size="0.03" mass="0.5"/>
              <geom name="right_foot" type="box" pos="0 0 -0.37" size="0.12 0.06 0.03" mass="0.3"/></body>
          </body></worldbody>
          <actuator><motor joint="left_hip" gear="20" ctrllimited="true" ctrlrange="-1 1"/></actuator>
          <keyframe><key name="tipping" qpos="0 0 0.5 1 0 0 0 0 0" qvel="2 0 0 0 10 0 0 0"/></keyframe></mujoco>)") {}

  std::unique_ptr<Env> env(const std::string& reset = "pose", const std::string& speed = "[0, 0]") {
    const std::string yaml = "model: " + file_.path() + R"(
frame_skip: 5
commands: {velocity: {term: velocity, x: )" +
                             speed +
                             R"(, y: [0, 0], yaw: [0, 0]}}
observations: {state: [joint_pos, joint_vel, {command: velocity}]}
actions: {pd_targets: {joints: [left_hip, right_hip], kp: 60, kd: 2, scale: 0.5}}
reward:
  velocity: {term: tracking, of: {body_linear_velocity: {body: torso, axes: [x, y]}}, command: velocity, numbers: [0, 1],
             sigma: 0.5}
  air_time: {term: air_time, geoms: [left_foot, right_foot], target: 0.1}
  slip: {term: foot_slip, geoms: [left_foot, right_foot], weight: -1}
  done: {term: success, weight: 5}
terminate:
  fallen: {term: tilt, body: torso, most: 0.8}
  stands: {term: success, of: {body_linear_velocity: {body: torso}}, within: 0.02, steps: 10}
reset: [)" + reset + "]\n";
    return load_task(ConfigNode::parse_text(yaml, "task.yaml"), "biped", "").factory();
  }
  TemporaryModel file_;
};

TEST_F(Biped, SucceedsWhenItStands) {
  const auto task = env();
  EXPECT_TRUE(task->spec().has_success);
  Rng rng(1);
  task->reset(rng);
  StepResult result;
  int steps = 0;
  while (!result.terminated && steps < 200) {
    result = task->step(std::array{0.0, 0.0}, rng);
    ++steps;
  }
  ASSERT_TRUE(result.terminated);
  EXPECT_TRUE(result.success);
  EXPECT_GE(steps, 10);
  EXPECT_NEAR(task->reward_terms()[0], 1, 1e-2) << "it was told to stand";
  EXPECT_EQ(task->reward_terms()[1], 0) << "its feet stay on the ground";
  EXPECT_NEAR(task->reward_terms()[2], 0, 1e-3);
  EXPECT_EQ(task->reward_terms()[3], 5);
}

TEST_F(Biped, FailsWhenItFalls) {
  const auto task = env("keyframe: tipping");
  Rng rng(1);
  task->reset(rng);
  StepResult result;
  for (int i = 0; !result.terminated && i < 200; ++i) result = task->step(std::array{0.0, 0.0}, rng);
  EXPECT_TRUE(result.terminated);
  EXPECT_FALSE(result.success);
  EXPECT_EQ(task->reward_terms()[3], 0);
}

TEST_F(Biped, IsToldToMove) {
  const auto task = env("pose", "[1, 1]");
  Rng rng(1);
  task->reset(rng);
  for (int i = 0; i < 8; ++i) task->step(std::array{0.0, 0.0}, rng);
  EXPECT_NEAR(task->reward_terms()[0], std::exp(-1 / 0.25), 5e-3) << "it stands and should walk at 1 m/s";
}

constexpr const char* ant_velocity = SINEW_SOURCE_DIR "/tests/envs/data/ant_velocity.yaml";

// All that 200 random steps return, as one row.
std::vector<double> walk(Env& env, uint64_t seed) {
  Rng rng(seed), actions = Rng(seed).split("actions");
  const auto size = static_cast<size_t>(env.spec().actions.size());
  std::vector<double> all, action(size);
  env.reset(rng);
  for (int i = 0; i < 200; ++i) {
    for (double& a : action) a = actions.uniform(-1, 1);
    const StepResult result = env.step(action, rng);
    all.push_back(result.reward);
    all.insert(all.end(), env.reward_terms().begin(), env.reward_terms().end());
    for (int sensor = 0; sensor < static_cast<int>(env.spec().sensors.size()); ++sensor) {
      const std::span<const double> seen = env.observation(sensor);
      all.insert(all.end(), seen.begin(), seen.end());
    }
    EXPECT_FALSE(result.diverged);
    if (result.terminated || result.truncated) env.reset(rng);
  }
  return all;
}

TEST(AntVelocity, WalksWithFiniteNumbersAndTheSameBits) {
  const EnvFactory make = make_task(ant_velocity);
  const auto one = make(), other = make();
  EXPECT_EQ(one->spec().sensors[0].size(), 3 + 3 + 3 + 8 + 3 * 8 + 8);
  EXPECT_EQ(one->spec().sensors[1].size(), 3 + 4);
  const std::vector<double> walked = walk(*one, 1);
  EXPECT_TRUE(std::ranges::all_of(walked, [](double x) { return std::isfinite(x); }));
  EXPECT_EQ(walk(*other, 1), walked);
  EXPECT_NE(walk(*other, 2), walked);
  EXPECT_EQ(walk(*other, 1), walked) << "an episode knows nothing of those before";
}

TEST(AntVelocity, EveryRewardHasItsSay) {
  const auto env = make_task(ant_velocity)();
  const size_t count = env->spec().reward_terms.size();
  std::vector<bool> spoke(count);
  Rng rng(3), actions(4);
  std::vector<double> action(8);
  env->reset(rng);
  for (int i = 0; i < 1000; ++i) {
    for (double& a : action) a = actions.uniform(-1, 1);
    const StepResult result = env->step(action, rng);
    for (size_t k = 0; k < count; ++k)
      if (env->reward_terms()[k] != 0) spoke[k] = true;
    if (result.terminated || result.truncated) env->reset(rng);
  }
  for (size_t k = 0; k < count; ++k) EXPECT_TRUE(spoke[k]) << env->spec().reward_terms[k] << " was always 0";
}

}  // namespace
}  // namespace sinew
