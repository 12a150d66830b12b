// A simulation whose model is its own: equal until changed, and then as MuJoCo would have compiled it.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "core/random.h"
#include "sim/simulation/simulation.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

class OwnModel : public testing::TestWithParam<const char*> {};

TEST_P(OwnModel, UnchangedBehavesAsTheSharedOne) {
  const auto model = Model::load(std::string(SINEW_SOURCE_DIR "/sim/models/") + GetParam() + ".xml");
  Simulation shared(model), own(model);
  own.make_model_its_own();
  own.parameters_changed();
  EXPECT_TRUE(own.owns_model());
  EXPECT_FALSE(shared.owns_model());
  Rng rng(1);
  for (Simulation* sim : {&shared, &own}) {
    sim->reset();
    sim->forward();
  }
  for (int i = 0; i < 300; ++i) {
    for (double& u : shared.ctrl()) u = rng.uniform(-1, 1);
    std::ranges::copy(shared.ctrl(), own.ctrl().begin());
    ASSERT_EQ(shared.step(), own.step());
    if (i % 50 == 0) own.parameters_changed();
    ASSERT_EQ(shared.state(), own.state()) << "step " << i;
  }
}
INSTANTIATE_TEST_SUITE_P(Models, OwnModel,
                         testing::Values("half_cheetah", "hopper", "ant", "humanoid", "pusher", "swimmer"));

TEST(OwnModels, ChangesKeepTheStateAndWhatFollowsFromIt) {
  const auto model = Model::load(SINEW_SOURCE_DIR "/sim/models/hopper.xml");
  Simulation sim(model);
  sim.make_model_its_own();
  sim.reset();
  sim.qpos()[0] = 3;
  sim.forward();
  const SimulationState state = sim.state();
  const double x = sim.xpos(1)[0];
  for (double& mass : sim.parameter(ModelParameter::body_mass)) mass *= 2;
  sim.parameters_changed();
  EXPECT_EQ(sim.state(), state);
  EXPECT_EQ(sim.xpos(1)[0], x);
  EXPECT_EQ(sim.parameter(ModelParameter::body_mass)[1], 2 * model->parameter(ModelParameter::body_mass)[1]);
}

TEST(OwnModels, AResetTakesChangesBack) {
  const auto model = Model::load(SINEW_SOURCE_DIR "/sim/models/pusher.xml");
  Simulation fresh(model), used(model);
  used.make_model_its_own();
  for (double& x : used.parameter(ModelParameter::body_ipos)) x += 0.1;
  for (double& x : used.parameter(ModelParameter::dof_armature)) x += 0.1;
  used.parameters_changed();
  used.reset();
  fresh.reset();
  ASSERT_TRUE(used.step(100));
  ASSERT_TRUE(fresh.step(100));
  EXPECT_EQ(used.state(), fresh.state());
}

// Spheres whose centre of mass is at the body's origin (a lone one, and one on a hinge) or elsewhere:
// moved, they must move as if compiled there.
constexpr const char* spheres = R"(<mujoco><option gravity="0 0 -10"/><worldbody>
    <geom type="plane" size="9 9 1"/>
    <body name="free" pos="0 0 5"><freejoint/><inertial pos="{0} 0 0" mass="2" diaginertia="1 1 1"/>
      <geom size="0.1"/></body>
    <body name="hinged" pos="2 0 5"><joint axis="0 1 0"/><inertial pos="{0} 0 0" mass="2" diaginertia="1 1 1"/>
      <geom size="0.1"/></body>
    <body name="falling" pos="4 0 0"><joint type="slide" axis="0 0 1"/>
      <inertial pos="{0} 0 1" mass="2" diaginertia="1 1 1"/><geom size="0.1" pos="0 0 1"/></body>
  </worldbody></mujoco>)";

TEST(OwnModels, AMovedCenterOfMassActsAsCompiledThere) {
  const TemporaryModel moved_xml(fmt::format(spheres, 0.25));
  const auto moved_model = Model::load(moved_xml.path());
  const TemporaryModel xml(fmt::format(spheres, 0));
  const auto model = Model::load(xml.path());
  Simulation wanted(moved_model), sim(model);
  sim.make_model_its_own();
  for (const size_t body : {1, 2, 3}) sim.parameter(ModelParameter::body_ipos)[3 * body] = 0.25;
  sim.parameters_changed();
  for (Simulation* each : {&sim, &wanted}) {
    each->qvel()[5] = 3;
    ASSERT_TRUE(each->step(300));
  }
  for (size_t i = 0; i < sim.qpos().size(); ++i) EXPECT_NEAR(sim.qpos()[i], wanted.qpos()[i], 1e-9) << i;
  EXPECT_GT(std::abs(sim.qvel()[6]), 0.1) << "the hinged one swings";
  EXPECT_EQ(sim.contact_count(), wanted.contact_count());
}

TEST(OwnModels, AGeomStaysWhereTheCenterOfMassWas) {
  // No <inertial>: the geom's frame is that of the inertia.
  const TemporaryModel xml(R"(<mujoco><worldbody><geom type="plane" size="9 9 1"/>
      <body><joint type="slide" axis="0 0 1"/><geom size="0.1" pos="0 0 0.09"/></body></worldbody></mujoco>)");
  Simulation sim(Model::load(xml.path()));
  sim.make_model_its_own();
  sim.parameter(ModelParameter::body_ipos)[5] += 0.5;
  sim.parameters_changed();
  sim.forward();
  ASSERT_EQ(sim.contact_count(), 1);
  EXPECT_NEAR(sim.contact(0).distance, -0.01, 1e-15);
  EXPECT_NEAR(sim.center_of_mass(1)[2], 0.59, 1e-15);
}

}  // namespace
}  // namespace sinew
