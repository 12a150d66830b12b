// A running robot receives messages without end, valid, invalid and randomly changed, from a stranger and from the
// policy that controls it. SINEW_FLOOD sets their number; a few thousand by default.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/clock.h"
#include "core/text.h"
#include "robots/link/emergency_stop.h"
#include "robots/protocol/handshake.h"
#include "tests/fuzz/link_messages.h"
#include "tests/fuzz/mutate.h"
#include "tests/robots/moving_robot.h"

// Freed memory is quarantined only briefly, so that the rest is the robot's own.
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=8:malloc_context_size=1"; }

namespace sinew {
namespace {

int64_t flood_size() {
  const char* text = std::getenv("SINEW_FLOOD");
  return text ? std::atoll(text) : 6000;
}

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// Sends as fast as possible, in the calling thread.
class Flood {
 public:
  explicit Flood(const RobotConfig& config)
      : socket_(context_, LinkSocket::Kind::dealer, {.queue = 50, .incoming = 1000, .most_bytes = 1 << 24}) {
    for (const fuzz::Frames& frames : fuzz::link_messages()) seeds_.push_back(fuzz::join_frames(frames));
    socket_.connect(config.address);
  }

  // Sends one message of any kind, valid or changed.
  void send_any() { send_some(fuzz::split_frames(seeds_[rng_.below(static_cast<uint32_t>(seeds_.size()))])); }

  void say(const fuzz::Frames& frames) {
    while (!socket_.send(frames)) listen(0.001);
  }

  // Receives the pending messages.
  void listen(double seconds) {
    LinkSocket* sockets[] = {&socket_};
    wait_for(sockets, nobody_, seconds);
    while (socket_.receive(frames_)) {
      const std::vector<std::string_view> views(frames_.begin(), frames_.end());
      Message message = decode(views);
      if (auto* observation = std::get_if<ObservationMessage>(&message)) seen_ = std::move(*observation);
      if (const auto* welcome = std::get_if<Welcome>(&message)) session_ = welcome->last_session;
      const auto* refused = std::get_if<Refused>(&message);
      EXPECT_TRUE(!refused || is_utf8(refused->why)) << shortened(refused->why);
    }
  }

  // Sends in batches of a thousand. A controller begins each with a greeting and actions of a new session. Reports the
  // memory.
  void send(int64_t messages, bool controls) {
    const double begin = now_seconds();
    double before = 0, halfway = 0;
    for (int64_t i = 0; i < messages; ++i) {
      if (i % 100 == 0) listen(0);
      if (i % 1000 == 0 && controls) send_actions();
      if (i == messages / 10) before = resident_mib();
      if (i == messages / 2) halfway = resident_mib();
      send_any();
    }
    const double after = resident_mib(), seconds = now_seconds() - begin;
    fmt::print(
        "{} messages by {} in {:.1f} s, {:.0f} a second: resident memory {:.1f} MiB after a tenth, {:.1f} MiB "
        "halfway, {:.1f} MiB at the end\n",
        messages, controls ? "the controller" : "a stranger", seconds, static_cast<double>(messages) / seconds, before,
        halfway, after);
    EXPECT_LT(after, before + 64);
  }

 private:
  void send_some(fuzz::Frames frames) {
    if (rng_.below(5) > 0)
      for (uint32_t changes = 1 + rng_.below(3); changes > 0; --changes)
        fuzz::change_frames(frames, rng_, [&](std::string text) {
          mutator_.change(text, 1 << 16, rng_);
          return text;
        });
    say(frames);
  }
  void send_actions() {
    for (const double deadline = now_seconds() + 1; seen_.mode != Mode::armed && now_seconds() < deadline;) {
      for (const Message& message : {Message(hello_), Message(Acknowledge{})}) say(encode(message));
      listen(0.02);
      say(encode(Arm{++session_}));
      listen(0.02);
    }
    for (int i = 0; i < 30; ++i) {
      send_some(encode(RobotAction{
          seen_.session, ++sequence_, seen_.sequence, seen_.stamp, {rng_.uniform(-2, 2), rng_.uniform(-2, 2)}}));
      listen(0.001);
    }
    seen_.mode = Mode::unconfigured;  // whatever follows from the next messages
  }

  LinkContext context_;
  LinkSocket socket_;
  Doorbell nobody_;
  Rng rng_{1};
  const Hello hello_ = make_hello("flood", PolicyRunner(fake_policy()), fake_config());
  std::vector<std::string> seeds_;
  const fuzz::Mutator mutator_{{}, fuzz::link_words()};
  std::vector<std::string> frames_;
  ObservationMessage seen_;
  uint64_t sequence_ = 0, session_ = 0;
};

// The flood does not block the controlling policy for longer than the robot allows, or else the robot stops.
TEST(FaultFlood, ByAStranger) {
  MovingRobot moving;
  std::atomic<bool> done{false};
  std::thread stranger([&] {
    Flood(moving.robot.config()).send(flood_size(), false);
    done = true;
  });
  const uint64_t obeyed = moving.hand.seen.action;
  int stops = 0;
  while (!done) {
    moving.hand.live(0.01);
    if (moving.hand.seen.mode != Mode::stopped) continue;
    ++stops;
    EXPECT_TRUE(moving.hand.recover());
  }
  stranger.join();
  const RobotLinkCounters& counters = moving.robot.server().link_counters();
  fmt::print(
      "meanwhile the policy's actions were obeyed up to {}, and the robot stopped {} times; {} messages were no "
      "messages, {} of others than the policy\n",
      moving.hand.seen.action - obeyed, stops, counters.malformed.load(), counters.foreign.load());
  EXPECT_TRUE(moving.hand.until([&, begin = now_seconds()] { return moving.robot.obeyed_at() > begin; }));
  const double pressed_at = now_seconds();
  std::thread somebody([&] { emergency_stop(moving.robot.config().stop_address, {}, "enough", 5); });
  moving.expect_stop_for("emergency stop, after a flood", pressed_at, Alarm::emergency);
  somebody.join();
  moving.expect_recovery();
}

TEST(FaultFlood, ByWhoControlsIt) {
  const RobotConfig config = fake_config();
  FakeBody body(config);
  RunningRobot robot(config, body);
  {
    Flood flood(robot.config());
    flood.send(flood_size(), true);
    const RobotLinkCounters& counters = robot.server().link_counters();
    fmt::print(
        "{} messages were no messages, {} of no controller, {} actions; the actuators were told something {} times\n",
        counters.malformed.load(), counters.foreign.load(), counters.actions.load(), body.commands.load());
  }
  EXPECT_GT(body.commands, 0u);
  EXPECT_EQ(body.outside, 0u);
  HandPolicy next(robot.config());
  ASSERT_TRUE(soon([&] { return next.connect(0.1); }));
  next.say(Acknowledge{});
  EXPECT_TRUE(next.until([&] { return next.seen.mode == Mode::inactive; }));
  EXPECT_TRUE(next.arm()) << next.refused;
  EXPECT_EQ(body.outside, 0u);
}

// A greeting that is slow to parse.
fuzz::Frames heavy_greeting() {
  Hello hello = make_hello("flood", PolicyRunner(fake_policy()), fake_config());
  while (true) {
    hello.limits.insert(hello.limits.end(), 100, hello.limits[0]);
    fuzz::Frames frames = encode(hello);
    if (frames[0].size() > 60 << 10) return frames;
  }
}

// An emergency stop is received during the flood, although the policy that moved the robot may not get through.
void expect_stop_in_a_flood(const char* fault, const std::function<void(Flood&)>& send) {
  MovingRobot moving;
  std::atomic<bool> enough{false};
  std::thread stranger([&] {
    Flood flood(moving.robot.config());
    while (!enough) {
      flood.listen(0);
      send(flood);
    }
  });
  moving.hand.live(0.3);
  const double pressed_at = now_seconds();
  EXPECT_NO_THROW(emergency_stop(moving.robot.config().stop_address, {}, "it is flooded", 5)) << fault;
  report_reaction(fault, now_seconds() - pressed_at, reaction_bound(moving.config));
  EXPECT_EQ(moving.robot.server().mode(), Mode::stopped);
  enough = true;
  stranger.join();
  EXPECT_NO_THROW(release_emergency_stop(moving.robot.config().stop_address, {}, "it is over", 20));
  // Once the robot's side has read the rest of the flood.
  EXPECT_TRUE(soon([&] { return moving.hand.connect(0.3) && moving.hand.recover(0.3); }, 20));
  EXPECT_EQ(moving.body.outside, 0u);
}

TEST(FaultFlood, TheEmergencyStopIsHeard) {
  expect_stop_in_a_flood("emergency stop, in a flood", [](Flood& flood) { flood.send_any(); });
  const fuzz::Frames heavy = heavy_greeting();
  expect_stop_in_a_flood("emergency stop, in a flood of large greetings", [&](Flood& flood) { flood.say(heavy); });
}

}  // namespace
}  // namespace sinew
