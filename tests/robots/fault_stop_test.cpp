// The emergency stop's own socket: what stops the robot, what does not, and which peer may release it.
#include <algorithm>

#include "robots/link/emergency_stop.h"
#include "tests/core/expect_error.h"
#include "tests/robots/moving_robot.h"

namespace sinew {
namespace {

using Frames = std::vector<std::string>;

Frames one(const Message& message) { return encode(message); }

// Messages that a person may send in haste or by mistake.
std::vector<std::pair<std::string, Frames>> shapes() {
  std::vector<std::pair<std::string, Frames>> all = {
      {"a stop", one(Stop{"a hand is in the way"})},
      {"nothing", {""}},
      {"text", {"STOP"}},
      {"three frames", {"a", "b", "c"}},
      {"empty frames", {"", "", ""}},
      {"a frame of 16 KiB", {std::string(1 << 14, 'x')}},
      {"a frame that is longer than those are read", {std::string(20'000, 'x')}},
      {"a hundred frames", Frames(100, "x")},
      {"lists in lists", {std::string(1000, '\x91')}},
      {"an acknowledgement", one(Acknowledge{})},
      {"a wish to arm", one(Arm{7})},
      {"a heartbeat", one(Heartbeat{1})},
      {"an action", one(RobotAction{1, 1, 1, 1, {0.1, 0.1}})},
      {"a release without a reason", {"\x81\xa4kind\xa7release"}},
      {"a release of two frames", {one(Release{"please"})[0], "x"}},
  };
  Frames longer = one(Release{"please"});
  longer[0] += 'x';
  all.emplace_back("a release with a byte more", longer);
  longer[0].resize(longer[0].size() - 2);
  all.emplace_back("a release with a byte less", longer);
  return all;
}

// A test socket connected to the emergency stop's address, of a type that a ROUTER accepts.
class Presser {
 public:
  Presser(const std::string& address, LinkSocket::Kind kind, bool has_delimiter)
      : socket_(context_, kind, {.most_bytes = 1 << 20}), has_delimiter_(has_delimiter) {
    socket_.connect(address);
  }
  void say(Frames frames) {
    if (has_delimiter_) frames.insert(frames.begin(), "");
    EXPECT_TRUE(soon([&] { return socket_.send(frames); }, 20));
  }
  // The kind of the answer; "": none.
  std::string answer() {
    Frames frames;
    if (!soon([&] { return socket_.receive(frames); }, 20)) return "";
    const std::string_view answer = frames.back();  // after the leading frames, returned as they were sent
    const Message message = decode({&answer, 1});
    return std::holds_alternative<Stop>(message) ? "stop" : std::holds_alternative<Release>(message) ? "release" : "?";
  }

 private:
  LinkContext context_;
  LinkSocket socket_;
  bool has_delimiter_;
};

TEST(FaultStop, WhateverComesStopsIt) {
  MovingRobot moving;
  const std::string address = moving.robot.config().stop_address;
  struct Peer {
    const char* name;
    LinkSocket::Kind kind;
    bool has_delimiter;
  };
  for (const Peer& peer : {Peer{"REQ", LinkSocket::Kind::request, false},
                           {"DEALER", LinkSocket::Kind::dealer, false},
                           {"DEALER with a delimiter", LinkSocket::Kind::dealer, true}})
    for (const auto& [name, frames] : shapes()) {
      const std::string fault = fmt::format("{} from a {}", name, peer.name);
      Presser presser(address, peer.kind, peer.has_delimiter);
      const double pressed_at = now_seconds();
      presser.say(frames);
      moving.expect_stop_for(fault, pressed_at, Alarm::emergency);
      const bool is_read = frames[0].size() <= 1 << 14;
      EXPECT_EQ(is_read ? presser.answer() : "stop", "stop") << fault;
      moving.expect_recovery();
    }
}

// All messages possible over the link, from the stopped peer and from another one, in any order.
TEST(FaultStop, NobodyReleasesItOverTheLink) {
  MovingRobot moving;
  const std::string address = moving.robot.config().stop_address;
  emergency_stop(address, {}, "a hand is in the way", 20);
  const auto is_latched = [&] {
    return moving.robot.server().in_emergency() && moving.robot.server().mode() == Mode::stopped;
  };
  HandPolicy& hand = moving.hand;
  uint64_t session = 1000;
  const std::vector<std::function<void()>> wishes = {
      [&] { hand.say(Acknowledge{}); },
      [&] { hand.say(Arm{++session}); },
      [&] { hand.say(Release{"let me"}); },
      [&] { hand.say(Stop{"enough"}); },
      [&] { hand.say(hand.hello); },
      [&] { hand.live(0.6); },  // beyond link_timeout
      [&] { hand.say_frames({"nonsense"}); },
      [&] { hand.say_frames({std::string(600'000, 'x')}); },
      [&] {
        HandPolicy other(moving.robot.config());
        hand.until([&] { return other.connect(0.01); }, 2);
        other.say(Acknowledge{});
        other.say(Arm{++session});
        other.live(0.05);
      },
  };
  for (size_t first = 0; first < wishes.size(); ++first)
    for (size_t second = 0; second < wishes.size(); second += 3) {
      wishes[first]();
      wishes[second]();
      hand.live(0.02);
      ASSERT_TRUE(is_latched()) << first << ", " << second;
    }
  ASSERT_TRUE(soon([&] { return hand.connect(2); })) << hand.refused;  // a refusal of an earlier request may come first
  hand.say(Acknowledge{});
  EXPECT_TRUE(hand.until([&] { return hand.refused.find("'sinew stop --release'") != std::string::npos; }))
      << hand.refused;
  EXPECT_TRUE(is_latched());
  // After a release it does not move yet.
  moving.body.commands = 0;
  release_emergency_stop(address, {}, "a test", 20);
  EXPECT_TRUE(hand.until([&] { return hand.seen.mode == Mode::inactive; }));
  EXPECT_EQ(moving.body.commanded, false);
  EXPECT_TRUE(hand.arm());
  // The same, directly at the robot.
  moving.robot.server().emergency_stop();
  EXPECT_TRUE(soon(is_latched));
  moving.robot.server().release_emergency_stop();
  EXPECT_TRUE(hand.until([&] { return hand.seen.mode == Mode::inactive; }));
  EXPECT_EQ(moving.body.outside, 0u);
}

// Whatever stopped it before, an emergency stop takes precedence.
TEST(FaultStop, ItCountsMoreThanWhatStoppedTheRobotBefore) {
  MovingRobot moving;
  moving.hand.say(Stop{"enough"});
  ASSERT_TRUE(moving.hand.until([&] { return moving.hand.seen.mode == Mode::stopped; }));
  emergency_stop(moving.robot.config().stop_address, {}, "a hand is in the way", 20);
  ASSERT_TRUE(moving.hand.until([&] { return moving.hand.seen.alarm == Alarm::emergency; }));
  moving.hand.say(Acknowledge{});
  moving.hand.live(0.1);
  EXPECT_EQ(moving.hand.seen.mode, Mode::stopped);
  moving.expect_recovery();
}

TEST(FaultStop, ThereMayBeNothingToRelease) {
  MovingRobot moving;
  const std::string address = moving.robot.config().stop_address;
  expect_contains(error_of([&] { release_emergency_stop(address, {}, "a test", 20); }),
                  "the robot is not in an emergency stop");
  moving.hand.live(0.05);
  EXPECT_EQ(moving.robot.server().mode(), Mode::armed);
  moving.hand.say(Stop{"enough"});
  ASSERT_TRUE(moving.hand.until([&] { return moving.hand.seen.mode == Mode::stopped; }));
  expect_contains(error_of([&] { release_emergency_stop(address, {}, "a test", 20); }),
                  "the robot is not in an emergency stop");
  EXPECT_EQ(moving.robot.server().mode(), Mode::stopped);
}

// Messages that another peer sends at the same time must not take the answer from the peer that waits for it.
TEST(FaultStop, ItIsConfirmedAmongRandomMessages) {
  MovingRobot moving;
  const std::string address = moving.robot.config().stop_address;
  std::atomic<bool> enough{false};
  std::vector<std::thread> strangers;
  for (uint64_t i = 0; i < 3; ++i)
    strangers.emplace_back([&, i] {
      Rng rng(i);
      LinkContext context;
      std::vector<std::unique_ptr<LinkSocket>> sockets(20);
      for (auto& socket : sockets) {
        socket = std::make_unique<LinkSocket>(context, LinkSocket::Kind::dealer, LinkSocket::Options{.queue = 10});
        socket->connect(address);
      }
      for (uint64_t n = 0; n < 200'000 && !enough; ++n) {
        std::string bytes(rng.below(60), ' ');
        for (char& byte : bytes) byte = static_cast<char>(rng.below(256));
        sockets[n % sockets.size()]->send(Frames{bytes});
        if (n % 1000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  for (int i = 0; i < 5; ++i) EXPECT_NO_THROW(emergency_stop(address, {}, "again", 20)) << i;
  EXPECT_EQ(moving.robot.server().mode(), Mode::stopped);
  enough = true;
  for (std::thread& stranger : strangers) stranger.join();
  // Once all their messages are read, because each of them stops the robot.
  EXPECT_TRUE(soon(
      [&] {
        moving.robot.server().release_emergency_stop();
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return !moving.robot.server().in_emergency();
      },
      20));
  EXPECT_TRUE(soon([&] { return moving.hand.connect(0.5) && moving.hand.recover(0.5); }, 20));
}

}  // namespace
}  // namespace sinew
