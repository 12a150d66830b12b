// A robot's side that says what is no good: the policy's side sends no action for it, survives, and goes on when it is
// good again.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/clock.h"
#include "core/random.h"
#include "robots/handshake.h"
#include "tests/robots/fake_robot.h"
#include "tests/robots/hand_robot.h"

namespace sinew {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

using Spoil = std::function<void(ObservationMessage&)>;

// At each heartbeat, ten times a second, an armed robot made by hand sends some observations.
class Sender {
 public:
  // Spoils what it sends from now on; null: no longer.
  void spoil(Spoil how) {
    const std::lock_guard lock(mutex_);
    spoil_ = std::move(how);
  }
  void spoil_frames(std::function<void(HandRobot::Frames&)> how) {
    const std::lock_guard lock(mutex_);
    spoil_frames_ = std::move(how);
  }
  uint64_t actions() const { return actions_; }  // that came
  double last() const { return last_; }          // a number of the last one
  const RobotConfig& config() const { return robot_.config(); }

 private:
  std::vector<HandRobot::Frames> answer(const Message& message) {
    if (std::holds_alternative<Hello>(message)) return {encode(make_welcome(fake_config(), fake_interface().sensors))};
    if (const auto* action = std::get_if<ActionMessage>(&message)) {
      ++actions_;
      last_ = action->values[0];
    }
    const auto* beat = std::get_if<Heartbeat>(&message);
    if (!beat) return {};
    std::vector<HandRobot::Frames> answers = {encode(HeartbeatReply{beat->sent, now_seconds()})};
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < 3; ++i) {
      ObservationMessage observation{.session = 1,
                                     .sequence = ++sequence_,
                                     .stamp = now_seconds(),
                                     .mode = Mode::armed,
                                     .numbers = {0.1f, 0.2f, 0, 0},
                                     .joints = {0.1, 0.2, 0, 0}};
      if (spoil_) spoil_(observation);
      answers.push_back(encode(observation));
      if (spoil_frames_) spoil_frames_(answers.back());
    }
    return answers;
  }

  std::mutex mutex_;
  Spoil spoil_;
  std::function<void(HandRobot::Frames&)> spoil_frames_;
  uint64_t sequence_ = 0;
  std::atomic<uint64_t> actions_{0};
  std::atomic<double> last_{0};
  HandRobot robot_{[this](const Message& message) { return answer(message); }};
};

struct BadObservation {
  const char* name;
  Spoil spoil;
};

const std::vector<BadObservation> bad_observations = {
    {"a sensor that is not a number",
     [](ObservationMessage& message) { message.numbers[2] = static_cast<float>(nan); }},
    {"an infinite sensor", [](ObservationMessage& message) { message.numbers[0] = static_cast<float>(-infinity); }},
    {"a number too few", [](ObservationMessage& message) { message.numbers.pop_back(); }},
    {"a number too many", [](ObservationMessage& message) { message.numbers.push_back(0); }},
    {"an image nobody announced", [](ObservationMessage& message) { message.images = {"picture"}; }},
    {"joints that are missing", [](ObservationMessage& message) { message.joints.clear(); }},
    {"a joint that is not a number", [](ObservationMessage& message) { message.joints[1] = nan; }},
    {"joints out of all range", [](ObservationMessage& message) { message.joints[0] = 1e300; }},
    {"a time that is none", [](ObservationMessage& message) { message.stamp = nan; }},
    {"the same number again and again", [](ObservationMessage& message) { message.sequence = 1; }},
};

struct Connected {
  Sender robot;
  const Policy policy = fake_policy("{actor: [{lstm: 8}], actor_gain: 1}");
  PolicyClient client{
      policy, robot.config(), {.link = {.policy_name = "fake"}, .connect_timeout = 5, .real_time = false}};
  bool acts() {
    const uint64_t before = robot.actions();
    return soon([&] { return robot.actions() > before; });
  }
  // Those that were on their way have come.
  uint64_t actions_in_a_while() {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    const uint64_t before = robot.actions();
    std::this_thread::sleep_for(std::chrono::milliseconds(220));
    return robot.actions() - before;
  }
};

TEST(FaultObservation, WhatIsNoGoodIsNotActedOn) {
  Connected connected;
  ASSERT_TRUE(connected.acts());
  for (const BadObservation& bad : bad_observations) {
    connected.robot.spoil(bad.spoil);
    EXPECT_EQ(connected.actions_in_a_while(), 0u) << bad.name;
    connected.robot.spoil(nullptr);
    EXPECT_TRUE(connected.acts()) << "after " << bad.name;
    EXPECT_TRUE(std::isfinite(connected.robot.last()));
    connected.client.check();
  }
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
  EXPECT_EQ(connected.actions_in_a_while(), 0u);
  connected.robot.spoil_frames(nullptr);
  EXPECT_TRUE(connected.acts());
  EXPECT_GT(connected.client.counters().unusable, unusable);
  connected.client.check();
}

// A single number that was too large does not make all others too small for ever.
TEST(FaultObservation, ANumberTooLargeIsForgotten) {
  Connected connected;
  ASSERT_TRUE(connected.acts());
  connected.robot.spoil([](ObservationMessage& message) { message.sequence |= uint64_t{1} << 60; });
  EXPECT_TRUE(connected.acts());
  connected.robot.spoil(nullptr);
  EXPECT_TRUE(connected.acts());
  connected.client.check();
}

}  // namespace
}  // namespace sinew
