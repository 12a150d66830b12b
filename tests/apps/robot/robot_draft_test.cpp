// The robot's file drafted from a task's model.
#include "apps/robot/robot_draft.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "apps/robot/simulated_robot.h"
#include "envs/task/make_env.h"
#include "nets/formats/policy_file.h"
#include "robots/lekiwi/lekiwi_config.h"
#include "robots/protocol/handshake.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

RobotConfig draft_of(const EnvFactory& make, const std::string& name) {
  const std::unique_ptr<Env> env = make();
  return draft_robot(dynamic_cast<const TaskEnv&>(*env), name);
}

// For each standard task, and with its policy in the zoo.
TEST(RobotDraft, FitsThePoliciesOfTheZoo) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SINEW_SOURCE_DIR "/zoo")) {
    if (entry.path().extension() != ".safetensors") continue;
    SCOPED_TRACE(entry.path().stem());
    const LoadedPolicy loaded = load_policy(entry.path(), builtin_layers<float>());
    const RobotConfig config = draft_of(make_task(loaded.info.task), "robot");
    check_policy(PolicyRunner(*loaded.policy), config);
    const std::string text = to_yaml(config, loaded.info.task);
    EXPECT_EQ(to_yaml(read_config<RobotConfig>(ConfigNode::parse_text(text, "robot.yaml")), loaded.info.task), text);
    ++count;
  }
  EXPECT_GE(count, 12);
}

TEST(RobotDraft, HasTheLimitsOfTheModel) {
  const RobotConfig cheetah = draft_of(make_task("half_cheetah"), "cheetah");
  EXPECT_EQ(cheetah.robot, "cheetah");
  EXPECT_DOUBLE_EQ(cheetah.rate, 20);
  EXPECT_DOUBLE_EQ(cheetah.control_rate, 100);
  ASSERT_EQ(cheetah.actuators.size(), 6u);
  const ActuatorConfig& thigh = cheetah.actuators[0];
  EXPECT_EQ(thigh.limits.name, "bthigh");
  EXPECT_EQ(thigh.limits.command, "torque");
  EXPECT_EQ(thigh.limits.unit, "N m");
  EXPECT_EQ(thigh.limits.position, (std::vector<double>{-0.52, 1.05}));
  EXPECT_EQ(thigh.limits.torque, 120);
  EXPECT_EQ(thigh.limits.when_stopped, "damp");
  EXPECT_EQ(thigh.scale, 120);

  const RobotConfig pendulum = draft_of(make_task("inverted_pendulum"), "pendulum");
  EXPECT_EQ(pendulum.actuators.at(0).limits.unit, "N");
  EXPECT_EQ(pendulum.actuators[0].limits.torque, 300);
  EXPECT_EQ(pendulum.actuators[0].scale, 100);

  const RobotConfig ant = draft_of(make_task("ant"), "ant");
  EXPECT_EQ(ant.actuators.size(), 8u);
  for (const ActuatorLimits& one : ant.limits()) EXPECT_EQ(one.torque, 150) << one.name;

  const RobotConfig reach = draft_of(make_task("visual_reach"), "reach");
  ASSERT_EQ(reach.actuators.size(), 3u);
  EXPECT_EQ(reach.actuators[1].limits.command, "velocity");
  EXPECT_EQ(reach.actuators[1].limits.unit, "rad/s");
  EXPECT_EQ(reach.actuators[1].limits.position, (std::vector<double>{0, 2.5}));
  EXPECT_EQ(reach.actuators[1].limits.when_stopped, "zero");
}

RobotConfig kiwi_of(const EnvFactory& make) {
  const std::unique_ptr<Env> env = make();
  return draft_robot(dynamic_cast<const TaskEnv&>(*env), "lekiwi", builtin_adapters().find("lekiwi"));
}

std::string actuators_of(const RobotConfig& config) {
  std::string text;
  for (ActuatorConfig actuator : config.actuators) {
    actuator.limits.unit = actuator.limits.command_unit();
    text += write_config(actuator).to_yaml() + "\n";
  }
  return text;
}

// The file that exists for real ones, with one camera more.
TEST(RobotDraft, OfALeKiwiIsItsFile) {
  const RobotConfig file = load_robot_config(SINEW_SOURCE_DIR "/configs/robots/lekiwi.yaml");
  const LekiwiConfig its = read_lekiwi_config(file);
  for (const char* task : {"lekiwi_reach", "lekiwi_reach_state"}) {
    SCOPED_TRACE(task);
    const RobotConfig draft = kiwi_of(make_task(task));
    check_robot_config(draft);
    const LekiwiConfig wire = read_lekiwi_config(draft);
    EXPECT_EQ(draft.accept, file.accept);
    EXPECT_EQ(wire.keys, its.keys);
    EXPECT_EQ(wire.commands, its.commands);
    EXPECT_EQ(wire.observations, its.observations);
    ASSERT_EQ(wire.sensors.size(), 1u) << "where the ball is, a LeKiwi does not know";
    EXPECT_EQ(write_config(wire.sensors[0]).to_yaml(), write_config(its.sensors[0]).to_yaml());
    EXPECT_EQ(actuators_of(draft), actuators_of(file));
    EXPECT_EQ(write_config(draft.watches).to_yaml(), write_config(file.watches).to_yaml());
    EXPECT_EQ(draft.rate, file.rate);
    EXPECT_EQ(draft.control_rate, file.control_rate);
    EXPECT_EQ(draft.blend, file.blend);
    const std::vector<SensorSpec> cameras = builtin_adapters().find("lekiwi").cameras(draft);
    ASSERT_EQ(cameras.size(), 2u);
    EXPECT_EQ(cameras[0].name, "front");
    EXPECT_EQ(cameras[0].shape, (std::vector<int>{480, 640, 3}));
    EXPECT_EQ(cameras[1].name, "wrist");
    EXPECT_EQ(cameras[1].shape, (std::vector<int>{640, 480, 3}));
    const std::string text = to_yaml(draft, task);
    EXPECT_EQ(to_yaml(read_config<RobotConfig>(ConfigNode::parse_text(text, "robot.yaml")), task), text);
  }
  const RobotConfig sees = kiwi_of(make_task("lekiwi_reach"));
  ASSERT_EQ(sees.cameras.size(), 1u);
  EXPECT_EQ(write_config(sees.cameras[0].second).to_yaml(), write_config(file.cameras[0].second).to_yaml());
}

TEST(RobotDraft, OfADialectRefusesWhoCannotSpeakIt) {
  expect_contains(error_of([] { kiwi_of(make_task("so101_reach")); }), "LeKiwi has 9 actuators, this robot 6");
  expect_contains(error_of([] { kiwi_of(make_task("half_cheetah")); }),
                  "LeKiwi has no actuator 'bthigh'; it has: arm_shoulder_pan.pos");
  const std::unique_ptr<Env> env = make_task("lekiwi_reach_state")();
  expect_contains(error_of([&] { draft_robot(dynamic_cast<const TaskEnv&>(*env), "it", Adapter{.name = "other"}); }),
                  "the adapter 'other' cannot draft a robot's file");
}

TEST(RobotDraft, SaysWhyNoRobotCouldObeyAnAction) {
  const TemporaryModel model(R"(<mujoco><compiler autolimits="true"/><worldbody>
      <body><joint name="a"/><geom size="0.1"/><site name="tip"/></body><body pos="1 0 0"><joint name="b"/><geom size="0.1"/></body>
      <body pos="2 0 0"><joint/><geom size="0.1"/></body><body pos="3 0 0"><joint name="round" type="ball"/><geom size="0.1"/></body>
    </worldbody><tendon><fixed name="both"><joint joint="a" coef="1"/><joint joint="b" coef="1"/></fixed></tendon>
    <actuator><motor name="straight" joint="a" ctrlrange="-1 1"/>
      <motor name="pull" tendon="both" ctrlrange="-1 1"/>
      <motor name="jet" site="tip" gear="1 0 0 0 0 0" ctrlrange="-1 1"/>
      <damper name="brake" joint="a" kv="2" ctrlrange="0 1"/>
      <motor name="idle" joint="a" gear="0" ctrlrange="-1 1"/>
      <motor name="twist" joint="round" ctrlrange="-1 1"/></actuator></mujoco>)");
  const auto make = [&](const std::string& actuators) {
    return load_task(
               ConfigNode::parse_text("model: " + model.path() + "\nobservations: {state: [qpos]}\n" +
                                          "reward: {alive: {term: alive}}\nactions: {actuators: " + actuators + "}\n",
                                      "task.yaml"),
               "test", "")
        .factory;
  };
  const std::pair<std::string, std::string> cases[] = {
      {"pull", "it acts on the tendon both, not on a joint"},
      {"jet", "it acts on the site tip, not on a joint"},
      {"brake", "it is a damper, whose control is no position, velocity or torque"},
      {"idle", "its gear or its gain is 0"},
      {"twist", "its joint 'round' is a ball, neither a hinge nor a slide"}};
  for (const auto& [name, reason] : cases) {
    const std::string why = "no robot's actuator can obey its action '" + name + "': " + reason;
    const auto task = make("[" + name + "]");
    expect_contains(error_of([&] { draft_of(task, "test"); }), why);
    RobotConfig config = draft_of(make("[straight]"), "test");
    config.actuators[0].limits.name = name;
    expect_contains(error_of([&] { SimulatedRobot(task, config, {}); }), why);
  }
}

}  // namespace
}  // namespace sinew
