// Invalid messages from a policy that was valid until then: the robot does not obey them, and stops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "core/random.h"
#include "core/text.h"
#include "tests/core/expect_error.h"
#include "tests/robots/moving_robot.h"

namespace sinew {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

// The number of refused messages, on either side.
uint64_t noticed(MovingRobot& moving) {
  const RobotLinkCounters& counters = moving.robot.server().link_counters();
  return moving.hand.seen.refused + counters.malformed + counters.foreign;
}

// From now on the policy does this at each observation; the robot then has to stop, and to continue once the policy is
// valid again.
void expect_stop_and_recovery(MovingRobot& moving, const std::string& fault,
                              const std::function<void(const ObservationMessage&)>& act) {
  SCOPED_TRACE(fault);
  const uint64_t before = noticed(moving);
  double fault_at = 0;
  const auto good = std::exchange(moving.hand.act, [&](const ObservationMessage& observation) {
    if (fault_at == 0) fault_at = now_seconds();
    if (act) act(observation);
  });
  ASSERT_TRUE(moving.hand.until([&] { return fault_at > 0; }));
  moving.expect_stop_for(fault, fault_at, Alarm::link_lost);
  EXPECT_TRUE(!act || noticed(moving) > before) << "it is not counted";
  moving.hand.act = good;
  moving.expect_recovery();
}

using Spoil = std::function<void(RobotAction&)>;
struct BadAction {
  const char* name;
  Spoil spoil;
  const char* why;  // the robot's side gives
};

const std::vector<BadAction> bad_actions = {
    {"NaN", [](RobotAction& action) { action.values[1] = nan; }, "not finite"},
    {"infinity", [](RobotAction& action) { action.values[0] = -infinity; }, "not finite"},
    {"a number too few", [](RobotAction& action) { action.values.pop_back(); }, "not one number for each actuator"},
    {"a number too many", [](RobotAction& action) { action.values.push_back(0); }, "not one number for each actuator"},
    {"no numbers", [](RobotAction& action) { action.values.clear(); }, "not one number for each actuator"},
    {"another session", [](RobotAction& action) { ++action.session; }, "of another session"},
    {"session 0", [](RobotAction& action) { action.session = 0; }, "of another session"},
    {"the same sequence again and again", [](RobotAction& action) { action.sequence = 2; },
     "repeated, or overtaken by a newer one"},
    {"sequence 0", [](RobotAction& action) { action.sequence = 0; }, "repeated, or overtaken by a newer one"},
    {"too old", [](RobotAction& action) { action.observed_at -= 0.16; }, "observed_at is not the stamp"},
    {"from the future", [](RobotAction& action) { action.observed_at += 5; }, "observed_at is not the stamp"},
    {"at no time", [](RobotAction& action) { action.observed_at = nan; }, "observed_at is not the stamp"},
    // The policy's own clock, on the same computer: an action would never be too late.
    {"stamped when they were sent", [](RobotAction& action) { action.observed_at = now_seconds(); },
     "observed_at is not the stamp"},
    {"that answer the first observation, with the newest stamp", [](RobotAction& action) { action.answers = 1; },
     "(max_age) after the observation that they answer"},
    {"that answer nothing", [](RobotAction& action) { action.answers = 0; }, "was never sent"},
    {"that answer what is still to come", [](RobotAction& action) { action.answers += 1000; }, "was never sent"},
};

TEST(FaultMessage, ActionsThatMustNotBeObeyed) {
  MovingRobot moving;
  moving.hand.until([&] { return moving.hand.seen.sequence > 40; });  // the first observation is old by now
  for (const BadAction& bad : bad_actions) {
    expect_stop_and_recovery(moving, std::string("actions: ") + bad.name, [&](const ObservationMessage& observation) {
      RobotAction action = moving.hand.answer(observation);
      bad.spoil(action);
      moving.hand.say(action);
    });
    const std::string event = moving.robot.last_event("stopped (");
    expect_contains(event, "came, all refused: ");
    expect_contains(event, bad.why);
    expect_contains(moving.hand.why, bad.why);  // the policy's side receives the same reason
    EXPECT_LE(moving.hand.refusals, 2) << "each reason is told once in a session";
    moving.hand.refusals = 0;
  }
}

using SpoilFrames = std::function<void(std::vector<std::string>&, Rng&)>;
struct BadFrames {
  const char* name;
  SpoilFrames spoil;
  const char* why = "";  // the robot's side gives
};

const std::vector<BadFrames> bad_frames = {
    {"numbers cut short", [](auto& frames, Rng&) { frames[1].resize(frames[1].size() - 3); }},
    {"map cut short", [](auto& frames, Rng&) { frames[0].pop_back(); }},
    {"numbers missing", [](auto& frames, Rng&) { frames.pop_back(); }},
    {"a frame too many", [](auto& frames, Rng&) { frames.push_back("more"); }},
    {"a hundred frames too many", [](auto& frames, Rng&) { frames.resize(102); },
     "a message of 103 frames; 70 are allowed"},
    {"thousands of frames too many", [](auto& frames, Rng&) { frames.resize(5002); },
     "a message of 5003 frames; 70 are allowed"},
    {"a frame that is too large", [](auto& frames, Rng&) { frames[1].resize(600000); },
     "a frame of 600000 bytes; 524288 are allowed"},
    {"empty", [](auto& frames, Rng&) { frames = {""}; }},
    {"random bytes",
     [](auto& frames, Rng& rng) {
       for (std::string& frame : frames)
         for (char& byte : frame) byte = static_cast<char>(rng.below(256));
     }},
    {"what only a robot says", [](auto& frames, Rng&) { frames = encode(HeartbeatReply{1, 2}); }},
};

TEST(FaultMessage, BytesThatAreNoActions) {
  MovingRobot moving;
  Rng rng(1);
  for (const BadFrames& bad : bad_frames) {
    expect_stop_and_recovery(moving, std::string("messages: ") + bad.name, [&](const ObservationMessage& observation) {
      std::vector<std::string> frames = encode(moving.hand.answer(observation));
      bad.spoil(frames, rng);
      moving.hand.say_frames(frames);
    });
    expect_contains(moving.robot.last_event("stopped ("), bad.why);
    if (*bad.why) expect_contains(moving.hand.refused, bad.why);
  }
}

// Nothing of such a frame is read: libzmq closes the connection.
TEST(FaultMessage, AFrameThatEndsTheConnection) {
  MovingRobot moving;
  const double fault_at = now_seconds();
  moving.hand.say_frames({std::string(3 << 20, 'x')});
  moving.expect_stop_for("messages: a frame of 3 MiB", fault_at, Alarm::link_lost);
  expect_contains(moving.robot.last_event("stopped ("), "the connection ");
  EXPECT_TRUE(moving.hand.connect());
  moving.expect_recovery();
}

// A message that a peer repeats is reported occasionally, with its count, and none of its non-text bytes reaches a
// terminal.
TEST(FaultMessage, WhatIsRepeatedIsToldSeldom) {
  MovingRobot moving;
  const double begun = now_seconds();
  for (int i = 0; i < 500; ++i) {
    moving.hand.say(Stop{fmt::format("number {} \x1b[31m\xff", i)});
    moving.hand.say_frames({fmt::format("no message {}", i)});
    if (i % 10 == 0) moving.hand.live(0.002);
  }
  const RobotLinkCounters& counters = moving.robot.server().link_counters();
  ASSERT_TRUE(moving.hand.until([&] { return counters.malformed > 100; }));
  const double seconds = now_seconds() - begun;
  for (const std::string beginning : {"stop: ", "refused: "}) {
    const std::vector<std::string> events = moving.robot.events();
    const auto count =
        std::ranges::count_if(events, [&](const std::string& event) { return event.starts_with(beginning); });
    EXPECT_GT(count, 0) << beginning;
    EXPECT_LE(static_cast<double>(count), 2 + seconds) << beginning;
  }
  for (const std::string& event : moving.robot.events()) {
    EXPECT_TRUE(is_utf8(event));
    EXPECT_EQ(event.find('\x1b'), std::string::npos);
  }
}

// Its link works and sends heartbeats, but its policy does not act.
TEST(FaultMessage, NoActions) {
  MovingRobot moving;
  expect_stop_and_recovery(moving, "actions: none any more", {});
}

TEST(FaultMessage, ActionsThatComeTooLate) {
  MovingRobot moving;
  std::deque<std::pair<double, RobotAction>> under_way;
  expect_stop_and_recovery(moving, "actions: delayed by 0.17 s", [&](const ObservationMessage& observation) {
    under_way.emplace_back(now_seconds() + 0.17, moving.hand.answer(observation));
    for (; under_way.front().first < now_seconds(); under_way.pop_front()) moving.hand.say(under_way.front().second);
  });
}

// The newest action counts: duplicates, reordered and much older ones are not obeyed in its place.
TEST(FaultMessage, WhatIsOldDoesNotHideWhatIsNew) {
  MovingRobot moving({}, patient_config());
  HandPolicy& hand = moving.hand;
  const double begin = now_seconds();
  const uint64_t refused = hand.seen.refused;
  std::vector<RobotAction> said;
  int newest_obeyed = 0;
  hand.act = [&](const ObservationMessage& observation) {
    newest_obeyed += !said.empty() && observation.action == said.back().sequence;
    said.push_back(hand.answer(observation));
    said.push_back(hand.answer(observation));
    const size_t last = said.size() - 1;
    for (const size_t i : {last, last, last - 1, std::max(last, size_t{9}) - 9}) hand.say(said[i]);
  };
  EXPECT_TRUE(hand.until([&] { return newest_obeyed > 25 && hand.seen.refused > refused + 50; }));
  EXPECT_EQ(hand.seen.mode, Mode::armed);
  EXPECT_LT(moving.robot.stopped_at(), begin) << "it stopped";
  EXPECT_EQ(moving.body.outside, 0u);
}

// Beyond all limits, back and forth: the gate reduces them to what the robot may do.
TEST(FaultMessage, ActionsBeyondAllLimits) {
  MovingRobot moving({}, patient_config());
  HandPolicy& hand = moving.hand;
  Rng rng(2);
  hand.act = [&](const ObservationMessage& observation) {
    RobotAction action = hand.answer(observation);
    for (double& value : action.values) value = rng.uniform(-1, 1) * std::pow(10, rng.uniform(-1, 300));
    hand.say(action);
  };
  const uint64_t limited = hand.seen.limited;
  const double begin = now_seconds();
  EXPECT_TRUE(hand.until([&] { return hand.seen.limited > limited + 40; }));
  EXPECT_EQ(hand.seen.mode, Mode::armed);
  EXPECT_LT(moving.robot.stopped_at(), begin) << "it stopped";
  EXPECT_EQ(moving.body.outside, 0u);
}

}  // namespace
}  // namespace sinew
