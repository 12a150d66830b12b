// Messages that are no good, from a policy that was good until then: the robot does not obey them, and stops.
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <limits>

#include "core/random.h"
#include "tests/robots/moving_robot.h"

namespace sinew {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

// What was refused, by whomever.
uint64_t noticed(MovingRobot& moving) {
  const RobotLinkCounters& counters = moving.robot.server().link_counters();
  return moving.hand.seen.refused + counters.malformed + counters.foreign;
}

// From now on the policy does this at each observation; then the robot has to stop, and to go on once all is well
// again.
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
  EXPECT_TRUE(!act || noticed(moving) > before) << "nobody counts it";
  moving.hand.act = good;
  moving.expect_recovery();
}

using Spoil = std::function<void(ActionMessage&)>;
struct BadAction {
  const char* name;
  Spoil spoil;
};

const std::vector<BadAction> bad_actions = {
    {"NaN", [](ActionMessage& action) { action.values[1] = nan; }},
    {"infinity", [](ActionMessage& action) { action.values[0] = -infinity; }},
    {"a number too few", [](ActionMessage& action) { action.values.pop_back(); }},
    {"a number too many", [](ActionMessage& action) { action.values.push_back(0); }},
    {"no numbers", [](ActionMessage& action) { action.values.clear(); }},
    {"another session", [](ActionMessage& action) { ++action.session; }},
    {"session 0", [](ActionMessage& action) { action.session = 0; }},
    {"the same sequence again and again", [](ActionMessage& action) { action.sequence = 2; }},
    {"sequence 0", [](ActionMessage& action) { action.sequence = 0; }},
    {"too old", [](ActionMessage& action) { action.observed_at -= 0.16; }},
    {"from the future", [](ActionMessage& action) { action.observed_at += 5; }},
    {"at no time", [](ActionMessage& action) { action.observed_at = nan; }},
};

TEST(FaultMessage, ActionsThatMustNotBeObeyed) {
  MovingRobot moving;
  for (const BadAction& bad : bad_actions)
    expect_stop_and_recovery(moving, std::string("actions: ") + bad.name, [&](const ObservationMessage& observation) {
      ActionMessage action = moving.hand.answer(observation);
      bad.spoil(action);
      moving.hand.say(action);
    });
}

using SpoilFrames = std::function<void(std::vector<std::string>&, Rng&)>;
struct BadFrames {
  const char* name;
  SpoilFrames spoil;
};

const std::vector<BadFrames> bad_frames = {
    {"numbers cut short", [](auto& frames, Rng&) { frames[1].resize(frames[1].size() - 3); }},
    {"map cut short", [](auto& frames, Rng&) { frames[0].pop_back(); }},
    {"numbers missing", [](auto& frames, Rng&) { frames.pop_back(); }},
    {"a frame too many", [](auto& frames, Rng&) { frames.push_back("more"); }},
    {"a hundred frames too many", [](auto& frames, Rng&) { frames.resize(102); }},
    {"empty", [](auto& frames, Rng&) { frames = {""}; }},
    {"random bytes",
     [](auto& frames, Rng& rng) {
       for (std::string& frame : frames)
         for (char& byte : frame) byte = static_cast<char>(rng.below(256));
     }},
    {"what only a robot says",
     [](auto& frames, Rng&) {
       frames = encode(HeartbeatReply{1, 2});
     }},
};

TEST(FaultMessage, BytesThatAreNoActions) {
  MovingRobot moving;
  Rng rng(1);
  for (const BadFrames& bad : bad_frames)
    expect_stop_and_recovery(moving, std::string("messages: ") + bad.name, [&](const ObservationMessage& observation) {
      std::vector<std::string> frames = encode(moving.hand.answer(observation));
      bad.spoil(frames, rng);
      moving.hand.say_frames(frames);
    });
}

// Its link lives and sends heartbeats, its policy does not.
TEST(FaultMessage, NoActions) {
  MovingRobot moving;
  expect_stop_and_recovery(moving, "actions: none any more", {});
}

TEST(FaultMessage, ActionsThatComeTooLate) {
  MovingRobot moving;
  std::deque<std::pair<double, ActionMessage>> under_way;
  expect_stop_and_recovery(moving, "actions: delayed by 0.17 s", [&](const ObservationMessage& observation) {
    under_way.emplace_back(now_seconds() + 0.17, moving.hand.answer(observation));
    for (; under_way.front().first < now_seconds(); under_way.pop_front()) moving.hand.say(under_way.front().second);
  });
}

// The newest counts: what comes twice, in disorder, or again much later is not obeyed in its place.
TEST(FaultMessage, WhatIsOldDoesNotHideWhatIsNew) {
  MovingRobot moving;
  HandPolicy& hand = moving.hand;
  const double begin = now_seconds();
  const uint64_t refused = hand.seen.refused;
  std::vector<ActionMessage> said;
  int newest_obeyed = 0, observations = 0;
  hand.act = [&](const ObservationMessage& observation) {
    newest_obeyed += !said.empty() && observation.action == said.back().sequence;
    ++observations;
    said.push_back(hand.answer(observation));
    said.push_back(hand.answer(observation));
    const size_t last = said.size() - 1;
    for (const size_t i : {last, last, last - 1, std::max(last, size_t{9}) - 9}) hand.say(said[i]);
  };
  hand.live(0.5);
  EXPECT_EQ(hand.seen.mode, Mode::armed);
  EXPECT_LT(moving.robot.stopped_at(), begin) << "it stopped";
  EXPECT_GT(newest_obeyed, observations / 2) << "of " << observations;
  EXPECT_GT(hand.seen.refused, refused + 50);
  EXPECT_EQ(moving.body.outside, 0u);
}

// Beyond all limits, to and fro: the gate makes of it what the robot may do.
TEST(FaultMessage, ActionsBeyondAllLimits) {
  MovingRobot moving;
  HandPolicy& hand = moving.hand;
  Rng rng(2);
  hand.act = [&](const ObservationMessage& observation) {
    ActionMessage action = hand.answer(observation);
    for (double& value : action.values) value = rng.uniform(-1, 1) * std::pow(10, rng.uniform(-1, 300));
    hand.say(action);
  };
  const uint64_t limited = hand.seen.limited;
  const double begin = now_seconds();
  hand.live(0.7);
  EXPECT_EQ(hand.seen.mode, Mode::armed);
  EXPECT_LT(moving.robot.stopped_at(), begin) << "it stopped";
  EXPECT_GT(hand.seen.limited, limited + 40);
  EXPECT_EQ(moving.body.outside, 0u);
}

}  // namespace
}  // namespace sinew
