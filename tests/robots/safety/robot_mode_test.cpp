#include "robots/safety/robot_mode.h"

#include <gtest/gtest.h>

namespace sinew {
namespace {

TEST(RobotMode, IsArmedOnlyAfterAgreementAndWithoutAlarm) {
  RobotMode robot(2);
  EXPECT_FALSE(robot.arm({}, 1, 0));
  robot.configure();
  EXPECT_EQ(robot.mode(), Mode::inactive);
  EXPECT_FALSE(robot.arm({Alarm::tilt}, 1, 0));
  EXPECT_FALSE(robot.arm({}, 0, 0));
  EXPECT_TRUE(robot.arm({}, 1, 0));
  EXPECT_EQ(robot.mode(), Mode::armed);
  EXPECT_FALSE(robot.arm({}, 2, 0));  // already armed
}

TEST(RobotMode, AStopStaysUntilItIsAcknowledged) {
  RobotMode robot(2);
  robot.configure();
  robot.arm({}, 1, 0);
  robot.stop({Alarm::tilt, 0, 0.9, 0.8});
  robot.stop({Alarm::stale});
  EXPECT_EQ(robot.reason().alarm, Alarm::tilt);  // the first one counts
  robot.configure();
  EXPECT_FALSE(robot.arm({}, 2, 0));
  EXPECT_EQ(robot.mode(), Mode::stopped);
  robot.acknowledge();
  EXPECT_EQ(robot.mode(), Mode::inactive);
  EXPECT_FALSE(robot.arm({}, ~uint64_t{0}, 0));  // no number would be greater
  EXPECT_FALSE(robot.arm({}, largest_session_step + 2, 0));
  EXPECT_FALSE(robot.arm({}, 1, 0));  // actions of that session may still be in transit
  EXPECT_TRUE(robot.arm({}, 2, 0));
  robot.stop({Alarm::tilt});
  robot.acknowledge();
  EXPECT_FALSE(robot.arm({}, 1, 0));
}

TEST(RobotMode, ALinkThatComesBackDoesNotMoveIt) {
  RobotMode robot(2);
  robot.configure();
  robot.arm({}, 1, 0);
  robot.disconnect();
  EXPECT_EQ(robot.mode(), Mode::stopped);
  EXPECT_EQ(robot.reason().alarm, Alarm::link_lost);
  robot.configure();
  EXPECT_EQ(robot.mode(), Mode::stopped);
  robot.acknowledge();
  EXPECT_EQ(robot.mode(), Mode::inactive);
  robot.disconnect();
  EXPECT_EQ(robot.mode(), Mode::unconfigured);
  robot.stop({Alarm::emergency});  // at any time
  robot.release();
  EXPECT_EQ(robot.mode(), Mode::unconfigured);
}

// Every stop reason after every other, followed by every possible request.
TEST(RobotMode, AcknowledgingEndsAllButAnEmergencyStopAndReleasingThatAlone) {
  for (size_t first = 1; first < alarm_count; ++first)
    for (size_t second = 1; second < alarm_count; ++second) {
      RobotMode robot(0);
      const auto in_emergency = [&] { return robot.in_emergency() && robot.mode() == Mode::stopped; };
      robot.configure();
      ASSERT_TRUE(robot.arm({}, 1, 0));
      for (const size_t alarm : {first, second}) robot.stop({static_cast<Alarm>(alarm)});
      const bool is_emergency =
          first == static_cast<size_t>(Alarm::emergency) || second == static_cast<size_t>(Alarm::emergency);
      ASSERT_EQ(in_emergency(), is_emergency) << first << ", " << second;
      if (!is_emergency) robot.release();
      EXPECT_EQ(robot.mode(), Mode::stopped);
      if (is_emergency) {
        for (int i = 0; i < 2; ++i) {
          robot.acknowledge();
          EXPECT_FALSE(robot.arm({}, 2, 0));
          robot.disconnect();
          robot.acknowledge();
          robot.configure();
          EXPECT_TRUE(in_emergency());
        }
        robot.release();
      } else {
        robot.acknowledge();
      }
      EXPECT_EQ(robot.mode(), Mode::inactive);
      EXPECT_TRUE(robot.arm({}, 2, 0));
    }
}

TEST(RobotMode, BlendsInFromTheRobotsPose) {
  RobotMode robot(2);
  robot.configure();
  EXPECT_EQ(robot.share(5), 0);
  robot.arm({}, 1, 10);
  EXPECT_EQ(robot.share(10), 0);
  EXPECT_EQ(robot.share(11), 0.5);
  EXPECT_EQ(robot.share(13), 1);
  robot.stop({Alarm::emergency});
  EXPECT_EQ(robot.share(13), 0);
  RobotMode at_once(0);
  at_once.configure();
  at_once.arm({}, 1, 10);
  EXPECT_EQ(at_once.share(10), 1);
}

}  // namespace
}  // namespace sinew
