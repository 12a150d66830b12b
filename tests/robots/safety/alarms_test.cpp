#include "robots/safety/alarms.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace sinew {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Two actuators in a valid state until a test changes something.
struct Robot {
  std::vector<ActuatorLimits> actuators = {{.name = "hip",
                                            .command = "position",
                                            .position = {-1, 1},
                                            .velocity = 2,
                                            .acceleration = 10,
                                            .step = 0.5,
                                            .when_stopped = "hold"},
                                           {.name = "knee",
                                            .command = "torque",
                                            .position = {-2, 0},
                                            .velocity = 2,
                                            .acceleration = 10,
                                            .torque = 4,
                                            .step = 3,
                                            .when_stopped = "zero"}};
  std::vector<double> position = {0, -1}, velocity = {0, 0}, torque = {1, 1}, temperature = {40, 40},
                      gravity = {0, 0, -1};
  double stamp = 10, now = 10.02;
  WatchLimits limits;
  AlarmReport watched() const {
    return watch({{position, velocity, torque}, temperature, gravity, stamp}, actuators, limits, now);
  }
};

TEST(Watches, AreQuietWhileAllIsWell) {
  Robot robot;
  EXPECT_FALSE(robot.watched());
  robot.torque.clear();  // unmeasured quantities are not watched
  robot.temperature.clear();
  robot.gravity.clear();
  EXPECT_FALSE(robot.watched());
}

TEST(Watches, FindATilt) {
  Robot robot;
  robot.gravity = {std::sin(0.79), 0, -std::cos(0.79)};
  EXPECT_FALSE(robot.watched());
  robot.gravity = {0, 9.81 * std::sin(0.81), -9.81 * std::cos(0.81)};  // of any length
  const AlarmReport report = robot.watched();
  EXPECT_EQ(report.alarm, Alarm::tilt);
  EXPECT_NEAR(report.measured, 0.81, 1e-9);
  EXPECT_EQ(report.limit, 0.8);
}

TEST(Watches, FindAJointBeyondItsRange) {
  Robot robot;
  robot.position[1] = 0.04;
  EXPECT_FALSE(robot.watched());
  robot.position[1] = 0.06;
  EXPECT_EQ(robot.watched().alarm, Alarm::joint_range);
  EXPECT_EQ(robot.watched().actuator, 1u);
  robot.position = {-1.06, -1};
  EXPECT_EQ(robot.watched().alarm, Alarm::joint_range);
  EXPECT_EQ(robot.watched().actuator, 0u);
}

TEST(Watches, FindTorqueAndHeat) {
  Robot robot;
  robot.torque = {100, -5.9};  // the first has no torque limit
  EXPECT_FALSE(robot.watched());
  robot.torque[1] = -6.1;
  EXPECT_EQ(robot.watched().alarm, Alarm::torque);
  EXPECT_EQ(robot.watched().limit, 6);
  robot.torque[1] = 0;
  robot.temperature[0] = 76;
  EXPECT_EQ(robot.watched().alarm, Alarm::temperature);
}

TEST(Watches, FindWhatIsOldOrNotANumber) {
  Robot robot;
  robot.now = 10.11;
  EXPECT_EQ(robot.watched().alarm, Alarm::stale);
  EXPECT_NEAR(robot.watched().measured, 0.11, 1e-9);
  robot.stamp = not_a_number;
  EXPECT_EQ(robot.watched().alarm, Alarm::stale);
  for (std::vector<double> Robot::* values :
       {&Robot::position, &Robot::velocity, &Robot::torque, &Robot::temperature, &Robot::gravity}) {
    Robot one;
    (one.*values)[1] = not_a_number;
    EXPECT_EQ(one.watched().alarm, Alarm::not_finite);
    EXPECT_EQ(text_of(one.watched(), one.actuators), values == &Robot::gravity
                                                         ? "what is measured is missing or not finite"
                                                         : "'knee': what is measured of it is not finite: nan");
    Robot other;
    (other.*values).push_back(0);
    EXPECT_EQ(text_of(other.watched(), other.actuators), "what is measured is missing or not finite");
  }
}

}  // namespace
}  // namespace sinew
