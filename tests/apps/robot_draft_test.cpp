// The robot's file that is drafted from a task's model.
#include "apps/robot_draft.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "apps/simulated_robot.h"
#include "envs/make_env.h"
#include "nets/policy_file.h"
#include "robots/handshake.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

RobotConfig draft_of(const EnvFactory& make, const std::string& name) {
  const std::unique_ptr<Env> env = make();
  return draft_robot(dynamic_cast<const TaskEnv&>(*env), name);
}

// Of each standard task, and with the policy that the zoo has for it.
TEST(RobotDraft, FitsThePoliciesOfTheZoo) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SINEW_SOURCE_DIR "/zoo")) {
    if (entry.path().extension() != ".safetensors") continue;
    SCOPED_TRACE(entry.path().stem());
    const LoadedPolicy loaded = load_policy(entry.path(), builtin_layers<float>());
    const RobotConfig config = draft_of(make_task(loaded.info.task), "robot");
    check_policy(*loaded.policy, config);
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

TEST(RobotDraft, RefusesWhatDrivesNoJointOfItsOwn) {
  const TemporaryModel model(R"(<mujoco><worldbody>
      <body><joint name="a"/><geom size="0.1"/><site name="tip"/></body><body pos="1 0 0"><joint name="b"/><geom size="0.1"/></body>
    </worldbody><tendon><fixed name="both"><joint joint="a" coef="1"/><joint joint="b" coef="1"/></fixed></tendon>
    <actuator><motor name="straight" joint="a" ctrllimited="true" ctrlrange="-1 1"/>
      <motor name="pull" tendon="both" ctrllimited="true" ctrlrange="-1 1"/>
      <motor name="jet" site="tip" gear="1 0 0 0 0 0" ctrllimited="true" ctrlrange="-1 1"/></actuator></mujoco>)");
  const auto make = [&](const std::string& actuators) {
    return load_task(
               ConfigNode::parse_text("model: " + model.path() + "\nobservations: {state: [qpos]}\n" +
                                          "reward: {alive: {term: alive}}\nactions: {actuators: " + actuators + "}\n",
                                      "task.yaml"),
               "test", "")
        .factory;
  };
  for (const std::string name : {"pull", "jet"}) {
    const std::string why = "its action '" + name + "' drives no single joint with a name";
    expect_contains(error_of([&] { draft_of(make("[" + name + "]"), "test"); }), why);
    RobotConfig config = draft_of(make("[straight]"), "test");
    config.actuators[0].limits.name = name;
    expect_contains(error_of([&] { SimulatedRobot(make("[" + name + "]"), config, {}); }), why);
  }
}

}  // namespace
}  // namespace sinew
