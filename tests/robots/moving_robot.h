#pragma once
#include "core/clock.h"
#include "robots/link/emergency_stop.h"
#include "tests/robots/hand_policy.h"
#include "tests/robots/reaction.h"

namespace sinew {

/// A robot driven by a handmade policy until a fault occurs.
struct MovingRobot {
  explicit MovingRobot(RobotServer::Options options = {}, RobotConfig its = fake_config())
      : config(std::move(its)), robot(config, body, std::move(options)) {
    EXPECT_TRUE(hand.connect() && hand.arm()) << hand.refused;
  }

  /// Expects it to stop because of a fault that exists since `fault_at`, s; the policy stays connected and receives the
  /// reason.
  void expect_stop_for(const std::string& fault, double fault_at, Alarm alarm) {
    expect_stop(fault, fault_at, robot, body, [&] { hand.live(0.001); });
    EXPECT_TRUE(hand.until([&] { return hand.seen.mode == Mode::stopped; })) << fault;
    EXPECT_EQ(name_of(hand.seen.alarm), name_of(alarm)) << fault;
  }
  /// Releases or acknowledges the stop, and expects it to move again.
  void expect_recovery() {
    if (robot.server().in_emergency()) release_emergency_stop(robot.config().stop_address, {}, "a test", 20);
    EXPECT_TRUE(hand.recover()) << hand.refused;
    EXPECT_EQ(body.outside, 0u);
  }

  RobotConfig config;
  FakeBody body{config};
  RunningRobot robot;
  HandPolicy hand{robot.config()};
};

}  // namespace sinew
