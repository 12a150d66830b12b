// A robot's side that sends invalid data: the policy's side sends no action for it, survives, and continues when the
// data is valid again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/clock.h"
#include "core/random.h"
#include "core/text.h"
#include "robots/protocol/handshake.h"
#include "tests/core/expect_error.h"
#include "tests/robots/fake_robot.h"
#include "tests/robots/hand_robot.h"

namespace sinew {
namespace {

constexpr double endless = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

using SpoilObservation = std::function<void(ObservationMessage&)>;

// At each heartbeat, ten times a second, an armed handmade robot sends some observations. Their stamps identify the one
// that an action answers.
class Sender {
 public:
  // Corrupts its messages from now on; null: stops doing so.
  void spoil(SpoilObservation how) {
    const std::lock_guard lock(mutex_);
    spoil_ = std::move(how);
  }
  void spoil_frames(std::function<void(HandRobot::Frames&)> how) {
    const std::lock_guard lock(mutex_);
    spoil_frames_ = std::move(how);
  }
  uint64_t actions() const { return actions_; }      // received
  uint64_t spoiled() const { return spoiled_; }      // observations sent corrupted
  uint64_t forbidden() const { return forbidden_; }  // actions that answer one of them
  double last() const { return last_; }              // a number in the last one
  bool was_stopped() const { return was_stopped_; }
  const RobotConfig& config() const { return robot_.config(); }

 private:
  std::vector<HandRobot::Frames> answer(const Message& message) {
    if (const auto* arm = std::get_if<Arm>(&message); arm && session_ == 0) session_ = arm->session;
    was_stopped_ = was_stopped_ || std::holds_alternative<Stop>(message);
    if (std::holds_alternative<Hello>(message)) return {encode(make_welcome(fake_config(), fake_interface().sensors))};
    if (const auto* action = std::get_if<RobotAction>(&message)) {
      ++actions_;
      last_ = action->values[0];
      const std::lock_guard lock(mutex_);
      forbidden_ += !good_stamps_.contains(action->observed_at);
    }
    const auto* beat = std::get_if<Heartbeat>(&message);
    if (!beat) return {};
    std::vector<HandRobot::Frames> answers = {encode(HeartbeatReply{beat->sent, now_seconds()})};
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < 3; ++i) {
      ObservationMessage observation{.session = session_,
                                     .sequence = ++sequence_,
                                     .stamp = now_seconds(),
                                     .mode = session_ > 0 ? Mode::armed : Mode::inactive,
                                     .numbers = {0.1f, 0.2f, 0, 0},
                                     .joints = {0.1, 0.2, 0, 0}};
      if (spoil_ || spoil_frames_)
        ++spoiled_;
      else
        good_stamps_.insert(observation.stamp);
      if (spoil_) spoil_(observation);
      answers.push_back(encode(observation));
      if (spoil_frames_) spoil_frames_(answers.back());
    }
    return answers;
  }

  std::mutex mutex_;
  SpoilObservation spoil_;
  std::function<void(HandRobot::Frames&)> spoil_frames_;
  std::set<double> good_stamps_;
  uint64_t sequence_ = 0, session_ = 0;
  std::atomic<bool> was_stopped_{false};
  std::atomic<uint64_t> actions_{0}, spoiled_{0}, forbidden_{0};
  std::atomic<double> last_{0};
  HandRobot robot_{[this](const Message& message) { return answer(message); }};
};

struct BadObservation {
  const char* name;
  SpoilObservation spoil;
  const char* why;  // reason in the policy's side's report; null: none
};

const std::vector<BadObservation> bad_observations = {
    {"a sensor that is not a number",
     [](ObservationMessage& message) { message.numbers[2] = static_cast<float>(not_a_number); },
     "sensor 'joints', number 3 ('hip velocity'), is NaN"},
    {"an infinite sensor", [](ObservationMessage& message) { message.numbers[0] = static_cast<float>(-endless); },
     "sensor 'joints', number 1 ('hip'), is -inf, limit 1e+09"},
    {"a sensor that reads what cannot be", [](ObservationMessage& message) { message.numbers[1] = 1e30f; },
     "sensor 'joints', number 2 ('knee'), is 1e+30, limit 1e+09"},
    {"a number too few", [](ObservationMessage& message) { message.numbers.pop_back(); },
     "an observation has 3 numbers and 0 images; the robot announced 4 and 0"},
    {"a number too many", [](ObservationMessage& message) { message.numbers.push_back(0); }, nullptr},
    {"an image that was not announced", [](ObservationMessage& message) { message.images = {"picture"}; }, nullptr},
    {"joints that are missing", [](ObservationMessage& message) { message.joints.clear(); },
     "the joints' measurements are missing or not finite"},
    {"a joint that is not a number", [](ObservationMessage& message) { message.joints[1] = not_a_number; }, nullptr},
    {"a joint that leapt", [](ObservationMessage& message) { message.joints[0] = -1.2; }, "cannot have reached"},
    {"joints out of all range", [](ObservationMessage& message) { message.joints[0] = 1e300; },
     "a joint is outside its range by more than its `step`"},
    {"a time that is none", [](ObservationMessage& message) { message.stamp = not_a_number; },
     "too late, more than 0.15 s"},
    {"the same number again and again", [](ObservationMessage& message) { message.sequence = 1; }, nullptr},
};

struct Connected {
  Connected() { client.arm(); }
  Sender robot;
  const Policy policy = fake_policy("{actor: [{lstm: 8}], actor_gain: 1}");
  std::mutex mutex;
  std::vector<std::string> events;
  PolicyClient client{policy,
                      robot.config(),
                      {.link = {.policy_name = "fake",
                                .on_event =
                                    [this](const std::string& event) {
                                      const std::lock_guard lock(mutex);
                                      events.push_back(event);
                                    }},
                       .connect_timeout = in_the_end,
                       .real_time = false}};
  std::string all_events() {
    const std::lock_guard lock(mutex);
    return join(events, "\n");
  }
  bool acts() {
    const uint64_t before = robot.actions();
    return soon([&] { return robot.actions() > before; });
  }
  // The present observations are not answered, though they span several heartbeats.
  void expect_no_answers(const char* fault) {
    const uint64_t before = robot.spoiled();
    ASSERT_TRUE(soon([&] { return robot.spoiled() >= before + 7; })) << fault;
    EXPECT_EQ(robot.forbidden(), 0u) << fault;
  }
};

TEST(FaultObservation, WhatIsNoGoodIsNotActedOn) {
  Connected connected;
  ASSERT_TRUE(connected.acts());
  for (const BadObservation& bad : bad_observations) {
    connected.robot.spoil(bad.spoil);
    connected.expect_no_answers(bad.name);
    EXPECT_TRUE(!bad.why || soon([&] { return connected.all_events().find(bad.why) != std::string::npos; }))
        << bad.why << " is not in: " << connected.all_events();
    connected.robot.spoil(nullptr);
    EXPECT_TRUE(connected.acts()) << "after " << bad.name;
    EXPECT_TRUE(std::isfinite(connected.robot.last()));
    connected.client.check();
  }
  const std::string events = connected.all_events();
  EXPECT_LT(static_cast<size_t>(std::ranges::count(events, '\n')), 2 * bad_observations.size())
      << "each is said once: " << events;
}

// An armed robot sends observations that cannot be acted on, then stops for lack of actions: this side reports the
// cause.
TEST(FaultObservation, WhyNoActionCouldComeStandsInTheStop) {
  Connected connected;
  ASSERT_TRUE(connected.acts());
  connected.robot.spoil([](ObservationMessage& message) { message.numbers[2] = static_cast<float>(not_a_number); });
  connected.expect_no_answers("NaN");
  connected.robot.spoil([](ObservationMessage& message) {
    message.session = 0;
    message.mode = Mode::stopped;
    message.alarm = Alarm::link_lost;
    message.why = "no actions\n arrive\xff";
  });
  ASSERT_TRUE(soon([&] { return connected.client.robot().mode == Mode::stopped; }));
  expect_contains(connected.client.why(), "no actions\\n arrive\\xff; here ");
  expect_contains(connected.client.why(), " observations in a row could not be acted on: sensor 'joints', number 3");
}

// Another peer has armed it: neither may move it.
TEST(FaultObservation, ASessionOfSomebodyElsesStopsTheRobot) {
  Connected connected;
  ASSERT_TRUE(connected.acts());
  connected.robot.spoil([](ObservationMessage& message) { message.session = 7; });
  EXPECT_TRUE(soon([&] { return connected.robot.was_stopped(); }));
  std::string error;
  const auto has_failed = [&] {
    try {
      connected.client.check();
    } catch (const Error& e) {
      error = e.what();
    }
    return !error.empty();
  };
  EXPECT_TRUE(soon(has_failed));
  expect_contains(error, "is armed in session 7, which this side did not begin: another controller drives it, too");
  EXPECT_EQ(connected.robot.forbidden(), 0u) << "it acted on another's session";
}

TEST(FaultObservation, ASingleOneFromAnotherSessionIsTakenForDamaged) {
  Connected connected;
  ASSERT_TRUE(connected.acts());
  std::atomic<int> spoilt{0};
  connected.robot.spoil([&](ObservationMessage& message) {
    if (spoilt < 2) message.session = static_cast<uint64_t>(7 + spoilt++);
  });
  ASSERT_TRUE(soon([&] { return spoilt == 2; }));
  EXPECT_TRUE(connected.acts());
  EXPECT_NO_THROW(connected.client.check());
  EXPECT_FALSE(connected.robot.was_stopped());
}

TEST(FaultObservation, AnArmThatComesTwiceIsNoSecondController) {
  Connected connected;
  ASSERT_TRUE(connected.acts());
  connected.client.arm();
  EXPECT_TRUE(connected.acts());
  EXPECT_NO_THROW(connected.client.check());
}

TEST(FaultObservation, BytesThatAreNoObservationAreNotActedOn) {
  Connected connected;
  ASSERT_TRUE(connected.acts());
  Rng rng(1);
  const uint64_t unusable = connected.client.counters().unusable;
  connected.robot.spoil_frames([&](HandRobot::Frames& frames) {
    for (std::string& frame : frames)
      for (char& byte : frame) byte = static_cast<char>(rng.below(256));
    if (rng.below(2) == 0) frames.resize(rng.below(80) + 1);
  });
  connected.expect_no_answers("random bytes");
  connected.robot.spoil_frames([](HandRobot::Frames& frames) { frames[1].resize((1 << 24) + 1); });
  const std::string too_large = "not understood: a frame of 16777217 bytes; 16777216 are allowed";
  EXPECT_TRUE(soon([&] { return connected.all_events().find(too_large) != std::string::npos; }))
      << connected.all_events();
  connected.robot.spoil_frames(nullptr);
  EXPECT_TRUE(connected.acts());
  EXPECT_TRUE(soon([&] { return connected.client.counters().unusable > unusable; }));
  connected.client.check();
}

// A single excessive number must not make all others seem too small forever.
TEST(FaultObservation, ANumberTooLargeIsForgotten) {
  Connected connected;
  ASSERT_TRUE(connected.acts());
  for (const int bit : {40, 60, 63}) {
    connected.robot.spoil([bit](ObservationMessage& message) { message.sequence |= uint64_t{1} << bit; });
    EXPECT_TRUE(connected.acts());
    EXPECT_LT(connected.client.counters().lost, 100000u) << "no more than may have been sent meanwhile";
  }
  connected.robot.spoil(nullptr);
  EXPECT_TRUE(connected.acts());
  connected.client.check();
}

}  // namespace
}  // namespace sinew
