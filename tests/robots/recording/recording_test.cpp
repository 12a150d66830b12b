// Recorded data is read back with the same bits.
#include "robots/recording/recording.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/clock.h"
#include "core/random.h"
#include "core/safe_file.h"
#include "robots/recording/mcap_format_internal.h"
#include "robots/recording/mcap_reader.h"
#include "tests/core/expect_error.h"
#include "tests/fuzz/memory_file.h"

namespace sinew {
namespace {

using nlohmann::json;

constexpr float nan_f = std::numeric_limits<float>::quiet_NaN(), inf_f = std::numeric_limits<float>::infinity();
constexpr double nan_d = std::numeric_limits<double>::quiet_NaN(), inf_d = std::numeric_limits<double>::infinity();

class RecordingTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  std::string folder_ = testing::TempDir() + "sinew_recording_" + std::to_string(::getpid());
};

RecordedSession recorded_session() {
  RecordedSession session;
  session.side = "policy";
  session.policy = "walker.safetensors";
  session.policy_hash = "abc123";
  session.policy_path = "/somewhere/wälker \"best\".safetensors";
  session.robot = "walker";
  session.robot_config = "robot: walker  # with a comment\nrate: 50\n";
  session.interface.sensors.push_back({.name = "joints", .shape = {3}, .units = {"rad", "rad", "rad"}});
  session.interface.sensors.push_back(
      {.name = "front", .type = SensorSpec::Type::uint8, .shape = {2, 4, 3}, .format = "red, green, blue"});
  session.interface.sensors.push_back(
      {.name = "depth", .type = SensorSpec::Type::uint8, .shape = {2, 2, 1}, .format = "depth"});
  session.interface.actions.rate = 50;
  session.interface.actions.parts.push_back({.name = "actuators", .labels = {"hip"}, .low = {-1}, .high = {inf_d}});
  session.limits = {{.name = "hip",
                     .command = "torque",
                     .position = {-1, 1e-7},
                     .velocity = 2,
                     .acceleration = 10,
                     .torque = 4,
                     .step = 3,
                     .when_stopped = "damp",
                     .damping = 0.1}};
  session.mapping = {{0.3, -0.1}};
  return session;
}

RecordedObservation observation(uint64_t sequence, double received) {
  ObservationMessage message{7,
                             sequence,
                             12.345678901234567,
                             Mode::stopped,
                             Alarm::tilt,
                             2,
                             0.004,
                             30,
                             5,
                             6,
                             {0.1f, -0.0f, nan_f},
                             {0.1, -inf_d, nan_d},
                             {"\xff\xd8\xffjpeg\xff\xd9", "\1\2\3\4"}};
  return {received, message};
}

template <class T>
auto bits_of(const std::vector<T>& values) {
  std::vector<uint64_t> bits;
  for (const T value : values)
    if constexpr (sizeof(T) == 4)
      bits.push_back(std::bit_cast<uint32_t>(value));
    else
      bits.push_back(std::bit_cast<uint64_t>(value));
  return bits;
}

TEST_F(RecordingTest, TheSessionComesBack) {
  RecordingWriter(file("a.mcap"), recorded_session()).close();
  const Recording recording = read_recording(file("a.mcap"));
  EXPECT_EQ(recording.damage, "");
  const RecordedSession& read = recording.session;
  EXPECT_EQ(read.side, "policy");
  EXPECT_EQ(read.policy, "walker.safetensors");
  EXPECT_EQ(read.policy_hash, "abc123");
  EXPECT_EQ(read.policy_path, recorded_session().policy_path);
  EXPECT_EQ(read.robot, "walker");
  EXPECT_EQ(read.robot_config, recorded_session().robot_config);
  EXPECT_EQ(read.interface.sensors, recorded_session().interface.sensors);
  EXPECT_EQ(read.interface.actions, recorded_session().interface.actions);
  EXPECT_EQ(first_difference(read.limits, recorded_session().limits, "read", "written"), "");
  ASSERT_EQ(read.mapping.size(), 1u);
  EXPECT_EQ(read.mapping[0].scale, 0.3);
  EXPECT_EQ(read.mapping[0].offset, -0.1);
  ASSERT_EQ(read.started.size(), 20u);
  EXPECT_EQ(read.started[10], 'T');
  EXPECT_EQ(read.started[19], 'Z');
}

TEST_F(RecordingTest, OfSeveralSessionsTheLastCounts) {
  {
    RecordingWriter writer(file("a.mcap"), recorded_session());
    writer.add(RecordedEvent{1, "another one connects"});
    RecordedSession another = recorded_session();
    another.policy = "runner";
    writer.add(another);
  }
  const Recording recording = read_recording(file("a.mcap"));
  EXPECT_EQ(recording.session.policy, "runner");
  EXPECT_EQ(recording.session.started.size(), 20u);
  EXPECT_EQ(recording.events.size(), 1u);
}

TEST_F(RecordingTest, ObservationsComeBackWithTheirImages) {
  {
    RecordingWriter writer(file("a.mcap"), recorded_session());
    for (uint64_t i = 1; i <= 3; ++i) writer.add(observation(i, 100.25 + 0.02 * static_cast<double>(i)));
    RecordedObservation blind = observation(4, 100.5);
    blind.message.images = {"", std::string(100, 'x')};  // not encoded; of a wrong size
    writer.add(blind);
    // A robot's side that restarted.
    RecordedObservation again = observation(1, 101);
    again.message.images[1] = "\5\6\7\x8";
    writer.add(again);
  }
  const Recording recording = read_recording(file("a.mcap"));
  EXPECT_EQ(recording.damage, "");
  ASSERT_EQ(recording.observations.size(), 5u);
  const RecordedObservation& second = recording.observations[1];
  const ObservationMessage expected = observation(2, 0).message;
  EXPECT_EQ(second.received, 100.25 + 0.02 * 2);
  EXPECT_EQ(second.message.session, 7u);
  EXPECT_EQ(second.message.sequence, 2u);
  EXPECT_EQ(second.message.stamp, expected.stamp);
  EXPECT_EQ(second.message.mode, Mode::stopped);
  EXPECT_EQ(second.message.alarm, Alarm::tilt);
  EXPECT_EQ(second.message.action, 2u);
  EXPECT_EQ(second.message.action_age, 0.004);
  EXPECT_EQ(second.message.refused, 5u);
  EXPECT_EQ(second.message.limited, 6u);
  EXPECT_EQ(bits_of(second.message.numbers), bits_of(expected.numbers));
  EXPECT_EQ(bits_of(second.message.joints), bits_of(expected.joints));
  EXPECT_EQ(second.message.images, expected.images);
  EXPECT_EQ(recording.observations[3].message.images, (std::vector<std::string>{"", std::string(100, 'x')}));
  EXPECT_EQ(recording.observations[0].message.images[1], "\1\2\3\4");
  EXPECT_EQ(recording.observations[4].message.images[1], "\5\6\7\x8");
}

TEST_F(RecordingTest, ActionsLatenciesAndEventsComeBack) {
  {
    RecordingWriter writer(file("a.mcap"), recorded_session());
    writer.add(RecordedAction{{7, 1ull << 63, 900, 12.5, {inf_d}}, 1.5, {0.1f}, {0.1}, Refusal::stale, 3, true});
    writer.add(RecordedLatency{.time = 2, .sequence = 900, .compute = 1e-4});
    writer.add(RecordedEvent{2.5, "stopped: \"tilt\"\nby the wätch\x01"});
    writer.add(RecordedEvent{3, "no UTF-8: \xff"});
  }
  const Recording recording = read_recording(file("a.mcap"));
  ASSERT_EQ(recording.actions.size(), 1u);
  const RecordedAction& action = recording.actions[0];
  EXPECT_EQ(action.time, 1.5);
  EXPECT_EQ(action.session, 7u);
  EXPECT_EQ(action.sequence, 1ull << 63);
  EXPECT_EQ(action.answers, 900u);
  EXPECT_EQ(action.observed_at, 12.5);
  EXPECT_EQ(action.policy, std::vector<float>{0.1f});
  EXPECT_EQ(action.wanted, std::vector<double>{0.1});
  EXPECT_EQ(action.values, std::vector<double>{inf_d});
  EXPECT_EQ(action.refusal, Refusal::stale);
  EXPECT_EQ(action.limited, 3u);
  EXPECT_TRUE(action.starts_anew);
  ASSERT_EQ(recording.latencies.size(), 1u);
  EXPECT_EQ(recording.latencies[0].compute, 1e-4);
  EXPECT_EQ(recording.latencies[0].round_trip, std::nullopt);
  ASSERT_EQ(recording.events.size(), 2u);
  EXPECT_EQ(recording.events[0].text, "stopped: \"tilt\"\nby the wätch\x01");
  EXPECT_EQ(recording.events[1].text, "no UTF-8: \xef\xbf\xbd");
}

// Random bits, including denormal and non-finite numbers. And known hard numbers: for one of them, the shortest text
// becomes another float32 when parsed via float64.
TEST_F(RecordingTest, AnyNumberComesBackWithTheSameBits) {
  Rng rng(1);
  RecordedAction action;
  action.policy = {7.038531e-26f, 1e-45f, -1e-45f, 3.4028235e38f, 16777217.0f, -0.0f, nan_f, -nan_f, inf_f, -inf_f};
  action.wanted = {5e-324, -5e-324, 2.2250738585072011e-308, 1.7976931348623157e308, -0.0, nan_d, -nan_d, 1e16, 1e22};
  for (int i = 0; i < 5000; ++i) {
    action.policy.push_back(std::bit_cast<float>(rng.bits()));
    const uint64_t high = rng.bits();
    action.wanted.push_back(std::bit_cast<double>(high << 32 | rng.bits()));
    action.wanted.push_back(rng.normal());
  }
  {
    RecordingWriter writer(file("a.mcap"), recorded_session());
    writer.add(action);
  }
  const Recording recording = read_recording(file("a.mcap"));
  EXPECT_EQ(bits_of(recording.actions.at(0).policy), bits_of(action.policy));
  EXPECT_EQ(bits_of(recording.actions.at(0).wanted), bits_of(action.wanted));
}

// The format that other programs read.
TEST_F(RecordingTest, TheMessagesOneByOne) {
  const double now = now_seconds();
  {
    RecordingWriter writer(file("a.mcap"), recorded_session());
    writer.add(observation((1ull << 32) + 5, now + 1));
    writer.add(RecordedEvent{now + 0.5, "hello"});
  }
  McapReader reader(file("a.mcap"));
  std::vector<McapMessage> messages;
  for (McapMessage message; reader.next(message);) messages.push_back(message);
  ASSERT_EQ(messages.size(), 5u);
  EXPECT_EQ(messages[0].topic, "/session");
  EXPECT_EQ(json::parse(messages[0].data)["version"], 1);
  EXPECT_EQ(messages[1].topic, "/observation");
  EXPECT_EQ(messages[1].sequence, 5u);
  const json content = json::parse(messages[1].data);
  EXPECT_EQ(content["numbers"].dump(), R"([0.1,-0.0,"nan"])");
  EXPECT_EQ(content["joints"].dump(), R"([0.1,"-inf","nan"])");
  EXPECT_EQ(content["mode"], "stopped");
  EXPECT_EQ(messages[2].topic, "/camera/front");
  EXPECT_EQ(messages[2].schema, "foxglove.CompressedImage");
  EXPECT_EQ(messages[2].sequence, 5u);
  EXPECT_EQ(messages[2].log_time_ns, messages[1].log_time_ns);
  const uint64_t ns = messages[2].log_time_ns;
  EXPECT_EQ(json::parse(messages[2].data), (json{{"timestamp", {{"sec", ns / 1000000000}, {"nsec", ns % 1000000000}}},
                                                 {"frame_id", "front"},
                                                 {"data", "/9j/anBlZ//Z"},
                                                 {"format", "jpeg"}}));
  EXPECT_EQ(messages[3].topic, "/camera/depth");
  EXPECT_EQ(messages[3].schema, "foxglove.RawImage");
  json raw = json::parse(messages[3].data);
  raw.erase("timestamp");
  EXPECT_EQ(raw, (json{{"frame_id", "depth"},
                       {"width", 2},
                       {"height", 2},
                       {"encoding", "mono8"},
                       {"step", 2},
                       {"data", "AQIDBA=="}}));
  EXPECT_EQ(messages[4].data, fmt::format(R"({{"time":{},"text":"hello"}})", now + 0.5));
  EXPECT_EQ(messages[1].log_time_ns - messages[4].log_time_ns, 500'000'000u);
  EXPECT_GT(messages[0].log_time_ns, 1'600'000'000'000'000'000u);  // after 2020
}

TEST_F(RecordingTest, CutShort) {
  {
    RecordingWriter writer(file("whole.mcap"), recorded_session());
    for (uint64_t i = 1; i <= 20; ++i) writer.add(observation(i, 1000 + 0.05 * static_cast<double>(i)));
  }
  const std::string bytes = read_file(file("whole.mcap"));
  fuzz::MemoryFile cut("cut.mcap");
  size_t most = 0;
  for (size_t size = bytes.size() / 4; size < bytes.size(); size += 301) {
    cut.set(std::string_view(bytes).substr(0, size));
    const Recording recording = read_recording(cut.path());
    expect_contains(recording.damage, "cut short after ");
    EXPECT_EQ(recording.session.robot, "walker");
    EXPECT_GE(recording.observations.size(), most);
    most = recording.observations.size();
    for (size_t i = 0; i < most; ++i) {
      EXPECT_EQ(recording.observations[i].message.sequence, i + 1);
      EXPECT_EQ(recording.observations[i].message.images.size(), 2u);
    }
  }
  EXPECT_GE(most, 17u);
}

// A file with one message of one topic.
std::string recording_of(const std::string& path, const std::string& topic, const std::string& text) {
  std::filesystem::remove(path);
  McapWriter writer(path);
  writer.write(writer.add_channel(topic, "S", "{}"), 0, 0, text);
  return path;
}

TEST_F(RecordingTest, WhatIsWrongIsNamed) {
  const auto error_for = [&](const std::string& topic, const std::string& text) {
    return error_of([&] { read_recording(recording_of(file("bad.mcap"), topic, text)); });
  };
  expect_contains(error_for("/other", "no JSON"), "bad.mcap' is not a recording of the robot link: it has no /session");
  expect_contains(error_for("/session", R"({"version":2})"), "a recording of version 2; this sinew reads version 1");
  expect_contains(error_for("/session", R"({"version":1})"), "the key 'side' is missing");
  expect_contains(error_for("/session", "[]"), "bad.mcap': message 1, of /session: the key 'version' is missing");
  expect_contains(error_for("/event", "{"), "message 1, of /event: [json.exception.parse_error");
  expect_contains(error_for("/event", R"({"time":"soon","text":""})"), "time: 'soon' is not a number");
  expect_contains(error_for("/event", R"({"time":"nan:0","text":""})"), "time: 'nan:0' is not a number");
  expect_contains(error_for("/event", R"({"time":true,"text":""})"), "time: not a number");
  expect_contains(error_for("/event", R"({"time":1,"text":2})"), "text: not a text");
  expect_contains(error_for("/latency", R"({"time":1,"sequence":-1})"), "sequence: not a whole number");
  expect_contains(error_for("/camera/x", R"({"data":"?"})"), "data: 1 characters are not base64");
  const std::string observation = R"({"received":1,"session":1,"sequence":1,"stamp":1,"mode":"dancing"})";
  expect_contains(error_for("/observation", observation), "mode: 'dancing' is not a known value");
}

// The same as bytes, without checksums and without an end.
std::string bytes_of(const McapMessage& message) {
  std::string out(mcap::magic);
  mcap::put_record(out, mcap::Opcode::header, [&] { mcap::put(out, uint64_t{0}); });
  mcap::put_record(out, mcap::Opcode::channel, [&] {
    mcap::put(out, uint32_t{0});  // the channel's number, no schema
    mcap::put_text(out, message.topic);
  });
  mcap::put_record(out, mcap::Opcode::message, [&] { out += std::string(22, '\0') + message.data; });
  return out;
}

// Randomly changed texts yield an Error or a valid result, never anything else.
TEST_F(RecordingTest, DamageDoesNoHarm) {
  {
    RecordingWriter writer(file("a.mcap"), recorded_session());
    writer.add(observation(1, 1));
    writer.add(RecordedAction{{}, 1, {nan_f}});
  }
  std::vector<McapMessage> messages;
  McapReader reader(file("a.mcap"));
  for (McapMessage message; reader.next(message);) messages.push_back(message);
  fuzz::MemoryFile bad("bad.mcap");
  Rng rng(1);
  int refused = 0, read = 0;
  for (int i = 0; i < 3000; ++i) {
    McapMessage message = messages[rng.below(static_cast<uint32_t>(messages.size()))];
    for (uint32_t k = 1 + rng.below(3); k > 0; --k)
      message.data[rng.below(static_cast<uint32_t>(message.data.size()))] = "\"{}[]:,0-9.etn \xff"[rng.below(17)];
    try {
      bad.set(bytes_of(message));
      read_recording(bad.path());
      ++read;
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(read, 10);
}

TEST_F(RecordingTest, NothingIsOverwritten) {
  RecordingWriter writer(file("a.mcap"), recorded_session());
  expect_contains(error_of([&] { RecordingWriter(file("a.mcap"), recorded_session()); }), "a.mcap' is there already");
}

}  // namespace
}  // namespace sinew
