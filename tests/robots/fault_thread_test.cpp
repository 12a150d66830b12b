// Threads that are late, stuck, or failing, on the robot's side and on the policy's.
#include "tests/core/expect_error.h"
#include "tests/robots/moving_robot.h"

namespace sinew {
namespace {

// Missed ticks are skipped and counted; the robot continues at half its pace.
TEST(FaultThread, AControlThreadThatIsSlow) {
  MovingRobot moving({}, patient_config());
  const double begin = now_seconds();
  const uint64_t before = moving.robot.server().skipped_ticks();
  moving.body.slow = 0.015;
  moving.hand.live(0.6);
  const uint64_t skipped = moving.robot.server().skipped_ticks() - before;
  fmt::print("measuring takes 1.5 ticks for 0.6 s: {} ticks skipped\n", skipped);
  EXPECT_GE(skipped, 10u);
  EXPECT_EQ(moving.hand.seen.mode, Mode::armed);
  EXPECT_LT(moving.robot.stopped_at(), begin) << "it stopped";
  moving.body.slow = 0;
  EXPECT_EQ(moving.body.outside, 0u);
}

// Nothing can stop a robot whose control thread is stuck; it stops at its next tick.
TEST(FaultThread, AControlThreadThatIsStuck) {
  MovingRobot moving;
  const double stuck = 0.4;
  moving.body.slow = stuck;
  const double fault_at = now_seconds();
  EXPECT_TRUE(moving.hand.until([&] { return moving.robot.stopped_at() > fault_at; }));
  moving.body.slow = 0;
  EXPECT_GE(moving.robot.server().skipped_ticks(), 30u);
  EXPECT_TRUE(moving.hand.until([&] { return moving.hand.seen.mode == Mode::stopped; }));
  EXPECT_EQ(moving.hand.seen.alarm, Alarm::link_lost);
  report_reaction(fmt::format("each tick takes {} s: at the end of the second", stuck),
                  moving.robot.stopped_at() - fault_at, 2 * (stuck + moving.config.tick()));
  moving.expect_recovery();
}

SensorSpec camera() {
  return {.name = "front", .type = SensorSpec::Type::uint8, .shape = {2, 2, 3}, .format = "red, green, blue"};
}

// An error in another thread ends the robot's side after the robot is made safe.
TEST(FaultThread, ACameraThatFails) {
  RobotConfig config = fake_config();
  FakeBody body(config);
  std::atomic<bool> fails{false};
  body.add_camera(camera(), [&]() -> std::string {
    if (fails) fail("the camera is unplugged");
    return std::string(12, '\1');
  });
  config.address = config.stop_address = "tcp://127.0.0.1:*";
  RobotServer server(config, body, {.real_time = false});
  config.address = server.address();
  std::string error;
  double ended_at = 0;
  std::thread control([&] {
    error = error_of([&] { server.run([] { return true; }); });
    ended_at = now_seconds();
  });
  HandPolicy hand(config);
  hand.hello.interface.sensors.push_back(camera());
  EXPECT_TRUE(hand.connect() && hand.arm()) << hand.refused;
  const double fault_at = now_seconds();
  fails = true;
  control.join();
  report_reaction("a camera fails, and the robot's side ends", ended_at - fault_at, reaction_bound(config));
  EXPECT_EQ(error, "the camera is unplugged");
  EXPECT_EQ(server.mode(), Mode::stopped);
  EXPECT_FALSE(body.commanded);
  EXPECT_EQ(body.outside, 0u);
}

// Its link works, so that the robot receives heartbeats, but its policy makes no decisions.
TEST(FaultThread, APolicyThatIsStuck) {
  const RobotConfig config = fake_config();
  FakeBody body(config);
  RunningRobot robot(config, body);
  const Policy policy = fake_policy();
  std::atomic<bool> stuck{false};
  PolicyClient::Options options{.link = {.policy_name = "fake"}, .real_time = false};
  options.after_decision = [&] {
    while (stuck) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  PolicyClient client(policy, robot.config(), options);
  client.arm();
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::armed && client.counters().actions > 5; }));
  stuck = true;
  expect_stop("the policy's thread is stuck", now_seconds(), robot, body);
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::stopped; }));
  EXPECT_EQ(client.robot().alarm, Alarm::link_lost);
  EXPECT_TRUE(client.robot().connected);
  stuck = false;
  client.acknowledge();
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
  client.arm();
  EXPECT_TRUE(soon([&] { return client.robot().mode == Mode::armed; }));
  client.check();
}

}  // namespace
}  // namespace sinew
