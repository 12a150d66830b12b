#include "sim/model/model.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mujoco/mujoco.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>
#include <vector>

#include "sim/mujoco_messages.h"
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
  expect_contains(text, "says: XML parse error");
  const TemporaryModel unknown("<mujoco>\n<worldbody>\n<geom typo='1'/>\n</worldbody></mujoco>");
  expect_contains(error_of([&] { Model::load(unknown.path()); }), "unrecognized attribute: 'typo'");
  const TemporaryModel massless("<mujoco><worldbody><body><joint/></body></worldbody></mujoco>");
  expect_contains(error_of([&] { Model::load(massless.path()); }), "mass and inertia of moving bodies");
}

std::string refusal(const std::string& content) {
  const TemporaryModel file(content);
  const std::string text = error_of([&] { Model::load(file.path()); });
  expect_contains(text, "cannot load the model '" + file.path() + "'");
  return text;
}

TEST(ModelErrors, FilesThatAreNoModels) {
  expect_contains(refusal(std::string("\x7f"
                                      "ELF\0\0",
                                      6)),
                  "contains zero bytes");
  expect_contains(refusal("qpos: 1\n"), "does not begin with '<'");
  expect_contains(refusal(" \n"), "does not begin with '<'");
  std::string deep = "<mujoco><worldbody>";
  for (int i = 0; i < 100000; ++i) deep += "<body name='a>b'>";
  expect_contains(refusal(deep), "nested more than 200 deep");
  std::string wide = "\xef\xbb\xbf<?xml version='1.0'?><!-- <a><b> --><mujoco><worldbody>";
  for (int i = 0; i < 300; ++i) wide += "<body name='>" + std::to_string(i) + "'/><body></body>";
  const TemporaryModel fine(wide + "</worldbody></mujoco>");
  EXPECT_EQ(Model::load(fine.path())->count(Model::Element::body), 601);
}

// MuJoCo 2.2.2 faults on this; whatever it does, this process lives on and has an Error.
TEST(ModelErrors, AFaultInMujocoIsAnError) {
  const std::string text = refusal(R"(<robot name="r"><link name="a"/><link name="b"><inertial><mass value="1"/>
      <inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial></link>
      <joint name="j" type="revoluta"><parent link="a"/><child link="b"/><axis xyz="0 0 1"/></joint></robot>)");
  if (mj_version() == 222) expect_contains(text, "MuJoCo 2.2.2 crashes on this model (signal 11, Segmentation fault)");
}

TEST(ModelErrors, AModelThatTakesAllMemoryOrTimeIsRefused) {
  const auto texture = [](int side) {
    return fmt::format(
        "<mujoco><asset><texture name='t' type='2d' builtin='checker' width='{0}' height='{0}'/></asset>"
        "<worldbody/></mujoco>",
        side);
  };
  ASSERT_EQ(setenv("SINEW_MODEL_MIB", "64", 1), 0);
  expect_contains(refusal(texture(4800)), "64 MiB once compiled (SINEW_MODEL_MIB=128 in the environment allows more)");
#ifdef __SANITIZE_ADDRESS__  // which ends the process where malloc would have returned null
  refusal(texture(20000));
#else
  expect_contains(refusal(texture(20000)), "MuJoCo needs more than 256 MiB to compile it");
#endif
  expect_contains(refusal("<mujoco><size nuserdata='10000000'/><worldbody/></mujoco>"), "64 MiB once compiled");
  unsetenv("SINEW_MODEL_MIB");
  const std::string pipe = "sinew_pipe_" + std::to_string(::getpid());  // beside the model
  const auto place = std::filesystem::temp_directory_path() / pipe;
  ASSERT_EQ(::mkfifo(place.c_str(), 0600), 0);
  ASSERT_EQ(setenv("SINEW_MODEL_SECONDS", "1", 1), 0);
  expect_contains(refusal("<mujoco><include file='" + pipe + "'/></mujoco>"), "has not compiled it after 1 s");
  unsetenv("SINEW_MODEL_SECONDS");
  std::filesystem::remove(place);
}

// A fork of this process could find the allocator locked by a thread that is not there any more, and wait for ever.
TEST(Models, AreLoadedWhateverOtherThreadsDo) {
  ASSERT_EQ(setenv("SINEW_MODEL_SECONDS", "60", 1), 0);
  const TemporaryModel file("<mujoco><worldbody><body><geom size='1'/></body></worldbody></mujoco>");
  std::atomic<bool> over = false;
  std::vector<std::jthread> others;
  for (int i = 0; i < 3; ++i)
    others.emplace_back([&] {
      while (!over) std::vector<std::string>(100, std::string(100, 'x')).clear();
    });
  {
    std::vector<std::jthread> loaders;
    for (int i = 0; i < 2; ++i)
      loaders.emplace_back([&] {
        for (int k = 0; k < 25; ++k) EXPECT_NO_THROW(Model::load(file.path()));
      });
  }
  over = true;
  unsetenv("SINEW_MODEL_SECONDS");
}

TEST(ModelErrors, NameTheNearestElement) {
  const auto model = Model::load(SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml");
  expect_contains(error_of([&] { model->find(Model::Element::joint, "bthig"); }),
                  "no joint 'bthig'; did you mean 'bthigh'?");
  expect_contains(error_of([&] { model->find(Model::Element::camera, "trak"); }), "did you mean 'track'?");
  EXPECT_EQ(model->find(Model::Element::actuator, "ffoot"), 5);
}

TEST(ModelErrors, ListTheNamesThereAre) {
  const std::string path = SINEW_SOURCE_DIR "/sim/models/half_cheetah.xml";
  const auto model = Model::load(path);
  EXPECT_EQ(error_of([&] { model->find(Model::Element::joint, "bthig"); }),
            "'" + path +
                "' has no joint 'bthig'; did you mean 'bthigh'? It has: rootx, rootz, rooty, bthigh, bshin, bfoot, " +
                "fthigh, fshin, ffoot");
  EXPECT_EQ(error_of([&] { model->find(Model::Element::actuator, "gripper"); }),
            "'" + path + "' has no actuator 'gripper'; it has: bthigh, bshin, bfoot, fthigh, fshin, ffoot");
  EXPECT_EQ(error_of([&] { model->find(Model::Element::sensor, "imu"); }),
            "'" + path + "' has no sensor 'imu', nor any other sensor");

  std::string bodies;
  for (int i = 0; i < 20; ++i) bodies += "<body name='link_" + std::to_string(i) + "'/>";
  const TemporaryModel xml("<mujoco><worldbody><geom size='1'/><site/><site/>" + bodies + "</worldbody></mujoco>");
  const auto many = Model::load(xml.path());
  const std::string text = error_of([&] { many->find(Model::Element::body, "gripper"); });
  expect_contains(text, "has no body 'gripper'; it has: world, link_0, ");
  expect_contains(text, ", link_10 and 9 more");
  expect_contains(error_of([&] { many->find(Model::Element::site, "tip"); }),
                  "has no site 'tip': it has 2 sites, but without a name");
  EXPECT_FALSE(many->has(Model::Element::geom, ""));  // the name of whatever has none
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

// A free body with an arm that slides and turns, and one of everything that acts or measures.
constexpr const char* workshop = R"(<mujoco><compiler angle="radian"/><option timestep="0.004" integrator="RK4"/>
  <worldbody>
    <body name="base"><freejoint name="root"/><geom name="hull" type="sphere" size=".1" mass="3"/>
      <site name="imu"/><camera name="eye" mode="track" fovy="60"/>
      <body name="arm"><geom name="upper" size=".1" mass="2" pos="1 0 0"/>
        <joint name="elbow" axis="0 2 0" damping="0.5" armature="0.01" stiffness="4"/>
        <body name="hand"><geom size=".1" mass="1"/><joint name="rail" type="slide"/></body></body></body>
  </worldbody>
  <tendon><fixed name="belt"><joint joint="elbow" coef="1"/></fixed>
    <fixed name="both"><joint joint="elbow" coef="1"/><joint joint="rail" coef="1"/></fixed></tendon>
  <actuator>
    <motor name="torque" joint="elbow" gear="1"/>
    <motor name="geared" joint="elbow" gear="50" forcelimited="true" forcerange="-2 3"/>
    <position name="servo" joint="elbow" kp="20"/>
    <velocity name="drive" joint="rail" kv="3"/>
    <general name="odd" joint="rail" gaintype="affine" gainprm="1 2 3"/>
    <motor name="thruster" site="imu" gear="0 0 5 0 0 0"/>
    <position name="belted" tendon="both" kp="2"/>
    <damper name="brake" joint="rail" kv="2" ctrlrange="0 1"/>
    <adhesion name="suction" body="hand" ctrlrange="0 1"/>
    <muscle name="muscle" tendon="belt" lengthrange="0 1"/>
  </actuator>
  <sensor><accelerometer name="acc" site="imu"/><jointpos name="angle" joint="elbow"/><jointvel joint="rail"/>
    <actuatorfrc actuator="geared"/><framequat objtype="body" objname="hand"/><tendonpos tendon="both"/>
    <subtreeangmom body="base"/></sensor>
  <keyframe><key name="zero"/><key name="up" qpos="0 0 1 1 0 0 0 0.3 0.2" qvel="0 0 0 0 0 0 7 8"/></keyframe>
</mujoco>)";

TEST(Model, KnowsItsActuators) {
  const TemporaryModel xml(workshop);
  const auto model = Model::load(xml.path());
  struct Expected {
    const char *kind, *drives, *unit, *force_unit;
    int joint;
  };
  const Expected expected[] = {{"motor", "joint elbow", "N m", "N m", 1},    {"motor", "joint elbow", "1", "N m", 1},
                               {"position", "joint elbow", "rad", "N m", 1}, {"velocity", "joint rail", "m/s", "N", 2},
                               {"general", "joint rail", "1", "N", 2},       {"motor", "site imu", "1", "N", -1},
                               {"position", "tendon both", "1", "", -1},     {"damper", "joint rail", "1", "N", 2},
                               {"adhesion", "body hand", "1", "N", -1},      {"muscle", "tendon belt", "1", "N m", -1}};
  ASSERT_EQ(model->nu(), 10);
  for (int i = 0; i < model->nu(); ++i) {
    const std::string name = model->name(Model::Element::actuator, i);
    EXPECT_EQ(model->actuator_kind(i), expected[i].kind) << name;
    EXPECT_EQ(model->actuator_drives(i), expected[i].drives) << name;
    EXPECT_EQ(model->control_unit(i), expected[i].unit) << name;
    EXPECT_EQ(model->actuator_force_unit(i), expected[i].force_unit) << name;
    EXPECT_EQ(model->joint_of_actuator(i), expected[i].joint) << name;
  }
  EXPECT_EQ(model->actuator_gear(1), 50);
  EXPECT_EQ(model->force_per_control(1), 50);
  EXPECT_EQ(model->force_per_control(5), 5);
  EXPECT_EQ(model->force_per_control(2), std::nullopt);
  EXPECT_TRUE(model->actuator_force_limits(1).limited);
  EXPECT_EQ(model->actuator_force_limits(1).high, 3);
}

TEST(Model, KnowsItsSensorsAndKeyframes) {
  const TemporaryModel xml(workshop);
  const auto model = Model::load(xml.path());
  const char* types[] = {"accelerometer", "jointpos",  "jointvel",     "actuatorfrc",
                         "framequat",     "tendonpos", "subtreeangmom"};
  const char* units[] = {"m/s²", "rad", "m/s", "N m", "1", "", "kg m²/s"};
  const int sizes[] = {3, 1, 1, 1, 4, 1, 3};
  int address = 0;
  for (int i = 0; i < model->count(Model::Element::sensor); ++i) {
    EXPECT_EQ(model->sensor_type_name(i), types[i]);
    EXPECT_EQ(model->sensor_unit(i), units[i]) << types[i];
    EXPECT_EQ(model->sensor_size(i), sizes[i]) << types[i];
    EXPECT_EQ(model->sensor_address(i), address);
    address += sizes[i];
  }
  EXPECT_EQ(model->nsensordata(), address);
  EXPECT_EQ(model->find(Model::Element::sensor, "angle"), 1);
  const int up = model->find(Model::Element::keyframe, "up");
  ASSERT_EQ(model->keyframe_qpos(up).size(), 9u);
  EXPECT_EQ(model->keyframe_qpos(up)[8], 0.2);
  ASSERT_EQ(model->keyframe_qvel(up).size(), 8u);
  EXPECT_EQ(model->keyframe_qvel(up)[6], 7);
}

TEST(Model, KnowsItsBodiesAndJoints) {
  const TemporaryModel xml(workshop);
  const auto model = Model::load(xml.path());
  const int arm = model->find(Model::Element::body, "arm"), elbow = model->find(Model::Element::joint, "elbow");
  EXPECT_NEAR(model->total_mass(), 6, 1e-12);
  EXPECT_NEAR(model->body_mass(arm), 2, 1e-12);
  EXPECT_NEAR(model->body_subtree_mass(arm), 3, 1e-12);
  EXPECT_EQ(model->body_parent(arm), model->find(Model::Element::body, "base"));
  EXPECT_EQ(model->geom_body(model->find(Model::Element::geom, "upper")), arm);
  EXPECT_EQ(model->joint_body(elbow), arm);
  EXPECT_EQ(model->joint_type_name(elbow), "hinge");
  EXPECT_EQ(model->joint_axis(elbow)[1], 1);
  EXPECT_EQ(model->joint_damping(elbow), 0.5);
  EXPECT_EQ(model->joint_armature(elbow), 0.01);
  EXPECT_EQ(model->joint_stiffness(elbow), 4);
  EXPECT_EQ(model->site_body(0), 1);
  EXPECT_EQ(model->camera_body(0), 1);
  EXPECT_EQ(model->camera_mode(0), "track");
  EXPECT_EQ(model->camera_fovy(0), 60);
  EXPECT_EQ(model->integrator(), "RK4");
  EXPECT_EQ(model->gravity()[2], -9.81);
  EXPECT_EQ(model->find(Model::Element::tendon, "both"), 1);
}

TEST(Model, KnowsWhetherAnythingMayTouch) {
  const auto touches = [](const std::string& body) {
    const TemporaryModel xml("<mujoco>" + body + "</mujoco>");
    return Model::load(xml.path())->has_contacts();
  };
  const std::string chain = "<body><joint/><geom size='1'/><body><joint/><geom size='1'/>";
  EXPECT_TRUE(touches("<worldbody><geom size='1'/><body><joint/><geom size='1'/></body></worldbody>"));
  EXPECT_FALSE(touches("<worldbody>" + chain + "</body></body></worldbody>"));  // parent and child
  EXPECT_TRUE(touches("<worldbody>" + chain + "<body><joint/><geom size='1'/></body></body></body></worldbody>"));
  EXPECT_FALSE(
      touches("<worldbody><geom size='1'/><body><joint/><geom size='1' contype='0' conaffinity='0'/>"
              "<inertial mass='1' pos='0 0 0' diaginertia='1 1 1'/></body></worldbody>"));
  EXPECT_FALSE(
      touches("<option><flag contact='disable'/></option>"
              "<worldbody><geom size='1'/><body><joint/><geom size='1'/></body></worldbody>"));
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
