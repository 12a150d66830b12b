// Faults on the robot's own side while a policy moves it: clocks, bodies, threads, and people who stop it.
#include "robots/link/emergency_stop.h"
#include "tests/core/expect_error.h"
#include "tests/robots/moving_robot.h"

namespace sinew {
namespace {

// Its stamps are then impossible measurement times.
TEST(FaultRobot, ItsClockSteps) {
  MovingRobot moving;
  for (const double shift : {-1.0, -3600.0}) {
    moving.body.clock_shift = shift;
    moving.expect_stop_for(fmt::format("the robot's clock steps by {} s", shift), now_seconds(), Alarm::stale);
    moving.hand.say(Acknowledge{});
    EXPECT_TRUE(moving.hand.until([&] { return moving.hand.seen.mode == Mode::inactive; }));
    moving.hand.refused.clear();
    EXPECT_FALSE(moving.hand.arm(0.3));
    expect_contains(moving.hand.refused, "what is measured is too old");
    moving.body.clock_shift = 0;
    EXPECT_TRUE(moving.hand.until([&] { return moving.hand.seen.alarm == Alarm::none; }));
    EXPECT_TRUE(moving.hand.arm());
  }
  for (const double shift : {1.0, 3600.0}) {
    moving.body.clock_shift = shift;
    moving.expect_stop_for(fmt::format("the robot's clock steps by {} s", shift), now_seconds(), Alarm::link_lost);
    moving.body.clock_shift = 0;
    moving.expect_recovery();
  }
}

TEST(FaultRobot, ItsBodyIsBroken) {
  MovingRobot moving;
  moving.body.broken = true;
  moving.expect_stop_for("the body says that it is broken", now_seconds(), Alarm::fault);
  moving.body.broken = false;
  moving.expect_recovery();
}

TEST(FaultRobot, SomebodyStopsItOverTheNetwork) {
  MovingRobot moving;
  for (int i = 0; i < 3; ++i) {
    const double pressed_at = now_seconds();
    std::thread somebody([&] { emergency_stop(moving.robot.config().stop_address, {}, "a hand is in the way", 5); });
    moving.expect_stop_for("emergency stop, over its own socket", pressed_at, Alarm::emergency);
    somebody.join();
    expect_contains(join(moving.robot.events()), "emergency stop: a hand is in the way");
    moving.expect_recovery();
  }
}

// Further than its 4 rad/s explain: the robot holds its command, reports the joint, and continues once the fault is
// over.
TEST(FaultRobot, AReadingLies) {
  MovingRobot moving;
  for (const double lie : {-0.95, 0.95}) {
    EXPECT_TRUE(moving.hand.until([&] { return lie * moving.body.hip < -0.1; }));  // else beyond its range
    moving.body.lie = lie;
    moving.expect_stop_for("a joint's reading leaps, and stays there", now_seconds(), Alarm::leap);
    expect_contains(join(moving.robot.events()), "'hip': what is measured leapt further than the joint can have moved");
    EXPECT_NEAR(moving.body.hip, moving.body.hip_command, 0.05);
    moving.body.lie = 0;
    EXPECT_TRUE(moving.hand.until([&] { return moving.hand.seen.alarm == Alarm::leap; }));
    moving.expect_recovery();
  }
}

// Not before: the person who stopped it may reach into it now.
TEST(FaultRobot, AStopIsConfirmedOnceTheRobotIsSafe) {
  MovingRobot moving;
  for (const double slow : {0.0, 0.0, 0.3}) {
    moving.body.slow = slow;
    std::atomic<bool> done{false};
    std::thread somebody([&] {
      emergency_stop(moving.robot.config().stop_address, {}, "again", 20);
      EXPECT_EQ(moving.robot.server().mode(), Mode::stopped) << slow;
      done = true;
    });
    EXPECT_TRUE(moving.hand.until([&] { return done.load(); }, 20));
    somebody.join();
    moving.body.slow = 0;
    moving.expect_recovery();
  }
  moving.body.slow = 1;
  expect_contains(error_of([&] { emergency_stop(moving.robot.config().stop_address, {}, "in vain", 0.3); }),
                  "the robot does not confirm the emergency stop");
  moving.body.slow = 0;
}

// Verifies that these tests detect a late watchdog: this one is late by 2 s.
TEST(FaultRobot, ALateWatchdogIsFound) {
  RobotConfig late = fake_config();
  late.watchdog += 2;
  MovingRobot moving({}, late);
  moving.hand.act = nullptr;
  ASSERT_TRUE(moving.hand.until([&] { return moving.hand.seen.mode == Mode::stopped; }));
  EXPECT_GT(moving.robot.ticks_armed_after(moving.robot.obeyed_at() + fake_config().watchdog), 1u);
  EXPECT_LE(moving.robot.ticks_armed_after(moving.robot.obeyed_at() + late.watchdog), 1u);
}

TEST(FaultRobot, SomebodyStopsItAtTheRobot) {
  MovingRobot moving;
  moving.robot.server().emergency_stop();
  moving.expect_stop_for("emergency stop, of the robot's own process", now_seconds(), Alarm::emergency);
  moving.expect_recovery();
}

}  // namespace
}  // namespace sinew
