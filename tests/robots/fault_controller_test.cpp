// Which peer may control a robot, and the treatment of others; and addresses with no robot, or the wrong one.
#include <algorithm>

#include "core/text.h"
#include "robots/link/emergency_stop.h"
#include "robots/protocol/handshake.h"
#include "tests/core/expect_error.h"
#include "tests/robots/local_socket.h"
#include "tests/robots/moving_robot.h"

namespace sinew {
namespace {

PolicyClient::Options controller_options(double connect_timeout = 5) {
  return {.link = {.policy_name = "fake"}, .connect_timeout = connect_timeout, .real_time = false};
}

TEST(FaultController, ASecondOneIsRefusedAndTheFirstUndisturbed) {
  MovingRobot moving({}, patient_config());
  const Policy policy = fake_policy();
  const double begin = now_seconds();
  // One made by the library …
  std::string error;
  std::atomic<bool> refused{false};
  std::thread second([&] {
    error = error_of([&] { PolicyClient client(policy, moving.robot.config(), controller_options()); });
    refused = true;
  });
  EXPECT_TRUE(moving.hand.until([&] { return refused.load(); }));
  second.join();
  expect_contains(error, "refuses: the policy 'hand' already controls the robot, and only one may at a time");
  // … and a handmade one, which continues anyway.
  HandPolicy intruder(moving.robot.config());
  EXPECT_FALSE(intruder.connect());
  const uint64_t obeyed = moving.hand.seen.action;
  for (int i = 0; i < 50; ++i) {
    RobotAction forged = intruder.answer(moving.hand.seen);
    forged.session = moving.hand.seen.session;
    forged.sequence = moving.hand.seen.action + 1;
    forged.values = {0.9, -0.9};
    for (const Message& message : {Message(forged), Message(Arm{1000}), Message(Acknowledge{}), Message(Stop{"mine"})})
      intruder.say(message);
    intruder.say_frames({"nonsense"});
    moving.hand.live(0.01);
  }
  EXPECT_TRUE(moving.hand.until(
      [&] { return moving.hand.seen.action > obeyed + 25 && moving.robot.server().link_counters().foreign >= 200; }));
  EXPECT_EQ(moving.hand.seen.mode, Mode::armed);
  EXPECT_LT(moving.robot.stopped_at(), begin) << "it stopped";
  EXPECT_EQ(moving.body.outside, 0u);
}

// The second peer's messages do not stop; they are obeyed only after the first was silent for link_timeout.
TEST(FaultController, AnotherOneMayTakeOverWhenTheFirstIsGone) {
  MovingRobot moving;
  HandPolicy next(moving.robot.config());
  const double gone_at = now_seconds();
  double connected_at = 0;
  ASSERT_TRUE(soon([&] {
    if (!next.connect(0.1)) return false;
    connected_at = now_seconds();
    return true;
  }));
  const double since = std::max(gone_at, moving.robot.obeyed_at());
  report_reaction("the controller falls silent: it stops", moving.robot.stopped_at() - since,
                  reaction_bound(moving.config));
  expect_in_time("the controller falls silent", since, moving.robot, moving.config);
  report_reaction("the controller falls silent: another one may control", connected_at - gone_at,
                  moving.config.link_timeout + 0.2);
  EXPECT_TRUE(next.recover());
  EXPECT_FALSE(moving.hand.connect());
  expect_contains(moving.hand.refused, "the policy 'hand' already controls the robot");
  EXPECT_EQ(moving.body.outside, 0u);
}

// A peer that greets again has lost its state, and one that no longer fits is no controller.
TEST(FaultController, AGreetingDisarms) {
  MovingRobot moving;
  double fault_at = now_seconds();
  moving.hand.say(moving.hand.hello);
  moving.expect_stop_for("a greeting while it moves", fault_at, Alarm::link_lost);
  expect_contains(join(moving.robot.events()), "stopped (the policy greeted again");
  moving.expect_recovery();
  Hello other = moving.hand.hello;
  other.interface.actions.rate = 50;
  fault_at = now_seconds();
  moving.hand.say(other);
  expect_stop("a greeting that does not fit while it moves", fault_at, moving.robot, moving.body,
              [&] { moving.hand.live(0.001); });
  expect_contains(moving.hand.refused, "the policy acts at 50 Hz, the robot at 100 Hz");
  ASSERT_TRUE(moving.hand.connect());
  moving.expect_recovery();
}

// Two programs use the same name: it is undefined which of them to obey.
TEST(FaultController, ASecondOneUnderTheSameNameStopsTheRobot) {
  const RobotConfig config = fake_config();
  FakeBody body(config);
  RunningRobot robot(config, body);
  struct Twin {
    explicit Twin(const std::string& address)
        : socket(context, LinkSocket::Kind::dealer, {.queue = 100, .incoming = 1000, .routing_id = "twin"}) {
      socket.connect(address);
    }
    void say(const Message& message) {
      EXPECT_TRUE(soon([&] { return socket.send(encode(message)); }, 20));
    }
    LinkContext context;
    LinkSocket socket;
  };
  Twin first(robot.config().address);
  first.say(make_hello("twin", PolicyRunner(fake_policy()), robot.config()));
  ASSERT_TRUE(soon([&] {
    first.say(Heartbeat{1});
    first.say(Arm{static_cast<uint64_t>(1000 * now_seconds())});
    return robot.server().mode() != Mode::unconfigured;
  }));
  Twin second(robot.config().address);
  const uint64_t foreign = robot.server().link_counters().foreign;
  ASSERT_TRUE(soon([&] {
    second.say(Arm{static_cast<uint64_t>(1000 * now_seconds())});
    second.say(Acknowledge{});
    return robot.server().link_counters().foreign > foreign;
  }));
  EXPECT_TRUE(soon([&] {
    return join(robot.events()).find("the policy 'twin' now sends over another connection") != std::string::npos;
  }));
  EXPECT_TRUE(soon([&] { return robot.server().mode() != Mode::armed; }));
}

// A peer that requests more than the control thread can handle is disconnected; that is no emergency, which only people
// trigger.
TEST(FaultController, OneThatAsksTooMuchIsLetGo) {
  for (const Message& wish : {Message(Acknowledge{}), Message(Arm{1}), Message(Stop{"enough"})}) {
    MovingRobot moving;
    moving.body.slow = 0.5;  // so that no request is handled meanwhile
    for (int i = 0; i < 300; ++i) moving.hand.say(wish);
    ASSERT_TRUE(soon(
        [&] {
          return join(moving.robot.events())
                     .find("sends more requests (arm, acknowledge, stop) than the robot can take") != std::string::npos;
        },
        20));
    moving.body.slow = 0;
    EXPECT_TRUE(soon([&] { return moving.robot.server().mode() != Mode::armed; }));
    EXPECT_FALSE(moving.robot.server().in_emergency());
    EXPECT_TRUE(soon([&] { return moving.hand.connect(0.5) && moving.hand.recover(0.5); }, 20));
    EXPECT_EQ(moving.body.outside, 0u);
  }
}

TEST(FaultController, APortThatIsInUseIsNamed) {
  const RobotConfig config = fake_config();
  FakeBody body(config), other_body(config);
  RunningRobot robot(config, body);
  RobotConfig taken = config;
  taken.address = robot.config().address;
  expect_contains(error_of([&] { RobotServer server(taken, other_body, {}); }),
                  fmt::format("cannot listen on {}: another program does already", taken.address));
  taken = config;
  taken.stop_address = robot.config().stop_address;
  expect_contains(error_of([&] { RobotServer server(taken, other_body, {}); }),
                  fmt::format("cannot listen on {}: another program does already", taken.stop_address));
  taken.stop_address = "tcp://nowhere:port";
  expect_contains(error_of([&] { RobotServer server(taken, other_body, {}); }),
                  "stop_address: 'tcp://nowhere:port' is not an address; write tcp://nowhere:5571");
}

void expect_no_answer(const std::string& fault, const std::string& address) {
  const Policy policy = fake_policy();
  RobotConfig config = fake_config();
  config.address = config.stop_address = address;
  double begin = now_seconds();
  const std::string error = error_of([&] { PolicyClient client(policy, config, controller_options(0.3)); });
  report_reaction(fault + ": the policy's side says so", now_seconds() - begin, 0.3 + 0.02);
  expect_contains(error, fmt::format("no robot answers at {} within 0.3 s; is its side running there?", address));
  begin = now_seconds();
  const std::string stop_error = error_of([&] { emergency_stop(address, {}, "in vain", 0.3); });
  report_reaction(fault + ": the emergency stop says so", now_seconds() - begin, 0.3 + 0.02);
  expect_contains(stop_error, fmt::format("the robot does not confirm the emergency stop at {} within 0.3 s", address));
}

TEST(FaultController, ARobotThatIsNotThere) {
  const int port = port_of(listen_locally());  // no longer listening
  expect_no_answer("nobody listens there", fmt::format("tcp://127.0.0.1:{}", port));
  const Socket mute = listen_locally();
  expect_no_answer("somebody listens and says nothing", fmt::format("tcp://127.0.0.1:{}", port_of(mute)));
}

}  // namespace
}  // namespace sinew
