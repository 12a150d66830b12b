#include "sim/model.h"

#include <gtest/gtest.h>
#include <mujoco/mujoco.h>

#include "sim/messages.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

TEST(ModelErrors, NameTheFileAndKeepMujocosWords) {
  expect_contains(error_of([] { Model::load("no/such.xml"); }), "'no/such.xml': there is no such file");
  expect_contains(error_of([] { Model::load("/tmp"); }), "it is a folder");
  const TemporaryModel broken("<mujoco><worldbody><body></worldbody></mujoco>");
  const std::string text = error_of([&] { Model::load(broken.path()); });
  expect_contains(text, broken.path());
  expect_contains(text, "MuJoCo says: XML parse error");
  const TemporaryModel unknown("<mujoco>\n<worldbody>\n<geom typo='1'/>\n</worldbody></mujoco>");
  expect_contains(error_of([&] { Model::load(unknown.path()); }), "unrecognized attribute: 'typo'");
  const TemporaryModel massless("<mujoco><worldbody><body><joint/></body></worldbody></mujoco>");
  expect_contains(error_of([&] { Model::load(massless.path()); }), "mass and inertia of moving bodies");
}

TEST(ModelErrors, NameTheNearestElement) {
  const auto model = Model::load(SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml");
  expect_contains(error_of([&] { model->find(Model::Element::joint, "bthig"); }),
                  "no joint 'bthig'; did you mean 'bthigh'?");
  expect_contains(error_of([&] { model->find(Model::Element::camera, "trak"); }), "did you mean 'track'?");
  EXPECT_EQ(model->find(Model::Element::actuator, "ffoot"), 5);
}

TEST(Model, LabelsItsNumbers) {
  const TemporaryModel xml(R"(<mujoco><worldbody>
    <body name="b"><freejoint name="root"/><geom size="1"/>
      <body><joint name="elbow"/><geom size="1"/></body>
      <body><joint name="ball" type="ball"/><geom size="1"/></body></body>
    <body><joint name="rail" type="slide" limited="true" range="-1 2"/><geom size="1"/></body>
  </worldbody></mujoco>)");
  const auto model = Model::load(xml.path());
  EXPECT_EQ(model->nq(), 13);
  EXPECT_EQ(model->nv(), 11);
  EXPECT_EQ(model->qpos_label(2), "qpos[2] root z");
  EXPECT_EQ(model->qpos_unit(2), "m");
  EXPECT_EQ(model->qpos_label(3), "qpos[3] root qw");
  EXPECT_EQ(model->qpos_unit(3), "1");
  EXPECT_EQ(model->qpos_label(7), "qpos[7] elbow");
  EXPECT_EQ(model->qpos_unit(7), "rad");
  EXPECT_EQ(model->qpos_label(11), "qpos[11] ball qz");
  EXPECT_EQ(model->qpos_label(12), "qpos[12] rail");
  EXPECT_EQ(model->qpos_unit(12), "m");
  EXPECT_EQ(model->dof_name(4), "root wy");
  EXPECT_EQ(model->qvel_unit(2), "m/s");
  EXPECT_EQ(model->qvel_unit(4), "rad/s");
  EXPECT_EQ(model->force_unit(10), "N");
  EXPECT_EQ(model->force_unit(6), "N m");
  const Model::Limits limits = model->joint_limits(model->find(Model::Element::joint, "rail"));
  EXPECT_TRUE(limits.limited);
  EXPECT_EQ(limits.high, 2);
}

TEST(Messages, MujocoThrowsInsteadOfEndingTheProcess) {
  catch_mujoco_messages();
  EXPECT_EQ(error_of([] { mju_error("something is wrong"); }), "MuJoCo: something is wrong");
}

TEST(Messages, WarningsAreCounted) {
  catch_mujoco_messages();
  const int64_t before = mujoco_warnings().count;
  mju_warning("beware");
  EXPECT_EQ(mujoco_warnings().count, before + 1);
  EXPECT_EQ(mujoco_warnings().last, "beware");
}

}  // namespace
}  // namespace sinew
