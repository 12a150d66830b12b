#include "sim/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

std::shared_ptr<const Model> half_cheetah() {
  static const auto model = Model::load(SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml");
  return model;
}

void act_at_random(Simulation& sim, Rng& rng) {
  for (double& u : sim.ctrl()) u = rng.uniform(-1, 1);
}

TEST(Simulation, RestoresExactly) {
  Simulation first(half_cheetah()), second(half_cheetah());
  first.reset();
  first.forward();
  Rng rng(1);
  for (int i = 0; i < 200; ++i) {
    act_at_random(first, rng);
    ASSERT_TRUE(first.step(5));
  }
  second.restore_state(first.save_state());
  EXPECT_EQ(second.time(), first.time());
  for (int i = 0; i < 1000; ++i) {
    act_at_random(first, rng);
    std::ranges::copy(first.ctrl(), second.ctrl().begin());
    ASSERT_TRUE(first.step());
    ASSERT_TRUE(second.step());
    ASSERT_EQ(first.save_state(), second.save_state()) << "step " << i;
  }
}

TEST(Simulation, RefusesAStateOfAnotherModel) {
  Simulation sim(half_cheetah());
  EXPECT_NE(error_of([&] { sim.restore_state(SimulationState(3)); }).find("does not belong to the model"),
            std::string::npos);
}

TEST(Simulation, AResetStartsOver) {
  Simulation sim(half_cheetah());
  sim.reset();
  sim.forward();
  const SimulationState start = sim.save_state();
  Rng rng(1);
  act_at_random(sim, rng);
  ASSERT_TRUE(sim.step(50));
  sim.reset();
  sim.forward();
  EXPECT_EQ(sim.save_state(), start);
}

class Divergence : public testing::TestWithParam<double> {};

TEST_P(Divergence, IsReportedAndTakenBack) {
  Simulation sim(half_cheetah());
  sim.reset();
  sim.forward();
  ASSERT_TRUE(sim.step(5));
  sim.qvel()[4] = GetParam();
  const SimulationState before = sim.save_state();
  EXPECT_FALSE(sim.step(5));
  SimulationState after = sim.save_state();
  // forward() changed the warm start alone; a NaN is unlike itself.
  EXPECT_EQ(after[0], before[0]);
  EXPECT_EQ(sim.qpos()[2], before[3]);
  sim.reset();
  sim.forward();
  EXPECT_TRUE(sim.step(5));
}

INSTANTIATE_TEST_SUITE_P(Velocities, Divergence,
                         testing::Values(1e12, -1e9, std::numeric_limits<double>::infinity(),
                                         std::numeric_limits<double>::quiet_NaN()));

// What the last integration makes is noticed in the same call, not in the next one.
TEST(Simulation, NoticesABadStateAfterTheLastStep) {
  const TemporaryModel xml(R"(<mujoco><option gravity="0 0 0" timestep="100"/>
    <worldbody><body><joint type="slide"/><geom size="1"/></body></worldbody></mujoco>)");
  Simulation sim(Model::load(xml.path()));
  sim.reset();
  sim.qvel()[0] = 9e9;
  EXPECT_FALSE(sim.step());
  EXPECT_EQ(sim.qpos()[0], 0);
  EXPECT_EQ(sim.qvel()[0], 9e9);
}

}  // namespace
}  // namespace sinew
