// A keyframe is restored as MuJoCo restores it: the next steps have its bits.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mujoco/mujoco.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "sim/simulation/simulation.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

constexpr int n_keyframes = 6;

// Everything that a keyframe can hold: five positions, five velocities, an activation, three controls, two mocap poses.
std::string model_with(Rng& rng) {
  const auto numbers = [&](int count, double low, double high) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format("{}{:.4f}", i > 0 ? " " : "", rng.uniform(low, high));
    return text;
  };
  std::string keys;
  for (int i = 0; i < n_keyframes; ++i) {
    keys += fmt::format(R"(<key name="k{}" time="{}" )", i, rng.uniform(0, 5));
    const auto say = [&](const char* name, int count) {
      if (rng.uniform(0, 1) < 0.8) keys += fmt::format(R"({}="{}" )", name, numbers(count, -1, 1));
    };
    say("qpos", 5);
    say("qvel", 5);
    say("act", 1);
    say("ctrl", 3);
    say("mpos", 6);
    say("mquat", 8);
    keys += "/>";
  }
  return fmt::format(R"(<mujoco><compiler angle="radian" autolimits="true"/><worldbody>
    <body name="t1" mocap="true"><geom size=".01" contype="0" conaffinity="0"/></body>
    <body name="t2" mocap="true" pos="1 0 0"><geom size=".01" contype="0" conaffinity="0"/></body>
    <body pos="0 0 1"><joint name="a" damping="1"/><geom size=".1"/>
      <body pos=".3 0 0"><joint name="b" damping="1"/><geom size=".1"/>
        <body pos=".3 0 0"><joint name="c" type="slide" damping="5"/><geom size=".05"/></body></body></body>
    <body pos="0 1 0"><joint name="d" damping="1"/><geom size=".1"/></body>
    <body pos="0 2 0"><joint name="e" damping="1"/><geom size=".1"/></body></worldbody>
    <actuator><position name="pa" joint="a" kp="30" ctrlrange="-1 1"/><motor name="mb" joint="b"/>
      <intvelocity name="ic" joint="c" kp="20" actrange="-1 1" ctrlrange="-1 1"/></actuator>
    <keyframe>{}</keyframe></mujoco>)",
                     keys);
}

void expect_same(const Simulation& sim, const mjData& d, const mjModel& m) {
  const mjData& ours = sim.raw();
  EXPECT_EQ(ours.time, d.time);
  const auto expect = [](const mjtNum* a, const mjtNum* b, int count) {
    EXPECT_EQ(std::vector<double>(a, a + count), std::vector<double>(b, b + count));
  };
  expect(ours.qpos, d.qpos, m.nq);
  expect(ours.qvel, d.qvel, m.nv);
  expect(ours.act, d.act, m.na);
  expect(ours.ctrl, d.ctrl, m.nu);
  expect(ours.mocap_pos, d.mocap_pos, 3 * m.nmocap);
  expect(ours.mocap_quat, d.mocap_quat, 4 * m.nmocap);
  expect(ours.actuator_force, d.actuator_force, m.nu);
  expect(ours.xpos, d.xpos, 3 * m.nbody);
}

TEST(Keyframes, AreRestoredAsMuJoCoDoes) {
  for (const bool own_model : {false, true}) {
    Rng rng(own_model);
    const TemporaryModel xml(model_with(rng));
    const auto model = Model::load(xml.path());
    const mjModel& m = model->raw();
    ASSERT_EQ(model->count(Model::Element::keyframe), n_keyframes);
    Simulation sim(model);
    if (own_model) sim.make_model_its_own();
    mjData* data = mj_makeData(&m);
    for (int key = 0; key < n_keyframes; ++key) {
      SCOPED_TRACE(key);
      sim.reset();
      sim.set_keyframe(key);
      sim.forward();
      mj_resetDataKeyframe(&m, data, key);
      mj_forward(&m, data);
      expect_same(sim, *data, m);
      const SimulationState begun = sim.state();
      for (int step = 0; step < 20; ++step) mj_step(&m, data);
      ASSERT_TRUE(sim.step(20));
      expect_same(sim, *data, m);
      const SimulationState end = sim.state();
      sim.go_to(begun);  // and kept in the state
      ASSERT_TRUE(sim.step(20));
      const SimulationState again = sim.state();
      for (size_t i = 0; i < end.size(); ++i)  // each forward() normalises the quaternions once more
        EXPECT_NEAR(again[i], end[i], 1e-12 * (1 + std::abs(end[i])));
    }
    mj_deleteData(data);
  }
}

}  // namespace
}  // namespace sinew
