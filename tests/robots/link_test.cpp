// A policy's side and a robot's side over real sockets.
#include <gtest/gtest.h>

#include "core/clock.h"
#include "tests/core/expect_error.h"
#include "tests/robots/fake_robot.h"

namespace sinew {
namespace {

TEST(Link, ConnectsArmsMovesAndStops) {
  const RobotConfig config = fake_config();
  FakeBody body(config);
  RunningRobot robot(config, body);
  const Policy policy = fake_policy();
  PolicyClient client(policy, robot.config(), {.link = {.policy_name = "fake"}, .real_time = false});
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
  EXPECT_EQ(body.commands, 0u);
  client.arm();
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::armed && client.counters().actions > 50; }));
  ASSERT_TRUE(soon([&] { return client.latencies().action_age.count() > 20; }));
  client.stop("enough");
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::stopped; }));
  EXPECT_EQ(client.robot().alarm, Alarm::operator_stop);
  client.arm();  // in vain
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(client.robot().mode, Mode::stopped);
  client.acknowledge();
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
  client.arm();
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::armed; }));
  EXPECT_EQ(body.outside, 0u);
  client.check();
}

}  // namespace
}  // namespace sinew
