// What each number of an action drives, in SI units, and what is measured of it.
#include <cmath>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

using Kind = ActionDrive::Kind;

constexpr const char* mjcf = R"(<mujoco><compiler angle="radian"/><option timestep="0.001" gravity="0 0 0"/><worldbody>
    <body><joint name="a" limited="true" range="-1 2"/><inertial pos="0 0 0" mass="1" diaginertia="0.5 0.5 0.5"/></body>
    <body><joint name="b"/><inertial pos="0 0 0" mass="1" diaginertia="0.5 0.5 0.5"/></body>
    <body><joint name="c" type="slide"/><inertial pos="0 0 0" mass="2" diaginertia="1 1 1"/></body>
    <body><joint name="ball" type="ball"/><inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/></body>
    <body><joint/><inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/></body>
    <body><joint name="e"/><inertial pos="0 0 0" mass="1" diaginertia="0.5 0.5 0.5"/></body>
  </worldbody>
  <tendon><fixed name="both"><joint joint="a" coef="1"/><joint joint="b" coef="1"/></fixed></tendon>
  <actuator>
    <motor name="motor a" joint="a" gear="4" ctrllimited="true" ctrlrange="-0.5 0.4"/>
    <motor name="weak" joint="e" gear="-4" ctrllimited="true" ctrlrange="-1 1" forcelimited="true" forcerange="-0.3 0.2"/>
    <position name="servo b" joint="b" gear="2" kp="10" ctrllimited="true" ctrlrange="-1 1" forcelimited="true" forcerange="-3 3"/>
    <velocity name="rail" joint="c" gear="0.5" kv="20" ctrllimited="true" ctrlrange="-1 1"/>
    <motor name="pull" tendon="both" ctrllimited="true" ctrlrange="-1 1"/>
    <motor name="roll" joint="ball" gear="1 0 0" ctrllimited="true" ctrlrange="-1 1"/>
    <general name="odd" joint="b" gainprm="3" biastype="affine" biasprm="0 0 -1" ctrllimited="true" ctrlrange="-1 1"/>
  </actuator></mujoco>)";

class Drives : public testing::Test {
 protected:
  Drives() : file_(mjcf) {}
  TaskEnv& task(const std::string& actions, const std::string& more = "") {
    const std::string yaml = "model: " + file_.path() +
                             "\nobservations: {state: [qpos]}\nreward: {alive: {term: alive}}\nactions: " + actions +
                             "\n" + more;
    env_ = load_task(ConfigNode::parse_text(yaml, "task.yaml"), "test", "").factory();
    return dynamic_cast<TaskEnv&>(*env_);
  }
  TemporaryModel file_;
  std::unique_ptr<Env> env_;
};

void expect_drive(const ActionDrive& drive, const std::string& joint, Kind kind, double scale, double offset,
                  const std::vector<double>& range, double force_limit, const std::string& unit) {
  EXPECT_EQ(drive.joint, joint);
  EXPECT_EQ(drive.kind, kind);
  EXPECT_DOUBLE_EQ(drive.scale, scale);
  EXPECT_DOUBLE_EQ(drive.offset, offset);
  EXPECT_EQ(drive.range, range);
  EXPECT_DOUBLE_EQ(drive.force_limit, force_limit);
  EXPECT_EQ(drive.unit, unit);
}

TEST_F(Drives, OfActuators) {
  const auto& drives = task("{actuators: all}").drives();
  ASSERT_EQ(drives.size(), 7u);
  EXPECT_EQ(drives[0].label, "motor a");
  expect_drive(drives[0], "a", Kind::torque, 4, 0, {-1, 2}, 4 * 0.5, "N m");
  expect_drive(drives[1], "e", Kind::torque, -4, 0, {}, 4 * 0.3, "N m");
  expect_drive(drives[2], "b", Kind::position, 0.5, 0, {}, 2 * 3, "rad");
  expect_drive(drives[3], "c", Kind::velocity, 2, 0, {}, 0, "m/s");
  for (size_t i = 4; i < 7; ++i) EXPECT_EQ(drives[i].joint, "") << drives[i].label;
  EXPECT_EQ(drives[4].label, "pull");
}

TEST_F(Drives, OfTargetsAndTorques) {
  const std::string pose = "default_pose: {joints: {a: 0.3, b: 0.1}}";
  const auto& drives = task(
                           "{pd_targets: {joints: [e, a], kp: 1, kd: 0, scale: {a: 0.5, e: 0.2}}, "
                           "position_targets: {scale: 0.25}, joint_torque: {joints: {c: 3}}}",
                           pose)
                           .drives();
  ASSERT_EQ(drives.size(), 4u);
  EXPECT_EQ(drives[0].label, "e");
  expect_drive(drives[0], "e", Kind::position, 0.2, 0, {}, 1.2, "rad");
  expect_drive(drives[1], "a", Kind::position, 0.5, 0.3, {-1, 2}, 2, "rad");
  EXPECT_EQ(drives[2].label, "servo b");
  expect_drive(drives[2], "b", Kind::position, 0.25, 0.1, {}, 6, "rad");
  expect_drive(drives[3], "c", Kind::torque, 1, 0, {}, 3, "N");
  const auto& limited = task("{pd_targets: {joints: [a], kp: 1, kd: 0, torque_limit: 0.7}}").drives();
  expect_drive(limited[0], "a", Kind::position, 0.25, 0, {-1, 2}, 0.7, "rad");
}

// The scale is what MuJoCo makes of a control, and torques are measured where they were given.
TEST_F(Drives, AreWhatTheSimulationDoes) {
  TaskEnv& env =
      task("{actuators: {names: [motor a, servo b, rail, pull]}, joint_torque: {joints: {e: 5}}}", "frame_skip: 1");
  ASSERT_EQ(env.drives().size(), 5u);
  Rng rng(1);
  env.reset(rng);
  std::vector<double> position(5), velocity(5), torque(5);
  const std::vector<double> action = {0.25, 0.4, 0.3, 0, -2};
  env.step(action, rng);
  env.measure(position, velocity, torque);
  const double a_torque = env.drives()[0].scale * 0.25;
  EXPECT_EQ(a_torque, 1);
  EXPECT_NEAR(torque[0], 1, 1e-12);
  EXPECT_NEAR(velocity[0], 0.001 * 1 / 0.5, 1e-12);
  EXPECT_NEAR(torque[4], -2, 1e-12) << "applied to the joint without an actuator";
  EXPECT_NEAR(velocity[4], 0.001 * -2 / 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(position[3]) && std::isnan(velocity[3]) && std::isnan(torque[3])) << "a tendon is no joint";
  for (int i = 1; i < 4000; ++i) env.step(action, rng);
  env.measure(position, velocity, torque);
  EXPECT_NEAR(velocity[2], env.drives()[2].scale * 0.3, 1e-4) << "a velocity servo has arrived";
  EXPECT_NEAR(position[2], env.simulation().qpos()[2], 1e-15);
}

TEST_F(Drives, OfAPositionServoLeadsToThePosition) {
  TaskEnv& env = task("{position_targets: {scale: 0.25}}",
                      "frame_skip: 1\ndefault_pose: {joints: {b: 0.1}}\nreset: [{pose: {joints: {b: 0.3}}}]");
  Rng rng(1);
  env.reset(rng);
  const ActionDrive& drive = env.drives()[0];
  EXPECT_NEAR(drive.offset + drive.scale * 0.8, 0.3, 1e-15);
  env.step(std::array{0.8}, rng);  // where it is already
  std::array<double, 1> position, velocity, torque;
  env.measure(position, velocity, torque);
  EXPECT_NEAR(position[0], 0.3, 1e-12);
  EXPECT_NEAR(torque[0], 0, 1e-12);
  env.step(std::array{1.2}, rng);  // held to 1: 0.05 rad ahead
  env.measure(position, velocity, torque);
  EXPECT_NEAR(torque[0], 2 * 10 * 2 * 0.05, 1e-12);
}

TEST_F(Drives, AreMeasuredWithTheEncodersError) {
  TaskEnv& env = task("{joint_torque: {joints: {a: 1, c: 1}}}",
                      "reset: [{pose: {joints: {a: 0.5, c: -0.2}}}]\n"
                      "randomize: [{encoder_offset: {range: [0.02, 0.02]}}]");
  Rng rng(1);
  env.reset(rng);
  std::array<double, 2> position, velocity, torque;
  env.measure(position, velocity, torque);
  EXPECT_DOUBLE_EQ(position[0], 0.52);
  EXPECT_DOUBLE_EQ(position[1], -0.18);
  EXPECT_EQ(velocity[0], 0);
  EXPECT_EQ(torque[1], 0);
}

}  // namespace
}  // namespace sinew
