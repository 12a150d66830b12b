#include "sim/simulation/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"
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

TEST(Simulation, AResetStartsOver) {
  Simulation sim(half_cheetah());
  sim.reset();
  sim.forward();
  const SimulationState start = sim.state();
  Rng rng(1);
  act_at_random(sim, rng);
  ASSERT_TRUE(sim.step(50));
  sim.reset();
  sim.forward();
  EXPECT_EQ(sim.state(), start);
}

class Divergence : public testing::TestWithParam<double> {};

TEST_P(Divergence, IsReportedAndTakenBack) {
  Simulation sim(half_cheetah());
  sim.reset();
  sim.forward();
  ASSERT_TRUE(sim.step(5));
  sim.qvel()[4] = GetParam();
  const SimulationState before = sim.state();
  EXPECT_FALSE(sim.step(5));
  SimulationState after = sim.state();
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
