// A custom controller, in the simulator and over the link to a simulated robot, as a user runs it.
#include "tests/apps/robot_programs.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(ControllerExample, BalancesInTheSimulator) {
  const ChildProcess::Result result = ChildProcess({SINEW_EXAMPLE_CONTROLLER}).wait();
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  expect_contains(result.output, "the pole stood for 1000 steps");
}

TEST(ControllerExample, DrivesASimulatedRobot) {
  const TemporaryFolder folder;
  RobotProgram robot(folder);
  const ChildProcess::Result result = ChildProcess({SINEW_EXAMPLE_CONTROLLER, robot.path(), "40"}).wait();
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  expect_contains(result.output, "the robot obeyed ");
}

// It must meet the same requirements as a policy.
TEST(ControllerExample, IsRefusedWhereItDoesNotFit) {
  const TemporaryFolder folder;
  folder.write("robot.yaml", replaced(patient_robot(), "- name: slide", "- name: slade"));
  const ChildProcess::Result result = ChildProcess({SINEW_EXAMPLE_CONTROLLER, folder.file("robot.yaml"), "40"}).wait();
  EXPECT_EQ(result.exit_code, 2);
  expect_contains(result.errors, "the policy moves 'slide', and the robot's file has no such actuator");
}

}  // namespace
}  // namespace sinew
