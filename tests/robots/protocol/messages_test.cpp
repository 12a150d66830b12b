#include "robots/protocol/messages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/random.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

using nlohmann::json;

std::vector<std::string_view> views(const std::vector<std::string>& frames) { return {frames.begin(), frames.end()}; }
Message round_trip(const Message& message) { return decode(views(encode(message))); }

std::string packed(const json& header) {
  std::string bytes;
  json::to_msgpack(header, bytes);
  return bytes;
}
std::string error_for(const std::vector<std::string>& frames) {
  return error_of([&] { decode(views(frames)); });
}

InterfaceSpec interface() {
  InterfaceSpec spec;
  spec.sensors.push_back({.name = "joints", .shape = {2}, .labels = {"hip", "knee"}, .units = {"rad", "rad"}});
  spec.sensors.push_back(
      {.name = "front", .type = SensorSpec::Type::uint8, .shape = {48, 64, 3}, .format = "red, green, blue"});
  spec.actions.rate = 50;
  spec.actions.parts.push_back(
      {.name = "motors", .labels = {"hip", "knee"}, .units = {"rad", "rad"}, .low = {-1, -1}, .high = {1, 1}});
  return spec;
}

std::vector<Message> all_kinds() {
  const ActuatorLimits hip{.name = "hip",
                           .command = "torque",
                           .position = {-1, 1},
                           .velocity = 2,
                           .acceleration = 10,
                           .torque = 4,
                           .step = 3,
                           .when_stopped = "damp",
                           .damping = 0.5};
  return {Hello{protocol_version, "walker.safetensors", "abc123", interface(), {hip}, {0.1, 0.2, 0.5, 1}},
          Welcome{protocol_version, "walker", interface(), {hip}, 4, {0.1, 0.25, 0.5, 1}},
          Refused{"actuator 0 is 'hip' here, 'knee' there"},
          Arm{0xfedcba9876543210},
          Acknowledge{},
          Stop{"somebody pressed it"},
          ObservationMessage{7,
                             900,
                             12.5,
                             Mode::stopped,
                             Alarm::tilt,
                             2,
                             0.004,
                             30,
                             5,
                             6,
                             {0.25f, -3},
                             {0.1, 0, -0.2, 4},
                             {"\xff\xd8jpeg", ""},
                             "it fell"},
          RobotAction{7, 3, 900, 12.5, {0.1, -0.5}},
          Heartbeat{1.25},
          HeartbeatReply{1.25, 90.5},
          Release{"whoever pressed it agrees"}};
}

TEST(Messages, ComeBackAsTheyWere) {
  const auto hello = std::get<Hello>(round_trip(all_kinds()[0]));
  EXPECT_EQ(hello.policy, "walker.safetensors");
  EXPECT_EQ(hello.policy_hash, "abc123");
  EXPECT_EQ(hello.limits.size(), 1u);
  EXPECT_EQ(hello.timing.link_timeout, 0.5);
  EXPECT_EQ(first_difference(hello.interface, interface(), "robot"), "");
  const auto welcome = std::get<Welcome>(round_trip(all_kinds()[1]));
  EXPECT_EQ(welcome.robot, "walker");
  EXPECT_EQ(welcome.last_session, 4u);
  EXPECT_EQ(welcome.timing.watchdog, 0.25);
  ASSERT_EQ(welcome.limits.size(), 1u);
  EXPECT_EQ(welcome.limits[0].damping, 0.5);
  EXPECT_EQ(welcome.limits[0].position, (std::vector<double>{-1, 1}));
  EXPECT_EQ(std::get<Refused>(round_trip(all_kinds()[2])).why, "actuator 0 is 'hip' here, 'knee' there");
  EXPECT_EQ(std::get<Arm>(round_trip(all_kinds()[3])).session, 0xfedcba9876543210);
  EXPECT_TRUE(std::holds_alternative<Acknowledge>(round_trip(all_kinds()[4])));
  EXPECT_EQ(std::get<Stop>(round_trip(all_kinds()[5])).why, "somebody pressed it");
  const auto observation = std::get<ObservationMessage>(round_trip(all_kinds()[6]));
  EXPECT_EQ(observation.sequence, 900u);
  EXPECT_EQ(observation.mode, Mode::stopped);
  EXPECT_EQ(observation.alarm, Alarm::tilt);
  EXPECT_EQ(observation.action, 2u);
  EXPECT_EQ(observation.action_age, 0.004);
  EXPECT_EQ(observation.arrived, 30u);
  EXPECT_EQ(observation.refused, 5u);
  EXPECT_EQ(observation.limited, 6u);
  EXPECT_EQ(observation.numbers, (std::vector<float>{0.25f, -3}));
  EXPECT_EQ(observation.joints, (std::vector<double>{0.1, 0, -0.2, 4}));
  EXPECT_EQ(observation.why, "it fell");
  EXPECT_EQ(observation.images, (std::vector<std::string>{"\xff\xd8jpeg", ""}));
  const auto action = std::get<RobotAction>(round_trip(all_kinds()[7]));
  EXPECT_EQ(action.answers, 900u);
  EXPECT_EQ(action.observed_at, 12.5);
  EXPECT_EQ(action.values, (std::vector<double>{0.1, -0.5}));
  EXPECT_EQ(std::get<Heartbeat>(round_trip(all_kinds()[8])).sent, 1.25);
  EXPECT_EQ(std::get<HeartbeatReply>(round_trip(all_kinds()[9])).received, 90.5);
}

// The bytes shown in docs/protocol.md.
TEST(Messages, AnArmAndAnActionByteByByte) {
  EXPECT_EQ(encode(Arm{5}), (std::vector<std::string>{"\x82\xa4kind\xa3"
                                                      "arm\xa7session\x05"}));
  using namespace std::string_literals;
  EXPECT_EQ(encode(RobotAction{5, 3, 900, 12.5, {0.5, -0.5}}),
            (std::vector<std::string>{"\x85\xa7"
                                      "answers\xcd\x03\x84\xa4kind\xa6"
                                      "action\xab"
                                      "observed_at\xca\x41\x48\0\0"
                                      "\xa8sequence\x03\xa7session\x05"s,
                                      "\0\0\0\0\0\0\xe0\x3f\0\0\0\0\0\0\xe0\xbf"s}));
}

// The maps of docs/protocol.md, each with the frames that follow it. Keys left out of the second one are in the first.
std::vector<json> documented() {
  std::ifstream file(SINEW_SOURCE_DIR "/docs/protocol.md");
  std::string page{std::istreambuf_iterator<char>(file), {}};
  const size_t begin = page.find("```json\n") + 8;
  const std::string text = page.substr(begin, page.find("```", begin) - begin);
  std::vector<json> maps;
  for (size_t i = 0, depth = 0, from = 0; i < text.size(); ++i) {
    if (text[i] == '{' && depth++ == 0) from = i;
    if (text[i] != '}' || --depth > 0) continue;
    std::string one = text.substr(from, i + 1 - from);
    for (const auto& [gap, key] : {std::pair{"[…]", "limits"}, {"{…}", "timing"}})
      if (const size_t place = one.find(gap); place != one.npos)
        one.replace(place, std::string(gap).size(), maps.at(0).at(key).dump());
    maps.push_back(json::parse(one));
  }
  return maps;
}

TEST(Messages, TheExamplesOfTheProtocolAreMessages) {
  const std::vector<json> maps = documented();
  EXPECT_EQ(maps.size(), 11u);
  for (const json& map : maps) {
    std::vector<std::string> frames = {packed(map)};
    const std::string kind = map.at("kind").get<std::string>();
    if (kind == "action") frames.emplace_back(16, '\0');
    if (kind == "observation") frames.insert(frames.end(), {std::string(8, '\0'), std::string(32, '\0'), "jpeg"});
    EXPECT_NO_THROW(decode(views(frames))) << map.dump();
  }
}

TEST(Messages, WhatIsWrongIsNamed) {
  expect_contains(error_for({}), "0 frames; 1 to 64 are allowed");
  expect_contains(error_for({""}), "not a MessagePack map");
  expect_contains(error_for({packed(json::array({1, 2}))}), "not a MessagePack map");
  expect_contains(error_for({packed({{"kind", "dance"}})}), "a message of the kind 'dance' is not known");
  expect_contains(error_for({packed({{"session", 5}})}), "the key 'kind' is missing");
  expect_contains(error_for({packed({{"kind", "arm"}})}), "the key 'session' is missing");
  expect_contains(error_for({packed({{"kind", "arm"}, {"session", -5}})}), "session: not a whole number");
  expect_contains(error_for({packed({{"kind", "arm"}, {"session", 5}, {"now", true}})}), "the key 'now' is not known");
  expect_contains(error_for({packed({{"kind", "arm"}, {"session", 5}}), "more"}), "in 2 frames, not 1");
  std::vector<std::string> action = encode(all_kinds()[7]);
  action[1].pop_back();
  expect_contains(error_for(action), "15 bytes are no action in float64");
  std::vector<std::string> observation = encode(all_kinds()[6]);
  observation.pop_back();
  expect_contains(error_for(observation), "an observation with 2 images comes in 4 frames");
  // Version 1 had no timing: only the different version counts.
  for (const int kind : {0, 1}) {
    json greeting = json::from_msgpack(encode(all_kinds()[static_cast<size_t>(kind)])[0]);
    json timeless = greeting;
    timeless.erase("timing");
    expect_contains(error_for({packed(timeless)}), "the key 'timing' is missing");
    timeless["version"] = 1;
    expect_contains(error_for({packed(timeless)}), "speaks version 1 of the protocol, this one 2");
    greeting["timing"]["patience"] = 1;
    expect_contains(error_for({packed(greeting)}), "the key 'patience' is not known");
  }
}

// One reader would use the first value, another the last.
TEST(Messages, AKeyThatStandsTwiceIsRefused) {
  for (const Message& message : all_kinds()) {
    std::vector<std::string> frames = encode(message);
    frames[0] += "\xa4kind\xa4stop";
    ++frames[0][0];
    expect_contains(error_for(frames), "a message's header has a key twice: 'kind'");
  }
}

TEST(Messages, AReleaseIsWholeOrNone) {
  EXPECT_NO_THROW(decode(views({packed({{"kind", "release"}, {"why", "ready"}})})));
  expect_contains(error_for({packed({{"kind", "release"}})}), "the key 'why' is missing");
  expect_contains(error_for({packed({{"kind", "release"}, {"why", 1}})}), "why: not a text");
  expect_contains(error_for({"\x82\xa4kind\xa7release\xa3why\xa1\xff"}), "is not UTF-8");
}

TEST(Messages, WhatLiesTooDeepIsRefused) {
  expect_contains(error_for({std::string(200000, '\x91')}), "more than 8 deep");
  expect_contains(error_for({std::string(300000, '\x91')}), "300000 bytes");
}

// Truncated, changed and random input yields an Error or a message, never anything else.
TEST(Messages, DamageDoesNoHarm) {
  Rng rng(1);
  const std::vector<Message> kinds = all_kinds();
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::string> frames = encode(kinds[rng.below(static_cast<uint32_t>(kinds.size()))]);
    std::string& frame = frames[rng.below(static_cast<uint32_t>(frames.size()))];
    if (rng.below(3) == 0) frame.resize(rng.below(static_cast<uint32_t>(frame.size()) + 1));
    for (uint32_t k = rng.below(4); k > 0 && !frame.empty(); --k)
      frame[rng.below(static_cast<uint32_t>(frame.size()))] = static_cast<char>(rng.below(256));
    if (rng.below(10) == 0) frames.pop_back();
    try {
      decode(views(frames));
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 5000);
  EXPECT_LT(refused, 20000);
}

// A header larger than any of ours is not read to its end, whatever its kind.
TEST(Messages, AHeaderHasBounds) {
  std::string deep(9, '\x91');
  deep += '\xc0';
  json many_values = json::array(), many_keys;
  for (int i = 0; i < 30'000; ++i) many_values.push_back(i % 100);
  for (int i = 0; i < 65; ++i) many_keys["k" + std::to_string(i)] = i;
  const std::pair<std::string, std::string> large[] = {
      {deep, "more than 8 deep"},
      {packed(many_values), "more than 20000 values"},
      {packed(many_keys), "more than 64 keys"},
      {packed({{std::string(65, 'k'), 1}}), "a key has 65 bytes"},
  };
  for (const Message& message : all_kinds()) {
    std::vector<std::string> frames = encode(message);
    ASSERT_EQ(frames[0][0] & 0xf0, 0x80) << "a map of up to 15 keys";
    const std::string whole = frames[0];
    for (const auto& [value, why] : large) {
      frames[0] = whole + "\xa6larger" + value;
      ++frames[0][0];
      expect_contains(error_for(frames), why);
    }
    frames[0] = whole + "\xa6larger\xda\x01";  // and it ends there
    ++frames[0][0];
    expect_contains(error_for(frames), "not a MessagePack map");
    frames[0].resize((1 << 18) + 1);
    expect_contains(error_for(frames), "a message's header has 262145 bytes");
  }
}

}  // namespace
}  // namespace sinew
