// A faulty LeKiwi host: the robot is commanded to hold within its watchdog, and it stays stopped until it is
// acknowledged. The commands to the host are checked at the end of each test.
#include <gtest/gtest.h>
#include <signal.h>

#include "core/clock.h"
#include "tests/robots/lekiwi_fixture.h"

namespace sinew {
namespace {

class LekiwiFaults : public testing::Test {
 protected:
  void SetUp() override {
    if (!PythonPeer::has("zmq")) GTEST_SKIP() << "python3-zmq is not installed";
  }
};

// Observations that cannot be parsed count as missing.
TEST_F(LekiwiFaults, NonsenseIsRefusedAndStopsTheRobot) {
  LekiwiUnderTest kiwi("multipart", true);
  ASSERT_TRUE(kiwi.arm()) << kiwi.events.text();
  for (const char* fault : {"nan arm_elbow_flex.pos", "truncate", "lack x.vel", "lack arm_wrist_roll.pos", "strange"}) {
    SCOPED_TRACE(fault);
    const uint64_t refused = kiwi.body().counters().refused;
    kiwi.host->tell(fault);
    ASSERT_TRUE(kiwi.stopped_by(Alarm::stale)) << kiwi.events.text();
    EXPECT_GT(kiwi.body().counters().refused, refused);
    kiwi.expect_that_it_holds();
    kiwi.host->tell("ok");
    EXPECT_EQ(kiwi.client->robot().mode, Mode::stopped);
    ASSERT_TRUE(kiwi.arm_again());
  }
  EXPECT_TRUE(kiwi.events.has("an observation of the LeKiwi is refused: "));
  EXPECT_TRUE(kiwi.events.has("is heard again"));
}

// An observation without its image, or with half of one, is not acted on; the watchdog then stops the robot.
TEST_F(LekiwiFaults, PicturesThatAreNoneAreNotActedOn) {
  LekiwiUnderTest kiwi("multipart", true);
  ASSERT_TRUE(kiwi.arm()) << kiwi.events.text();
  EXPECT_EQ(kiwi.client->counters().unusable, 0u);
  for (const char* fault : {"bad_jpeg front", "no_camera front", "empty front"}) {
    SCOPED_TRACE(fault);
    const uint64_t unusable = kiwi.client->counters().unusable, missing = kiwi.body().counters().pictures_missing;
    kiwi.host->tell(fault);
    ASSERT_TRUE(kiwi.stopped_by(Alarm::link_lost)) << kiwi.events.text();
    EXPECT_TRUE(soon([&] { return kiwi.client->counters().unusable > unusable + 3; }));
    EXPECT_EQ(kiwi.body().counters().pictures_missing > missing, std::string(fault) != "bad_jpeg front");
    kiwi.expect_that_it_holds();
    kiwi.host->tell("ok");
    ASSERT_TRUE(kiwi.arm_again());
  }
  EXPECT_TRUE(kiwi.events.has("camera 'front'")) << kiwi.events.text();
  EXPECT_TRUE(kiwi.events.has("lacks the picture of 'front'"));
}

TEST_F(LekiwiFaults, APictureThatNoPolicyLooksAtMayBeMissing) {
  LekiwiUnderTest kiwi("multipart", true);
  ASSERT_TRUE(kiwi.arm());
  kiwi.host->tell("empty wrist");
  ASSERT_TRUE(soon([&] { return kiwi.body().counters().pictures_missing > 20; }));
  EXPECT_EQ(kiwi.client->robot().mode, Mode::armed);
  EXPECT_EQ(kiwi.client->counters().unusable, 0u);
}

TEST_F(LekiwiFaults, AJointBeyondItsRangeStopsIt) {
  LekiwiUnderTest kiwi;
  ASSERT_TRUE(kiwi.arm());
  kiwi.host->tell("angle arm_elbow_flex.pos 170");
  ASSERT_TRUE(kiwi.stopped_by(Alarm::joint_range)) << kiwi.events.text();
  kiwi.host->tell("ok");
}

TEST_F(LekiwiFaults, AHostThatStallsStopsIt) {
  LekiwiUnderTest kiwi;
  ASSERT_TRUE(kiwi.arm());
  kiwi.host->tell("stall 1");
  ASSERT_TRUE(kiwi.stopped_by(Alarm::stale));
  ASSERT_TRUE(soon([&] { return kiwi.events.has("is heard again"); }));
  EXPECT_EQ(kiwi.client->robot().mode, Mode::stopped);
  EXPECT_TRUE(kiwi.arm_again());
}

TEST_F(LekiwiFaults, AHostThatIsKilledStopsItAndMayComeBack) {
  LekiwiUnderTest kiwi;
  ASSERT_TRUE(kiwi.arm());
  kiwi.host->signal(SIGKILL);
  ASSERT_TRUE(kiwi.stopped_by(Alarm::stale));
  EXPECT_TRUE(soon([&] { return kiwi.events.has("no valid observation came from the LeKiwi"); }));
  EXPECT_TRUE(kiwi.events.has("--host.connection_time_s"));
  kiwi.host = std::make_unique<PythonPeer>(
      "lekiwi_host.py",
      std::vector<std::string>{"--commands", kiwi.command_address, "--observations", kiwi.observation_address});
  ASSERT_TRUE(soon([&] { return kiwi.events.has("is heard again"); }));
  EXPECT_EQ(kiwi.client->robot().mode, Mode::stopped);
  kiwi.expect_that_it_holds();
  EXPECT_TRUE(kiwi.arm_again());
}

// Commands from before the freeze are stale when it wakes: the newest one that it then reads is a hold.
TEST_F(LekiwiFaults, AHostThatFreezesStopsItAndWakesToHold) {
  LekiwiUnderTest kiwi;
  ASSERT_TRUE(kiwi.arm());
  kiwi.host->signal(SIGSTOP);
  ASSERT_TRUE(kiwi.stopped_by(Alarm::stale));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  kiwi.host->signal(SIGCONT);
  ASSERT_TRUE(soon([&] { return kiwi.events.has("is heard again"); }));
  kiwi.expect_that_it_holds();
  EXPECT_EQ(kiwi.client->robot().mode, Mode::stopped);
  EXPECT_TRUE(kiwi.arm_again());
}

TEST_F(LekiwiFaults, AnEmergencyStopNeedsNoPolicy) {
  LekiwiUnderTest kiwi;
  ASSERT_TRUE(kiwi.arm());
  kiwi.robot->server().emergency_stop();
  ASSERT_TRUE(kiwi.stopped_by(Alarm::emergency));
  kiwi.expect_that_it_holds();
}

}  // namespace
}  // namespace sinew
