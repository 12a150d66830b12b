// Buffers that start small and grow give the numbers of buffers that were large from the start.
#include <gtest/gtest.h>
#include <mujoco/mujoco.h>

#include <algorithm>

#include "sim/simulation/simulation.h"
#include "tests/sim/temporary_model.h"

// Later versions take contacts and constraints from an arena: there is no njmax to outgrow.
#if mjVERSION_HEADER < 230

namespace sinew {
namespace {

// A heap of boxes on a plane and one another: far more contacts than geoms.
std::string heap() {
  std::string xml = R"(<mujoco><worldbody><geom type="plane" size="9 9 1"/>)";
  for (int i = 0; i < 12; ++i)
    xml += "<body pos='" + std::to_string(0.05 * (i % 3)) + " " + std::to_string(0.07 * (i % 2)) + " " +
           std::to_string(0.21 * i + 0.1) + "'><freejoint/><geom type='box' size='0.3 0.3 0.1'/></body>";
  return xml + "</worldbody></mujoco>";
}

TEST(Buffers, GrowWithoutATrace) {
  const TemporaryModel xml(heap());
  const auto model = Model::load(xml.path());
  Simulation sim(model);
  sim.reset();
  sim.forward();

  mjModel large = model->raw();
  large.njmax = 3000;
  large.nconmax = 700;
  large.nstack = 50'000'000;
  mjData* data = mj_makeData(&large);
  mj_resetData(&large, data);
  mj_forward(&large, data);

  int most_contacts = 0;
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(sim.step(4));
    for (int k = 0; k < 4; ++k) mj_step(&large, data);
    most_contacts = std::max(most_contacts, data->ncon);
    for (int k = 0; k < model->nq(); ++k) ASSERT_EQ(sim.qpos()[k], data->qpos[k]) << "step " << i << ", qpos " << k;
    for (int k = 0; k < model->nv(); ++k) ASSERT_EQ(sim.qvel()[k], data->qvel[k]) << "step " << i << ", qvel " << k;
  }
  EXPECT_EQ(data->warning[mjWARN_CONTACTFULL].number + data->warning[mjWARN_CNSTRFULL].number, 0);
  EXPECT_GT(most_contacts, 13);  // more than the first guess
  EXPECT_GT(sim.buffer_growths(), 0);
  mj_deleteData(data);
}

TEST(Buffers, OfTheTasksStaySmall) {
  Simulation sim(Model::load(SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml"));
  EXPECT_LT(sim.raw().nbuffer, 120'000);
  EXPECT_EQ(sim.buffer_growths(), 0);
}

}  // namespace
}  // namespace sinew

#endif
