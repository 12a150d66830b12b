// Two sides that do not match: each reports it with both sides' values, and nothing moves.
#include <limits>
#include <nlohmann/json.hpp>

#include "robots/protocol/handshake.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"
#include "tests/robots/hand_policy.h"
#include "tests/robots/hand_robot.h"
#include "tests/robots/reaction.h"

namespace sinew {
namespace {

// The data of a policy's side: its policy's interface, and the robot's file.
struct Side {
  InterfaceSpec spec = fake_interface();
  RobotConfig config = fake_config();
  Side() { config.link_timeout = 0.05; }  // a refusal is accepted after this
};

struct Mismatch {
  std::function<void(Side&)> change;
  const char *ours, *theirs;  // each side's text in the error
};

const std::vector<Mismatch> mismatches = {
    {[](Side& side) {
       std::swap(side.config.actuators[0], side.config.actuators[1]);
       std::swap(side.spec.actions.parts[0].labels[0], side.spec.actions.parts[0].labels[1]);
     },
     "actuator 1 is 'knee' in ", "'hip' in the robot"},
    {[](Side& side) {
       side.config.actuators.pop_back();
       side.spec.actions.parts[0] = {.name = "servos", .labels = {"hip"}, .units = {"rad"}, .low = {-1}, .high = {1}};
     },
     "the number of actuators is 1 (hip) in ", "2 (hip, knee) in the robot"},
    {[](Side& side) {
       side.config.actuators[1].limits.unit = "m";
       side.spec.actions.parts[0].units[1] = "m";
     },
     "actuator 'knee' has the unit m in ", "rad in the robot"},
    {[](Side& side) { side.config.actuators[0].limits.velocity = 5; }, "actuator 'hip' has the velocity 5 in ",
     "4 in the robot"},
    {[](Side& side) { side.config.actuators[0].limits.position = {-1, 2}; },
     "actuator 'hip' has the position [-1, 2] in ", "[-1, 1] in the robot"},
    {[](Side& side) { side.config.rate = side.spec.actions.rate = 50; }, "the policy acts at 50 Hz, ", "at 100 Hz"},
    {[](Side& side) { side.config.max_age = 0.1; }, "max_age is 0.1 s in ", "0.15 s in the robot"},
    {[](Side& side) { side.config.watchdog = 2; }, "watchdog is 2 s in ", "0.2 s in the robot"},
    {[](Side& side) { side.config.link_timeout = 0.06; }, "link_timeout is 0.06 s in ", "0.05 s in the robot"},
    {[](Side& side) { side.config.blend = 0; }, "blend is 0 s in ", "0.05 s in the robot"},
    {[](Side& side) { side.spec.sensors[0].name = "joint angles"; }, "'joint angles'", "'joints'"},
    {[](Side& side) { side.spec.sensors[0].labels[3] = "ankle velocity"; }, "number 4 is 'ankle velocity'",
     "'knee velocity'"},
    {[](Side& side) { side.spec.sensors[0].units[1] = "deg"; }, "unit 2 is 'deg'", "'rad'"},
    {[](Side& side) { side.spec.sensors[0] = {.name = "joints", .shape = {3}}; }, "3", "4"},
};

PolicyClient::Options options() { return {.link = {.policy_name = "fake"}, .connect_timeout = 5, .real_time = false}; }

std::string connection_error(const Side& side) {
  const Policy policy = make_policy(side.spec, "{actor: []}");
  return error_of([&] { PolicyClient client(policy, side.config, options()); });
}

TEST(FaultHandshake, TheRobotRefusesAPolicyThatDoesNotFit) {
  const RobotConfig config = Side().config;
  FakeBody body(config);
  RunningRobot robot(config, body);
  for (const Mismatch& mismatch : mismatches) {
    Side side;
    mismatch.change(side);
    side.config.address = robot.config().address;
    const std::string error = connection_error(side);
    fmt::print("{}\n", error);
    expect_contains(error, "refuses: ");
    expect_contains(error, mismatch.ours);
    expect_contains(error, mismatch.theirs);
  }
  expect_contains(join(robot.events()), "refused the policy 'fake': actuator 1 is 'knee' in ");
  EXPECT_EQ(body.commands, 0u);
  EXPECT_EQ(robot.server().mode(), Mode::unconfigured);
}

// A robot that accepts everything.
std::vector<HandRobot::Frames> welcome_all(const Welcome& welcome, const Message& message) {
  if (!std::holds_alternative<Hello>(message)) return {};
  return {encode(welcome)};
}

TEST(FaultHandshake, ThePolicyRefusesARobotThatDoesNotFit) {
  const Welcome welcome = make_welcome(Side().config, fake_interface().sensors);
  HandRobot robot([&](const Message& message) { return welcome_all(welcome, message); });
  for (const Mismatch& mismatch : mismatches) {
    Side side;
    mismatch.change(side);
    side.config.address = robot.config().address;
    const std::string error = connection_error(side);
    expect_contains(error, "the robot 'fake' and the policy do not fit: ");
    expect_contains(error, mismatch.ours);
    expect_contains(error, mismatch.theirs);
  }
  Side side;
  side.config.address = robot.config().address;
  side.config.robot = "another";
  expect_contains(connection_error(side), "the robot 'fake' answers at ");
  expect_contains(connection_error(side), "where the robot's file has 'another'");
}

// A greeting's bytes in another version: version 1 had no timing.
HandRobot::Frames of_version(int version, const Message& message) {
  HandRobot::Frames frames = encode(message);
  nlohmann::json header = nlohmann::json::from_msgpack(frames[0]);
  header["version"] = version;
  if (version == 1) header.erase("timing");
  frames[0].clear();
  nlohmann::json::to_msgpack(header, frames[0]);
  return frames;
}

TEST(FaultHandshake, AnotherVersionOfTheProtocolIsNamed) {
  const RobotConfig config = fake_config();
  FakeBody body(config);
  RunningRobot robot(config, body);
  for (const int version : {1, 3}) {
    HandPolicy hand(robot.config());
    EXPECT_TRUE(hand.until([&] {
      if (hand.refused.empty()) hand.say_frames(of_version(version, hand.hello));
      return !hand.refused.empty();
    }));
    expect_contains(hand.refused, fmt::format("the other side speaks version {} of the protocol, this one 2", version));
  }
  EXPECT_EQ(robot.server().mode(), Mode::unconfigured);
}

// The error gives the reason last and immediately, instead of reporting no answer.
TEST(FaultHandshake, ARobotThatIsNotUnderstoodIsNoRobotThatIsNotThere) {
  const Welcome welcome = make_welcome(fake_config(), fake_interface().sensors);
  Welcome endless = welcome;
  endless.limits[1].velocity = std::numeric_limits<double>::infinity();
  const std::pair<HandRobot::Frames, const char*> answers[] = {
      {of_version(1, welcome), "the other side speaks version 1 of the protocol, this one 2"},
      {encode(endless), "actuator 'knee': velocity: a limit above 0 is needed, not inf"},
      {{"what?"}, "not a MessagePack map"},
      {encode(Refused{"a message of the robot link: the other side speaks version 2 of the protocol, this one 1"}),
       "refuses: a message of the robot link: the other side speaks version 2 of the protocol, this one 1"}};
  for (const auto& [answer, reason] : answers) {
    HandRobot robot([&, &frames = answer](const Message&) { return std::vector<HandRobot::Frames>{frames}; });
    Side side;
    side.config.address = robot.config().address;
    try {
      const Policy policy = make_policy(side.spec, "{actor: []}");
      PolicyClient client(policy, side.config,
                          {.link = {.policy_name = "fake"}, .connect_timeout = 60, .real_time = false});
      ADD_FAILURE() << reason;
    } catch (const Error& error) {
      expect_contains(error.what(), reason);
      EXPECT_EQ(error.exit_code(), 2);
    }
  }
}

// The error of a policy with a camera when, after its first heartbeat, a different robot answers.
std::string error_after(const std::function<void(Welcome&)>& change) {
  const SensorSpec camera{
      .name = "front", .type = SensorSpec::Type::uint8, .shape = {8, 8, 3}, .format = "red, green, blue"};
  InterfaceSpec spec = fake_interface();
  spec.sensors.push_back(camera);
  Welcome welcome = make_welcome(fake_config(), spec.sensors);
  std::atomic<bool> has_changed{false};
  HandRobot robot([&](const Message& message) -> std::vector<HandRobot::Frames> {
    if (std::holds_alternative<Hello>(message)) return {encode(welcome)};
    if (has_changed || !std::holds_alternative<Heartbeat>(message)) return {};
    change(welcome);
    has_changed = true;
    return {encode(welcome)};
  });
  const Policy policy = make_policy(spec, "{encoders: {front: {layers: [flatten]}}, actor: []}");
  PolicyClient client(policy, robot.config(), options());
  EXPECT_TRUE(soon([&] { return has_changed.load(); }));
  return error_of([&] {
    soon([&] {
      client.check();
      return false;
    });
  });
}

TEST(FaultHandshake, ARobotThatHasChangedIsNoticed) {
  expect_contains(error_after([](Welcome& welcome) { welcome.robot = "another"; }), "the robot 'another' answers at ");
  expect_contains(error_after([](Welcome& welcome) { welcome.limits[0].step = 0.4; }),
                  "actuator 'hip' has the step 0.5 in the robot's file, 0.4 in the robot 'fake'");
  expect_contains(error_after([](Welcome& welcome) { welcome.interface.sensors[0].labels[0] = "ankle"; }),
                  "number 1 is 'hip' in the policy, 'ankle' in the robot 'fake'");
  expect_contains(error_after([](Welcome& welcome) { welcome.interface.sensors[1].format = "blue, green, red"; }),
                  "sensor 2 was 'front' [8, 8, 3] (red, green, blue), it is 'front' [8, 8, 3] (blue, green, red) now");
  expect_contains(
      error_after([](Welcome& welcome) { welcome.interface.sensors.push_back({.name = "gyro", .shape = {3}}); }),
      "sensor 3 was not there, it is 'gyro' [3] now");
}

}  // namespace
}  // namespace sinew
