// `reset: keyframe` restores all of a keyframe, whatever drives the robot; what no action drives keeps its ctrl.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/state_archive.h"
#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

const TemporaryModel& arm() {
  static const TemporaryModel model(R"(<mujoco><compiler autolimits="true" angle="radian"/><option timestep="0.004"/>
    <worldbody><body name="target" mocap="true"><geom size="0.01" contype="0" conaffinity="0"/></body>
    <body name="a" pos="0 0 1"><joint name="j1" axis="0 1 0" damping="4"/><geom type="capsule" fromto="0 0 0 .4 0 0" size=".03"/>
     <body name="b" pos=".4 0 0"><joint name="j2" axis="0 1 0" damping="4"/><geom type="capsule" fromto="0 0 0 .3 0 0" size=".03"/></body></body>
    <body pos="0 1 0"><joint name="wheel" axis="0 1 0" damping=".1"/><geom size=".1"/></body></worldbody>
    <actuator><position name="s1" joint="j1" kp="400" ctrlrange="-2 2"/><position name="s2" joint="j2" kp="400" ctrlrange="-2 2"/>
     <motor name="m" joint="wheel" ctrlrange="-1 1"/><intvelocity name="turn" joint="wheel" kp="5" ctrlrange="-1 1" actrange="-9 9"/>
    </actuator>
    <keyframe><key name="home" qpos="-0.8 1.2 0.7" qvel="0 0 0.1" act="0.7" ctrl="-0.86 1.18 0.5 0.2" mpos="0.3 0.2 0.9"
      mquat="0 1 0 0" time="2.5"/></keyframe></mujoco>)");
  return model;
}

Task task_of(const std::string& actions, const std::string& more) {
  return load_task(ConfigNode::parse_text("model: " + arm().path() + "\nframe_skip: 5\ntime_limit: 12\n" +
                                              "observations: {state: [qpos, {body_pos: {body: target}}]}\n" +
                                              "reward: {alive: {term: alive}}\nreset: [{keyframe: home}]\nactions: " +
                                              actions + "\n" + more,
                                          "task.yaml"),
                   "arm", "");
}

std::string saved(Env& env) {
  StateArchive archive;
  env.visit_state(archive);
  return archive.bytes();
}

TEST(KeyframeReset, WhatNoActionDrivesKeepsItsControl) {
  const std::string actions[] = {"{actuators: [s1]}", "{position_targets: {actuators: [s1]}}",
                                 "{position_targets: {actuators: [s1], rate: 2}}", "{joint_torque: {joints: {j1: 5}}}"};
  const std::string others[] = {"", "randomize: [{mass: {scale: [0.9, 1.1]}}]", "delay: {action: [0.01, 0.05]}"};
  for (const std::string& action : actions) {
    for (const std::string& more : others) {
      SCOPED_TRACE(action + " " + more);
      const Task task = task_of(action, more);
      const auto env = task.factory(), other = task.factory();
      auto& sim = dynamic_cast<TaskEnv&>(*env).simulation();
      Rng rng(1), other_rng(1);
      for (int episode = 0; episode < 2; ++episode) {
        env->reset(rng);
        EXPECT_EQ(sim.time(), 2.5);
        EXPECT_EQ(sim.qvel()[2], 0.1);
        EXPECT_EQ(sim.ctrl()[2], 0.5);
        const std::string bytes = saved(*env);
        StateArchive archive(bytes, "state");
        other->visit_state(archive);
        archive.finish();
        EXPECT_TRUE(archive.warnings().empty());
        other_rng = rng;
        for (int step = 0; step < 12; ++step) {
          env->step(std::array{0.1}, rng);
          other->step(std::array{0.1}, other_rng);
          EXPECT_EQ(sim.ctrl()[1], 1.18);
          EXPECT_EQ(sim.ctrl()[2], 0.5);
          EXPECT_EQ(sim.ctrl()[3], 0.2);
          EXPECT_NEAR(sim.qpos()[1], 1.2, 0.3) << "its servo holds it, though the other joint is thrown about";
          const std::span<const double> numbers = env->observation(0);
          EXPECT_TRUE(std::ranges::equal(numbers, other->observation(0)));
          EXPECT_EQ((std::vector(numbers.begin() + 3, numbers.end())), (std::vector{0.3, 0.2, 0.9}));
        }
      }
    }
  }
}

// By its name, by its numbers, and by the reset term: the same state, and the same steps.
TEST(KeyframeReset, AnExactStartIsTheSame) {
  const Task task = task_of("{actuators: [s1]}", "");
  const auto by_term = task.factory(), by_name = task.factory(), by_numbers = task.factory();
  const std::vector<Env*> envs = {by_term.get(), by_name.get(), by_numbers.get()};
  const auto sim_of = [](Env* env) -> Simulation& { return dynamic_cast<TaskEnv&>(*env).simulation(); };
  Rng rng(1);
  by_term->reset(rng);
  dynamic_cast<TaskEnv&>(*by_name).reset_to({.keyframe = 0}, rng);
  dynamic_cast<TaskEnv&>(*by_numbers)
      .reset_to({.qpos = {-0.8, 1.2, 0.7},
                 .qvel = {0, 0, 0.1},
                 .act = {0.7},
                 .ctrl = {-0.86, 1.18, 0.5, 0.2},
                 .mpos = {0.3, 0.2, 0.9},
                 .mquat = {0, 1, 0, 0}},
                rng);
  for (int step = 0; step < 5; ++step) {
    SimulationState expected = sim_of(envs[0]).state();
    EXPECT_EQ(sim_of(envs[1]).state(), expected);
    expected[0] = sim_of(envs[2]).time();  // the numbers have none
    EXPECT_EQ(sim_of(envs[2]).state(), expected);
    for (Env* env : envs) env->step(std::array{0.1}, rng);
  }
}

TEST(KeyframeReset, AnExactStartIsOfTheModelsSizes) {
  const auto env = task_of("{actuators: [s1]}", "").factory();
  auto& task = dynamic_cast<TaskEnv&>(*env);
  Rng rng(1);
  const std::vector<double> numbers(2);
  const std::pair<std::vector<double> ExactStart::*, std::string> parts[] = {
      {&ExactStart::qpos, "qpos has 2 numbers; the model has 3"},
      {&ExactStart::qvel, "qvel has 2 numbers; the model has 3"},
      {&ExactStart::act, "act has 2 numbers; the model has 1"},
      {&ExactStart::ctrl, "ctrl has 2 numbers; the model has 4"},
      {&ExactStart::mpos, "mpos has 2 numbers; the model has 3"},
      {&ExactStart::mquat, "mquat has 2 numbers; the model has 4"}};
  for (const auto& [part, message] : parts) {
    ExactStart start;
    start.*part = numbers;
    expect_contains(error_of([&] { task.reset_to(start, rng); }), message);
  }
}

}  // namespace
}  // namespace sinew
