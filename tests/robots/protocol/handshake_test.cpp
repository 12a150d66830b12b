// Policy, robot's file and robot: each mismatch is reported with both sides' values.
#include "robots/protocol/handshake.h"

#include <cmath>
#include <functional>

#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"
#include "tests/robots/fake_robot.h"

namespace sinew {
namespace {

std::string policy_error(const InterfaceSpec& spec, const RobotConfig& config = fake_config()) {
  const Policy policy = make_policy(spec, "{actor: []}");
  return error_of([&] { check_policy(PolicyRunner(policy), config); });
}
std::string welcome_error(const Welcome& welcome) {
  const Policy policy = fake_policy();
  return error_of([&] { check_welcome(welcome, PolicyRunner(policy), fake_config()); });
}
Welcome fake_welcome() { return make_welcome(fake_config(), fake_interface().sensors); }

TEST(Handshake, WhatFitsIsAgreedOn) {
  const Policy policy = fake_policy();
  check_policy(PolicyRunner(policy), fake_config());
  check_welcome(fake_welcome(), PolicyRunner(policy), fake_config());
  EXPECT_EQ(disagreement(make_hello("fake", PolicyRunner(policy), fake_config()), fake_welcome()), "");
}

TEST(Handshake, APolicyThatDoesNotFitTheFileIsNamed) {
  InterfaceSpec swapped = fake_interface();
  std::swap(swapped.actions.parts[0].labels[0], swapped.actions.parts[0].labels[1]);
  expect_contains(policy_error(swapped), "actuator 1 is 'knee' in the policy, 'hip' in the robot's file");
  InterfaceSpec degrees = fake_interface();
  degrees.actions.parts[0].units[1] = "deg";
  expect_contains(policy_error(degrees), "actuator 'knee' takes rad in the robot's file, the policy says deg");
  InterfaceSpec slow = fake_interface();
  slow.actions.rate = 50;
  expect_contains(policy_error(slow), "the policy acts at 50 Hz, the robot's file says rate: 100 Hz");
  InterfaceSpec timeless = fake_interface();
  timeless.actions.rate = 0;
  expect_contains(policy_error(timeless), "not tied to time");
  InterfaceSpec endless = fake_interface();
  endless.actions.parts[0].high[0] = std::numeric_limits<double>::infinity();
  expect_contains(policy_error(endless), "the policy's action 'hip' has no limits");
  InterfaceSpec choice = fake_interface();
  choice.actions.parts = {{.name = "button", .choices = {3}}};
  expect_contains(policy_error(choice), "'button' is a choice");
  InterfaceSpec nameless = fake_interface();
  nameless.actions.parts[0].labels.clear();
  expect_contains(policy_error(nameless), "action 1 of the policy has no name");
  RobotConfig one = fake_config();
  one.actuators.pop_back();
  expect_contains(policy_error(fake_interface(), one), "the policy has 2 actions, the robot's file 1 actuators");
}

TEST(Handshake, ARobotThatDoesNotFitIsNamed) {
  Welcome other = fake_welcome();
  other.robot = "real";
  expect_contains(welcome_error(other), "the robot 'real' answers");
  other = fake_welcome();
  std::swap(other.limits[0], other.limits[1]);
  expect_contains(welcome_error(other), "actuator 1 is 'hip' in the robot's file, 'knee' in the robot 'fake'");
  other = fake_welcome();
  other.limits[1].velocity = 5;
  expect_contains(welcome_error(other),
                  "actuator 'knee' has the velocity 4 in the robot's file, 5 in the robot 'fake'");
  other = fake_welcome();
  other.interface.actions.rate = 50;
  expect_contains(welcome_error(other), "the policy acts at 100 Hz, the robot 'fake' at 50 Hz");
  other = fake_welcome();
  other.interface.sensors[0].units[0] = "deg";
  expect_contains(welcome_error(other), "unit 1 is 'rad' in the policy, 'deg' in the robot 'fake'");
  other = fake_welcome();
  std::swap(other.interface.sensors[0].labels[0], other.interface.sensors[0].labels[1]);
  expect_contains(welcome_error(other), "number 1 is 'hip' in the policy, 'knee' in the robot 'fake'");
  other = fake_welcome();
  other.interface.sensors.clear();
  expect_contains(welcome_error(other), "the policy names its sensors, the robot 'fake' does not");
}

TEST(Handshake, TheRobotsSideSaysNoLikewise) {
  const Policy policy = fake_policy();
  Hello hello = make_hello("fake", PolicyRunner(policy), fake_config());
  hello.limits[0].torque = 3;
  expect_contains(disagreement(hello, fake_welcome()),
                  "actuator 'hip' has the torque 3 in the policy's robot file, 0 in the robot");
  hello = make_hello("fake", PolicyRunner(policy), fake_config());
  hello.interface.actions.rate = 10;
  expect_contains(disagreement(hello, fake_welcome()), "the policy acts at 10 Hz, the robot at 100 Hz");
  hello = make_hello("fake", PolicyRunner(policy), fake_config());
  hello.interface.sensors[0].name = "gyro";
  expect_contains(disagreement(hello, fake_welcome()), "'gyro'");
}

// Every difference between the two sides in actions and times, in either direction.
TEST(Handshake, EveryDifferenceInActionsAndTimesIsNamed) {
  using Change = std::function<void(ActionSpec&, LinkTiming&)>;
  const std::pair<Change, const char*> changes[] = {
      {[](ActionSpec& a, LinkTiming&) { std::swap(a.parts[0].labels[0], a.parts[0].labels[1]); }, "actuator 1 is '"},
      {[](ActionSpec& a, LinkTiming&) { a.parts[0].labels.clear(); }, "names its actuators"},
      {[](ActionSpec& a, LinkTiming&) { a.parts[0].units[1] = "deg"; }, "unit 2 is '"},
      {[](ActionSpec& a, LinkTiming&) { a.parts[0].units.clear(); }, "names its units"},
      {[](ActionSpec& a, LinkTiming&) { a.parts[0].low[0] = -9; }, "actuator 'hip' has the range ["},
      {[](ActionSpec& a, LinkTiming&) { a.parts[0].high[1] = 9; }, "actuator 'knee' has the range ["},
      {[](ActionSpec& a, LinkTiming&) { a.parts.push_back(a.parts[0]); }, "the actions have "},
      {[](ActionSpec& a, LinkTiming&) { a.parts.clear(); }, "the actions have "},
      {[](ActionSpec& a, LinkTiming&) {
         a.parts[0].low.pop_back();
         a.parts[0].high.pop_back();
         a.parts[0].labels.pop_back();
         a.parts[0].units.pop_back();
       },
       "(hip)"},
      {[](ActionSpec& a, LinkTiming&) { a.parts[0] = {.name = "actuators", .choices = {3, 3}}; }, "is "},
      {[](ActionSpec& a, LinkTiming&) { a.rate = 99; }, "Hz"},
      {[](ActionSpec&, LinkTiming& t) { t.max_age *= 2; }, "max_age is "},
      {[](ActionSpec&, LinkTiming& t) { t.watchdog = 20; }, "watchdog is "},
      {[](ActionSpec&, LinkTiming& t) { t.link_timeout = std::nan(""); }, "link_timeout is "},
      {[](ActionSpec&, LinkTiming& t) { t.blend = 0; }, "blend is "},
  };
  const Policy policy = fake_policy();
  for (const auto& [change, what] : changes) {
    Hello hello = make_hello("fake", PolicyRunner(policy), fake_config());
    change(hello.interface.actions, hello.timing);
    expect_contains(disagreement(hello, fake_welcome()), what);
    Welcome welcome = fake_welcome();
    change(welcome.interface.actions, welcome.timing);
    expect_contains(welcome_error(welcome), what);
  }
  Welcome renamed = fake_welcome();
  renamed.interface.actions.parts[0].name = "motors";  // which has no meaning
  check_welcome(renamed, PolicyRunner(policy), fake_config());
}

TEST(Handshake, SensorsOfTheCriticAloneAreNotAskedFor) {
  InterfaceSpec spec = fake_interface();
  spec.sensors.insert(spec.sensors.begin(), {.name = "truth", .shape = {3}});
  const Policy policy = make_policy(spec, "{encoders: {truth: {used_by: critic}}, actor: [], critic: []}");
  EXPECT_EQ(policy.acts_on(), (std::vector<bool>{false, true}));
  check_welcome(fake_welcome(), PolicyRunner(policy), fake_config());
  EXPECT_EQ(make_hello("fake", PolicyRunner(policy), fake_config()).interface.sensors.size(), 1u);
}

TEST(RobotConfig, WhatDoesNotGoTogetherIsNamed) {
  const auto error = [](auto change) {
    RobotConfig config = fake_config();
    change(config);
    return error_of([&] { check_robot_config(config); });
  };
  expect_contains(error([](RobotConfig& c) { c.actuators[1].limits.name = "hip"; }),
                  "the actuator 'hip' appears twice");
  expect_contains(error([](RobotConfig& c) { c.control_rate = 250; }),
                  "control_rate: 250 Hz is not a multiple of rate, 100 Hz");
  expect_contains(error([](RobotConfig& c) { c.watchdog = 0.01; }),
                  "watchdog: 0.01 s pass between two actions at 100 Hz");
  expect_contains(error([](RobotConfig& c) { c.max_age = 1; }), "max_age: 1 s is more than watchdog, 0.2 s");
  expect_contains(error([](RobotConfig& c) { c.actuators[0].scale = 0; }), "scale 0");
  expect_contains(error([](RobotConfig& c) { c.actuators.clear(); }), "no actuator has limits");
  expect_contains(error([](RobotConfig& c) { c.actuators[0].limits.acceleration = 0; }),
                  "actuator 'hip': acceleration");
}

}  // namespace
}  // namespace sinew
