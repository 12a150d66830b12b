// A policy's side and a robot's side over real sockets.
#include <gtest/gtest.h>

#include "core/clock.h"
#include "tests/core/expect_error.h"
#include "tests/robots/fake_robot.h"

namespace sinew {
namespace {

TEST(Link, ConnectsArmsMovesAndStops) {
  const RobotConfig config = patient_config();
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
  client.arm();  // has no effect
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(client.robot().mode, Mode::stopped);
  client.acknowledge();
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
  client.arm();
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::armed; }));
  EXPECT_EQ(body.outside, 0u);
  client.check();
}

// Delays longer than a period: actions overtake each other. An overtaken action is not lost.
TEST(Link, WhatIsOvertakenHasArrived) {
  const RobotConfig config = patient_config();
  FakeBody body(config);
  RunningRobot robot(config, body, {.link = {.delays = LatencyProfile{{{0}}, {{0, 0.03}}, 0}}});
  const Policy policy = fake_policy();
  PolicyClient client(policy, robot.config(), {.link = {.policy_name = "fake"}, .real_time = false});
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
  client.arm();
  const RobotLinkCounters& counters = robot.server().link_counters();
  ASSERT_TRUE(soon([&] { return counters.overtaken > 5; }));
  client.stop("enough");
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::stopped && counters.arrived == counters.actions; }));
}

TEST(Link, AFaultIsToldInTheBodysWords) {
  const RobotConfig config = patient_config();
  FakeBody body(config);
  RunningRobot robot(config, body);
  const Policy policy = fake_policy();
  std::atomic<bool> told{false};
  PolicyClient client(
      policy, robot.config(),
      {.link = {.policy_name = "fake",
                .on_event = [&](const std::string& event) { told = told || event == "the robot's side: broken"; }},
       .real_time = false});
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
  client.arm();
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::armed; }));
  body.broken = true;
  ASSERT_TRUE(soon([&] { return told.load(); }));
  // The alarm comes with an observation, which may arrive after the reason.
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::stopped; }));
  EXPECT_EQ(client.robot().alarm, Alarm::fault);
}

}  // namespace
}  // namespace sinew
