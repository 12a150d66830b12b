// One of our robots in place of a LeKiwi: driven by a client in Python, and by our own.
#include "robots/lekiwi/lekiwi_host.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/clock.h"
#include "robots/link/emergency_stop.h"
#include "robots/protocol/base64.h"
#include "robots/recording/robot_recorder.h"
#include "tests/core/expect_error.h"
#include "tests/robots/lekiwi_fixture.h"

namespace sinew {
namespace {

constexpr double degree = 0.017453292519943295;

// Nine motors that reach their commands immediately, and two cameras that see red.
class RedBody final : public RobotBody {
 public:
  explicit RedBody(const RobotConfig& config, int scale = 1) : limits_(config.limits()) {
    frame_.resize(frame_.size() * static_cast<size_t>(scale * scale));
    for (const auto& [name, height, width] : {std::tuple("front", 24, 32), std::tuple("wrist", 32, 24)})
      sensors_.push_back({.name = name,
                          .type = SensorSpec::Type::uint8,
                          .shape = {scale * height, scale * width, 3},
                          .format = "red, green, blue"});
    for (size_t i = 0; i < frame_.size(); i += 3) frame_.replace(i, 3, "\xdc\x1e\x14");  // 220, 30, 20
  }
  const std::vector<SensorSpec>& sensors() const override { return sensors_; }
  RobotState measure() override {
    for (size_t i = 0; i < lekiwi_size; ++i) (i < lekiwi_arm_size ? position_[i] : velocity_[i]) = told[i];
    return {.joints = {position_, velocity_, {}}, .stamp = now_seconds()};
  }
  void observe(std::span<float>, std::string&) override {}
  void take_images(const std::string&, std::vector<std::string>& images) override { images = {frame_, frame_}; }
  void command(std::span<const double> commands) override {
    for (size_t i = 0; i < lekiwi_size; ++i) {
      const bool of_arm = i < lekiwi_arm_size;
      const double high = of_arm ? limits_[i].highest() : limits_[i].velocity,
                   low = of_arm ? limits_[i].lowest() : -high;
      outside +=
          !(commands[i] >= low && commands[i] <= high) || (of_arm && std::abs(commands[i] - told[i]) > limits_[i].step);
      told[i] = commands[i];
    }
    ++commanded;
  }
  void rest() override {}
  const char* fault() const override { return broken ? "broken" : nullptr; }

  std::array<std::atomic<double>, lekiwi_size> told{};
  std::atomic<uint64_t> commanded{0}, outside{0};
  std::atomic<bool> broken{false};

 private:
  std::vector<ActuatorLimits> limits_;
  std::vector<SensorSpec> sensors_;
  std::array<double, lekiwi_size> position_{}, velocity_{};
  std::string frame_ = std::string(24 * 32 * 3, '\0');
};

struct RunningHost {
  explicit RunningHost(const std::string& wire = "new", int scale = 1, const ObservationTap& tap = {})
      : config(host_config()),
        body(config, scale),
        host(config, body, {.wire = wire, .on_event = events.sink(), .real_time = false, .on_observation = tap}) {
    thread = std::thread([this] { host.run([this] { return go_on.load(); }); });
  }
  ~RunningHost() {
    go_on = false;
    thread.join();
    EXPECT_EQ(body.outside, 0u);
  }
  static RobotConfig host_config() {
    RobotConfig config = lekiwi_test_config("tcp://127.0.0.1:*", "tcp://127.0.0.1:*");
    config.rate = 50;
    config.control_rate = 200;
    config.watchdog = 2;  // a busy machine does not time out
    return config;
  }
  std::vector<std::string> arguments(std::vector<std::string> more) const {
    more.insert(more.begin(), {host.command_address(), host.observation_address()});
    return more;
  }
  RobotConfig config;
  Events events;
  RedBody body;
  LekiwiHost host;
  std::atomic<bool> go_on{true};
  std::thread thread;
};

class LekiwiHostWith : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!PythonPeer::has("zmq")) GTEST_SKIP() << "python3-zmq is not installed";
  }
  std::string wire() const { return std::string(GetParam()) == "single" ? "old" : "new"; }
};

TEST_P(LekiwiHostWith, IsDrivenByAClientOfLeRobots) {
  RunningHost running(wire());
  PythonPeer client("lekiwi_client.py",
                    running.arguments({"--seconds", "4", "--pan", "20", "--x", "0.1", "--theta", "30"}));
  const auto summary = nlohmann::json::parse(client.await("summary"));
  EXPECT_EQ(summary["wire"], GetParam());
  EXPECT_EQ(summary["missing"], 0);
  EXPECT_GT(summary["observations"].get<int>(), 20);  // 200, on an idle machine
  const auto state = nlohmann::json::parse(client.await("state"));
  EXPECT_NEAR(state["arm_shoulder_pan.pos"].get<double>(), 20, 0.1);
  EXPECT_NEAR(state["arm_gripper.pos"].get<double>(), 50, 0.5);
  EXPECT_NEAR(state["x.vel"].get<double>(), 0.1, 1e-6);
  EXPECT_NEAR(state["theta.vel"].get<double>(), 30, 1e-3);
  EXPECT_EQ(running.host.counters().refused, 0u);
  // The client is gone: the base stands, the arm holds.
  ASSERT_TRUE(soon([&] { return running.body.told[6] == 0 && running.body.told[8] == 0; }));
  EXPECT_NEAR(running.body.told[0], 20 * degree, 1e-3);
  EXPECT_TRUE(soon([&] { return running.events.has("stopped (no actions arrive"); }));
  // It continues with the next client.
  PythonPeer next("lekiwi_client.py", running.arguments({"--seconds", "20", "--pan", "20", "--x", "-0.1"}));
  EXPECT_TRUE(soon([&] { return running.body.told[6] < -0.05; }));
}

TEST_P(LekiwiHostWith, ItsPicturesHaveRedAndBlueSwapped) {
  RunningHost running(wire());
  PythonPeer client("lekiwi_client.py", running.arguments({"--seconds", "3"}));
  ASSERT_NE(client.await("summary"), "");
  const std::vector<std::string> pictures = client.lines("picture");
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_TRUE(pictures[0].starts_with("front "));
  EXPECT_TRUE(pictures[1].starts_with("wrist "));
  const std::string jpeg = from_base64(pictures[1].substr(6));
  std::vector<uint8_t> pixels(32 * 24 * 3);
  JpegDecoder decoder;
  const std::span bytes(reinterpret_cast<const uint8_t*>(jpeg.data()), jpeg.size());
  EXPECT_EQ(decoder.read_header(bytes), (ImageShape{32, 24, 3}));
  decoder.decode(bytes, pixels);
  EXPECT_NEAR(pixels[0], 20, 4);
  EXPECT_NEAR(pixels[1], 30, 4);
  EXPECT_NEAR(pixels[2], 220, 4);
}

// Run by hand, for docs/robots/lekiwi.md: two cameras of 640 x 480, raw, from the body.
TEST_P(LekiwiHostWith, DISABLED_AMinute) {
  RunningHost running(wire(), 20);
  PythonPeer client("lekiwi_client.py", running.arguments({"--seconds", "60", "--pan", "20", "--x", "0.1"}));
  std::string summary;
  ASSERT_TRUE(soon([&] { return !(summary = client.await("summary")).empty(); }, 90));
  fmt::print("{}\n{}", summary, running.host.report());
}

INSTANTIATE_TEST_SUITE_P(Wires, LekiwiHostWith, testing::Values("single", "multipart"),
                         [](const auto& wire) { return std::string(wire.param); });

// A test socket that talks to our own side of the wire.
struct Client {
  explicit Client(const LekiwiHost& host) : socket(context, LinkSocket::Kind::push, {.queue = 1}) {
    socket.connect(host.command_address());
  }
  void say(const std::string& text) {
    const std::string_view frame = text;
    EXPECT_TRUE(soon([&] { return socket.send({&frame, 1}); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  // Sends repeatedly; returns whether the condition comes true meanwhile.
  bool say_until(const std::string& text, const std::function<bool()>& condition) {
    return soon([&] {
      say(text);
      return condition();
    });
  }
  LinkContext context;
  LinkSocket socket;
};

TEST(LekiwiHost, LimitsWhatItIsTold) {
  RunningHost running;
  Client client(running.host);
  const auto is_told = [&](size_t i, double value, double tolerance) {
    return std::abs(running.body.told[i] - value) <= tolerance;
  };
  EXPECT_TRUE(client.say_until(
      R"({"arm_shoulder_pan.pos": 1000, "arm_gripper.pos": -500, "x.vel": 10, "y.vel": -10, "theta.vel": 9000})", [&] {
        return running.body.told[0] > 0.5 && is_told(5, -0.174533, 0.02) && is_told(6, 0.2, 1e-6) &&
               is_told(7, -0.2, 1e-6) && is_told(8, 1, 1e-6);
      }));
}

TEST(LekiwiHost, RefusesAndCountsWhatIsNoCommand) {
  RunningHost running;
  Client client(running.host);
  const std::vector<std::string> bad = {R"({"x.vel": NaN, "y.vel": 0, "theta.vel": 0})",
                                        R"({"arm_shoulder_pan.pos": 3, "x.vel": 0.1, "y.vel": 0})",
                                        R"({"x.vel": "fast", "y.vel": 0, "theta.vel": 0})",
                                        R"({"arm_shoulder_pan.pos": Infinity, "x.vel": 0, "y.vel": 0, "theta.vel": 0})",
                                        "{\"x.vel\": 0.1, \"y",
                                        ""};
  for (const std::string& text : bad) {
    const uint64_t before = running.host.counters().refused;
    client.say(text);
    EXPECT_TRUE(soon([&] { return running.host.counters().refused == before + 1; })) << text;
  }
  EXPECT_EQ(running.host.counters().commands, 0u);
  EXPECT_EQ(running.body.commanded, 0u);
  for (const char* reason : {"a number is not finite", "'theta.vel' is missing", "'x.vel' is fast", "no JSON"})
    EXPECT_TRUE(running.events.has(std::string("a command is refused: ") + reason)) << running.events.text();
}

// The second client is refused, counted, and reported, and takes over once the first is gone.
TEST(LekiwiHost, ASecondClientIsNotObeyed) {
  RunningHost running;
  Client first(running.host), second(running.host);
  const std::string forward = R"({"arm_wrist_roll.pos": 0, "x.vel": 0.1, "y.vel": 0, "theta.vel": 0})",
                    back = R"({"arm_wrist_roll.pos": 0, "x.vel": -0.1, "y.vel": 0, "theta.vel": 0})";
  for (int i = 0; i < 25; ++i) {
    first.say(forward);
    second.say(back);
    ASSERT_GE(running.body.told[6], 0) << i;
  }
  EXPECT_GT(running.host.counters().refused, 5u);
  EXPECT_TRUE(running.events.has("a second client sends commands")) << running.events.text();
  EXPECT_TRUE(soon([&] {
    second.say(back);
    return running.body.told[6] < -0.05;
  }));
}

TEST(LekiwiHost, ACommandOfTheBaseAloneIsObeyedAndSaidToBeNoneElsewhere) {
  RunningHost running;
  Client client(running.host);
  for (int i = 0; i < 25; ++i) client.say(R"({"x.vel": 0.1, "y.vel": 0, "theta.vel": 0})");
  EXPECT_NEAR(running.body.told[6], 0.1, 1e-6);
  EXPECT_TRUE(running.events.has("a real LeKiwi moves nothing")) << running.events.text();
}

TEST(LekiwiHost, WhoListensAndNeverCommandsIsToldOfTheWires) {
  RunningHost running;
  LinkContext context;
  LinkSocket listener(context, LinkSocket::Kind::pull, {.most_bytes = 1 << 20});
  listener.connect(running.host.observation_address());
  std::vector<std::string> frames;
  EXPECT_TRUE(soon(
      [&] {
        listener.receive(frames);
        return running.events.has("LeRobot's clients up to 0.6.0 need --wire old, newer ones --wire new; this is new");
      },
      30));
}

// Larger than any valid command: above its own limit, then the socket's, then libzmq's.
TEST(LekiwiHost, AMessageThatIsTooLargeIsCountedAndSaid) {
  RunningHost running;
  Client client(running.host);
  for (const size_t size : {size_t{70000}, size_t{2000000}, size_t{5000000}}) {
    const uint64_t before = running.host.counters().refused;
    client.say(std::string(size, '['));
    EXPECT_TRUE(soon([&] { return running.host.counters().refused > before; })) << size;
  }
  EXPECT_TRUE(running.events.has("bytes; 65536 are allowed")) << running.events.text();
  EXPECT_TRUE(running.events.has("a frame of 5000000 bytes; 4194304 are allowed")) << running.events.text();
  client.say(std::string(9000000, '['));  // only ends the connection
  EXPECT_TRUE(soon([&] {
    client.say(R"({"arm_wrist_roll.pos": 0, "x.vel": 0.1, "y.vel": 0, "theta.vel": 0})");
    return running.body.told[6] > 0.05;
  }));
}

TEST(LekiwiHost, AnEmergencyStopIsNotEndedByCommands) {
  RunningHost running;
  Client client(running.host);
  const std::string forward = R"({"x.vel": 0.1, "y.vel": 0, "theta.vel": 0})";
  EXPECT_TRUE(client.say_until(forward, [&] { return std::abs(running.body.told[6] - 0.1) < 1e-6; }));
  running.host.emergency_stop();
  EXPECT_TRUE(client.say_until(forward, [&] { return running.events.has("stopped (emergency stop)"); }));
  for (int i = 0; i < 50; ++i) client.say(forward);
  EXPECT_EQ(running.body.told[6], 0);
}

// The same socket and release as those of a robot with our own protocol.
TEST(LekiwiHost, HasTheEmergencyStopOfAnyRobot) {
  RunningHost running;
  Client client(running.host);
  const std::string forward = R"({"x.vel": 0.1, "y.vel": 0, "theta.vel": 0})";
  const auto drives = [&] {
    client.say(forward);
    return running.body.told[6] > 0.05;
  };
  EXPECT_TRUE(soon(drives, 20));
  emergency_stop(running.host.stop_address(), {}, "a hand is in the way", 20);
  EXPECT_TRUE(soon([&] { return running.body.told[6] == 0; }));
  EXPECT_TRUE(soon([&] { return running.events.has("emergency stop: a hand is in the way"); }));
  for (int i = 0; i < 50; ++i) client.say(forward);
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));  // nor after the client is gone
  for (int i = 0; i < 10; ++i) client.say(forward);
  EXPECT_EQ(running.body.told[6], 0);
  release_emergency_stop(running.host.stop_address(), {}, "a test", 20);
  for (int i = 0; i < 50; ++i) client.say(forward);  // the driving client must pause first
  EXPECT_EQ(running.body.told[6], 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  EXPECT_TRUE(soon(drives, 20));
}

TEST(LekiwiHost, AfterAFaultTheClientHasToLetGo) {
  RunningHost running;
  Client client(running.host);
  const std::string forward = R"({"x.vel": 0.1, "y.vel": 0, "theta.vel": 0})";
  EXPECT_TRUE(client.say_until(forward, [&] { return running.body.told[6] > 0.05; }));
  running.body.broken = true;
  ASSERT_TRUE(soon([&] { return running.body.told[6] == 0; }));
  running.body.broken = false;
  for (int i = 0; i < 30; ++i) client.say(forward);
  EXPECT_EQ(running.body.told[6], 0);
  ASSERT_TRUE(soon([&] { return running.events.has("inactive"); }));
  EXPECT_TRUE(client.say_until(forward, [&] { return running.body.told[6] > 0.05; }));
}

// The file's rate is for policies; a LeKiwi client expects 30 Hz, and gets it here, too.
TEST(LekiwiHost, ObservesAsOftenAsTheOriginal) {
  RobotConfig config = RunningHost::host_config();
  const auto where = [&](double rate, double control_rate) {
    config.rate = rate;
    config.control_rate = control_rate;
    RedBody body(config);
    return LekiwiHost(config, body, {.real_time = false}).where();
  };
  expect_contains(where(25, 100), " at 50 Hz");
  expect_contains(where(10, 90), " at 30 Hz");
  expect_contains(where(10, 100), " at 50 Hz");
  expect_contains(where(50, 200), " at 50 Hz");
  expect_contains(where(25, 0), " at 25 Hz");  // its ticks are no faster
}

// A client that only sends commands is recorded, too: with its commands and the wire's images, whose layout is also
// recorded.
TEST(LekiwiHost, WhatItIsTaughtCanBeRecorded) {
  const std::string path = testing::TempDir() + "sinew_lekiwi_host_" + std::to_string(::getpid()) + ".mcap";
  const RobotConfig config = RunningHost::host_config();
  std::vector<SensorSpec> sensors = RedBody(config).sensors();
  for (SensorSpec& sensor : sensors) sensor = on_lekiwis_wire(sensor);
  double held = 0;
  {
    RobotRecorder recorder(path, config, sensors);
    RunningHost running("new", 1, [&](SentObservation&& sent) { recorder.observation(std::move(sent)); });
    EXPECT_EQ(running.host.sensors(), sensors);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // no client is connected: nothing is recorded
    Client client(running.host);
    for (int i = 0; i < 1000 && (running.body.told[0] < 10 * degree || running.body.told[6] < 0.1); ++i)
      client.say(R"({"arm_shoulder_pan.pos": 20, "x.vel": 9, "y.vel": 0, "theta.vel": 0})");
    EXPECT_TRUE(soon([&] { return running.events.has("stopped (no actions arrive"); }));
    held = running.body.told[0];
  }
  const Recording recording = read_recording(path);
  std::filesystem::remove(path);
  ASSERT_EQ(recording.session.interface.sensors.size(), 2u);
  EXPECT_EQ(recording.session.interface.sensors[0].format, "blue, green, red");
  EXPECT_EQ(recording.session.policy, "");
  JpegDecoder decoder;
  std::vector<uint8_t> pixels(24 * 32 * 3);
  ASSERT_GT(recording.actions.size(), 10u);
  for (const RecordedObservation& one : recording.observations) {
    EXPECT_EQ(one.message.mode, Mode::armed);
    ASSERT_EQ(one.message.images.size(), 2u);
    const std::string& jpeg = one.message.images[0];
    decoder.decode(std::span(reinterpret_cast<const uint8_t*>(jpeg.data()), jpeg.size()), pixels);
    EXPECT_NEAR(pixels[0], 20, 4) << "blue";
    EXPECT_NEAR(pixels[2], 220, 4) << "red";
  }
  double fastest = 0;
  for (const RecordedAction& action : recording.actions) {
    ASSERT_EQ(action.values.size(), lekiwi_size);
    fastest = std::max(fastest, action.values[6]);
    if (action.sequence == 0) continue;
    EXPECT_NEAR(action.wanted[0], 20 * degree, 1e-9);
    EXPECT_EQ(action.wanted[6], 9);
  }
  EXPECT_GT(fastest, 0.1);
  EXPECT_LE(fastest, config.actuators[6].limits.velocity) << "the gate had its say";
  EXPECT_GT(held, 9 * degree);
  EXPECT_NEAR(recording.actions.back().values[0], held, 1e-9);
}

TEST(LekiwiHost, AWireThatIsNotKnownIsRefused) {
  RobotConfig config = RunningHost::host_config();
  RedBody body(config);
  expect_contains(error_of([&] { LekiwiHost(config, body, {.wire = "newer"}); }),
                  "known: old (up to LeRobot 0.6.0), new");
}

TEST(LekiwiHost, BeyondThisComputerOnlyWhereTheFileSaysSo) {
  RobotConfig config = lekiwi_test_config("tcp://0.0.0.0:*", "tcp://127.0.0.1:*");
  RedBody body(config);
  expect_contains(error_of([&] { LekiwiHost(config, body, {.real_time = false}); }), "allow_anybody: true");
}

// Both of our sides, each version of the wire: the policy works with either.
TEST(LekiwiHost, OurOwnClientDrivesIt) {
  for (const char* wire : {"old", "new"}) {
    RunningHost running(wire);
    RobotConfig config = lekiwi_test_config(running.host.command_address(), running.host.observation_address());
    if (std::string(wire) == "old") config.accept.emplace_back(lekiwi_old_wire);
    config.wire.set("cameras", ConfigNode::parse_text("{front: [24, 32]}", "cameras.yaml"));
    const Policy policy = lekiwi_policy(false);
    AdaptedRobot robot(config, builtin_adapters(), {.real_time = false});
    PolicyClient client(policy, robot.config(),
                        {.link = {.policy_name = "wanderer"}, .real_time = false, .context = robot.context()});
    ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
    client.arm();
    ASSERT_TRUE(soon([&] { return std::abs(running.body.told[0]) > 1e-3 && client.counters().actions > 20; }));
    EXPECT_EQ(client.counters().unusable, 0u);
  }
}

}  // namespace
}  // namespace sinew
