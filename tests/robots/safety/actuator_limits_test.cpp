#include "robots/safety/actuator_limits.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

ActuatorLimits read(const std::string& yaml) {
  return read_config<ActuatorLimits>(ConfigNode::parse_text(yaml, "robot.yaml"));
}

const std::string elbow =
    "{name: elbow, command: position, position: [-1.5, 2], velocity: 3, acceleration: 20, step: 0.3, when_stopped: "
    "hold}";

TEST(ActuatorLimits, AreReadFromYaml) {
  const ActuatorLimits limits = read(elbow);
  EXPECT_EQ(limits.name, "elbow");
  EXPECT_EQ(limits.kind(), ActuatorLimits::Kind::position);
  EXPECT_EQ(limits.highest(), 2);
  check_limits({limits});
}

TEST(ActuatorLimits, OneThatIsMissingIsNamed) {
  for (const char* key : {"velocity", "acceleration", "step", "position", "when_stopped", "command"}) {
    ConfigNode node = ConfigNode::parse_text(elbow, "robot.yaml");
    node.remove(key);
    expect_contains(error_of([&] { read_config<ActuatorLimits>(node); }), fmt::format("'{}'", key));
  }
}

TEST(ActuatorLimits, OneThatIsWrongIsNamed) {
  const auto expect_wrong = [](ActuatorLimits limits, const char* text) {
    const std::string error = error_of([&] { check_limits({limits}); });
    expect_contains(error, "actuator 'elbow'");
    expect_contains(error, text);
  };
  const ActuatorLimits good = read(elbow);
  ActuatorLimits bad = good;
  bad.position = {2, -1.5};
  expect_wrong(bad, "position: the joint's range");
  bad = good;
  bad.position = {1};
  expect_wrong(bad, "position: the joint's range");
  bad = good;
  bad.velocity = std::numeric_limits<double>::infinity();
  expect_wrong(bad, "velocity: a limit above 0");
  bad = good;
  bad.step = std::numeric_limits<double>::quiet_NaN();
  expect_wrong(bad, "step: a limit above 0");
  bad = good;
  bad.command = "torque";
  expect_wrong(bad, "torque: an actuator that takes torques needs its limit");
  bad = good;
  bad.command = "velocity";
  expect_wrong(bad, "'hold' does not suit an actuator that takes a velocity");
  bad.command = "torque";
  bad.torque = 5;
  bad.when_stopped = "damp";
  expect_wrong(bad, "damping: ");
  expect_contains(error_of([] { check_limits({}); }), "no actuator has limits");
}

TEST(ActuatorLimits, ADifferenceNamesBothSidesValues) {
  const ActuatorLimits hip{.name = "hip",
                           .command = "position",
                           .position = {-1, 1},
                           .velocity = 2,
                           .acceleration = 10,
                           .step = 0.5,
                           .when_stopped = "hold"};
  ActuatorLimits knee = hip;
  knee.name = "knee";
  const auto difference = [](const std::vector<ActuatorLimits>& ours, const std::vector<ActuatorLimits>& theirs) {
    return first_difference(ours, theirs, "robot.yaml", "the robot");
  };
  EXPECT_EQ(difference({hip, knee}, {hip, knee}), "");
  EXPECT_EQ(difference({hip, knee}, {knee, hip}), "actuator 1 is 'hip' in robot.yaml, 'knee' in the robot");
  EXPECT_EQ(difference({hip, knee}, {hip}),
            "the number of actuators is 2 (hip, knee) in robot.yaml, 1 (hip) in the robot");
  ActuatorLimits other = hip;
  other.velocity = 3;
  EXPECT_EQ(difference({hip}, {other}), "actuator 'hip' has the velocity 2 in robot.yaml, 3 in the robot");
  other = hip;
  other.unit = "rad";  // the same as before
  EXPECT_EQ(difference({hip}, {other}), "");
  other.unit = "deg";
  EXPECT_EQ(difference({hip}, {other}), "actuator 'hip' has the unit rad in robot.yaml, deg in the robot");
  other = hip;
  other.position = {-1, 1.5};
  EXPECT_EQ(difference({hip}, {other}),
            "actuator 'hip' has the position [-1, 1] in robot.yaml, [-1, 1.5] in the robot");
}

}  // namespace
}  // namespace sinew
