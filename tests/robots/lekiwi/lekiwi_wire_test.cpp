// LeKiwi's wire, with handwritten JSON and bytes.
#include "robots/lekiwi/lekiwi_wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <limits>

#include "core/random.h"
#include "core/text.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

// Processor time of this thread, independent of other load.
double thread_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double one_degree = 0.017453292519943295;

// All nine keys, in the wire's units; `more` is inserted before the end.
std::string state_json(const std::string& more = "") {
  return R"({"arm_shoulder_pan.pos": 90.0, "arm_shoulder_lift.pos": -45.0, "arm_elbow_flex.pos": 10, "arm_wrist_flex.pos": 0.0,)"
         R"( "arm_wrist_roll.pos": 180.0, "arm_gripper.pos": 50.0, "x.vel": 0.1, "y.vel": -0.2, "theta.vel": 30.0)" +
         more + "}";
}

std::string without(std::string text, const std::string& part) {
  const size_t at = text.find(part);
  EXPECT_NE(at, text.npos);
  return text.erase(at, part.size());
}

LekiwiObservation decode(const std::vector<std::string>& frames) { return decode_lekiwi_observation(frames); }

void expect_state(const LekiwiNumbers& numbers) {
  const LekiwiNumbers expected = {
      90 * one_degree, -45 * one_degree, 10 * one_degree, 0, 180 * one_degree, -0.174533 + 0.0191987 * 50, 0.1, -0.2,
      30 * one_degree};
  for (size_t i = 0; i < lekiwi_size; ++i) EXPECT_NEAR(numbers[i], expected[i], 1e-12) << lekiwi_keys[i];
}

TEST(LekiwiWire, UnitsThereAndBack) {
  EXPECT_NEAR(lekiwi_from_wire(0, 180), 3.141592653589793, 1e-15);
  EXPECT_NEAR(lekiwi_to_wire(0, 1), 57.29577951308232, 1e-12);
  EXPECT_NEAR(lekiwi_from_wire(8, 90), 1.5707963267948966, 1e-15);
  EXPECT_EQ(lekiwi_to_wire(6, 0.25), 0.25);
  EXPECT_NEAR(lekiwi_from_wire(5, 0), -0.174533, 1e-12);
  EXPECT_NEAR(lekiwi_from_wire(5, 100), 1.745337, 1e-12);
  EXPECT_NEAR(lekiwi_to_wire(5, -0.174533 + 0.0191987 * 25), 25, 1e-9);
  EXPECT_EQ(lekiwi_to_wire(5, -1), 0);
  EXPECT_EQ(lekiwi_to_wire(5, 3), 100);
}

TEST(LekiwiWire, ACommandAsTheRobotReadsIt) {
  const LekiwiCommand command = {3.141592653589793, std::nullopt, std::nullopt, std::nullopt,      std::nullopt,
                                 -0.174533,         0.25,         std::nullopt, -3.141592653589793};
  EXPECT_EQ(encode_lekiwi_command(command),
            R"({"arm_shoulder_pan.pos":180.0,"arm_gripper.pos":0.0,"x.vel":0.25,"y.vel":0.0,"theta.vel":-180.0})");
  EXPECT_EQ(encode_lekiwi_command({}), R"({"x.vel":0.0,"y.vel":0.0,"theta.vel":0.0})");
}

TEST(LekiwiWire, NothingThatIsNotFiniteIsSent) {
  for (const double bad : {nan, std::numeric_limits<double>::infinity()})
    for (size_t i = 0; i < lekiwi_size; ++i) {
      LekiwiCommand command;
      command[i] = bad;
      expect_contains(error_of([&] { encode_lekiwi_command(command); }), lekiwi_keys[i]);
    }
}

TEST(LekiwiWire, ACommandFromLeRobotsClient) {
  const LekiwiCommand command = decode_lekiwi_command(state_json(R"(, "something": [1, 2])"));
  LekiwiNumbers numbers{};
  for (size_t i = 0; i < lekiwi_size; ++i) numbers[i] = command[i].value();
  expect_state(numbers);
  const LekiwiCommand base = decode_lekiwi_command(R"({"x.vel": 1, "y.vel": 0, "theta.vel": 0})");
  EXPECT_FALSE(base[0].has_value());
  EXPECT_EQ(base[6], 1.0);
}

TEST(LekiwiWire, CommandsThatAreRefused) {
  expect_contains(error_of([] { decode_lekiwi_command(R"({"x.vel": NaN, "y.vel": 0, "theta.vel": 0})"); }),
                  "not finite");
  expect_contains(error_of([] { decode_lekiwi_command(R"({"x.vel": 1e999, "y.vel": 0, "theta.vel": 0})"); }),
                  "no JSON");
  expect_contains(error_of([] { decode_lekiwi_command(R"({"x.vel": null, "y.vel": 0, "theta.vel": 0})"); }),
                  "'x.vel' is null");
  expect_contains(error_of([] { decode_lekiwi_command(R"({"x.vel": 0, "y.vel": 0})"); }), "'theta.vel' is missing");
  expect_contains(error_of([] { decode_lekiwi_command(R"({"x.vel": 0, "y.v)"); }), "no JSON");
  expect_contains(error_of([] { decode_lekiwi_command("[1]"); }), "not a map");
  expect_contains(error_of([] { decode_lekiwi_command(""); }), "no JSON");
  expect_contains(error_of([] { decode_lekiwi_command(std::string(60000, '[')); }), "not a map");
}

TEST(LekiwiWire, AnObservationOfTheMultipartWire) {
  const LekiwiObservation seen = decode({state_json(R"(, "_cams": ["front", "wrist"])"), "\xff\xd8 front", ""});
  EXPECT_EQ(seen.wire, LekiwiWire::multipart);
  expect_state(seen.numbers);
  ASSERT_EQ(seen.cameras.size(), 2u);
  EXPECT_EQ(seen.cameras[0], std::pair(std::string("front"), std::string("\xff\xd8 front")));
  EXPECT_EQ(seen.cameras[1].second, "");
}

TEST(LekiwiWire, AnObservationOfTheSingleFrame) {
  const LekiwiObservation seen = decode({state_json(R"(, "front": "/9j/", "wrist": "")")});
  EXPECT_EQ(seen.wire, LekiwiWire::single);
  expect_state(seen.numbers);
  ASSERT_EQ(seen.cameras.size(), 2u);
  EXPECT_EQ(seen.cameras[0], std::pair(std::string("front"), std::string("\xff\xd8\xff")));
  EXPECT_EQ(seen.cameras[1], std::pair(std::string("wrist"), std::string()));
}

TEST(LekiwiWire, AnObservationAsItIsWritten) {
  LekiwiObservation observation{.numbers = {}, .cameras = {{"front", "\xff\xd8\xff"}}};
  observation.numbers[5] = -0.174533;
  const std::string zeros = R"({"arm_shoulder_pan.pos":0.0,"arm_shoulder_lift.pos":0.0,"arm_elbow_flex.pos":0.0,)"
                            R"("arm_wrist_flex.pos":0.0,"arm_wrist_roll.pos":0.0,"arm_gripper.pos":0.0,"x.vel":0.0,)"
                            R"("y.vel":0.0,"theta.vel":0.0,)";
  EXPECT_EQ(encode_lekiwi_observation(observation),
            (std::vector<std::string>{zeros + R"("_cams":["front"]})", "\xff\xd8\xff"}));
  observation.wire = LekiwiWire::single;
  EXPECT_EQ(encode_lekiwi_observation(observation), std::vector<std::string>{zeros + R"("front":"/9j/"})"});
}

TEST(LekiwiWire, ObservationsThatAreRefusedAndWhatWasSeen) {
  expect_contains(error_of([] { decode({}); }), "empty");
  expect_contains(error_of([] { decode({without(state_json(), R"("x.vel": 0.1, )")}); }), "'x.vel' is missing");
  std::string text = error_of([] { decode({R"({"qpos": [1, 2], "stamp": 3})", "picture"}); });
  expect_contains(text, "neither known version");
  expect_contains(text, "2 frames, the first with 'qpos', 'stamp'");
  expect_contains(error_of([] { decode({state_json(), "picture"}); }), "no '_cams'");
  expect_contains(error_of([] { decode({state_json(R"(, "_cams": ["front", "wrist"])"), "one"}); }),
                  "2 cameras are announced");
  expect_contains(error_of([] { decode({state_json(R"(, "_cams": [3])"), "one"}); }), "not a list of names");
  expect_contains(error_of([] { decode({state_json(R"(, "front": "%%%%")")}); }), "'front'");
  expect_contains(error_of([] { decode({state_json().substr(0, 60)}); }), "no JSON");
  std::string with_nan = state_json();
  with_nan.replace(with_nan.find("90.0"), 4, "NaN");
  expect_contains(error_of([&] { decode({with_nan}); }), "not finite");
}

// Messages of any size and shape: the work is proportional to their bytes, and the stored data is bounded. Measured in
// processor time of this thread; ten times as much JSON may take thirty times as long, while quadratic time would take
// a hundred times.
TEST(LekiwiWire, WorkIsInProportionToTheBytes) {
  struct Shape {
    const char* name;
    std::function<std::string(size_t)> make;
  };
  const auto times = [](const std::string& text, size_t n) {
    std::string all;
    for (size_t i = 0; i < n; ++i) all += text;
    return all;
  };
  const std::vector<Shape> shapes = {
      {"keys",
       [](size_t n) {
         std::string text;
         for (size_t i = 0; i < n; ++i) text += fmt::format(", \"key {}\": {}", i, i);
         return text;
       }},
      {"the same key", [&](size_t n) { return times(R"(, "x": 1)", n); }},
      {"our own keys", [&](size_t n) { return times(R"(, "x.vel": 1)", n); }},
      {"a list of numbers", [&](size_t n) { return R"(, "x": [0)" + times(", 1", n) + "]"; }},
      {"a list of texts", [&](size_t n) { return R"(, "_cams": ["a")" + times(", \"a\"", n) + "]"; }},
      {"maps in a list", [&](size_t n) { return R"(, "x": [{})" + times(R"(, {"y": 1})", n) + "]"; }},
      {"deep lists", [&](size_t n) { return R"(, "x": )" + times("[", n) + times("]", n); }},
      {"deep maps", [&](size_t n) { return R"(, "x": )" + times(R"({"y": )", n) + "0" + times("}", n); }},
      {"a text", [&](size_t n) { return R"(, "x": ")" + times("%", n) + "\""; }},
      {"escapes", [&](size_t n) { return R"(, "x": ")" + times("\\u00e4", n) + "\""; }},
      {"base64", [&](size_t n) { return R"(, "x": ")" + times("AAAA", n) + "\""; }},
      {"spaces", [&](size_t n) { return times(" ", n); }},
      {"a long number", [&](size_t n) { return R"(, "x": 1)" + times("1", n); }},
  };
  for (const Shape& shape : shapes)
    for (const bool has_frames : {false, true}) {
      const auto seconds = [&](size_t n) {
        std::vector<std::string> frames = {state_json(shape.make(n))};
        if (has_frames) frames.emplace_back("\xff\xd8");
        double best = 1e9;
        for (int i = 0; i < 3; ++i) {
          const double before = thread_seconds();
          try {
            decode(frames);
          } catch (const Error& error) {
            EXPECT_LT(std::string_view(error.what()).size(), 800u) << shape.name;
            EXPECT_TRUE(is_utf8(error.what())) << shape.name;
          }
          try {
            decode_lekiwi_command(frames.front());
          } catch (const Error&) {
          }
          best = std::min(best, thread_seconds() - before);
        }
        return best;
      };
      constexpr double least = 0.001;  // s: below that, clock and cache effects dominate
      EXPECT_LT(seconds(200000), 30 * std::max(least, seconds(20000))) << shape.name;
    }
}

TEST(LekiwiWire, MoreThanAMessageCanHaveIsRefusedByName) {
  const auto keys = [](size_t n) {
    std::string text;
    for (size_t i = 0; i < n; ++i) text += fmt::format(", \"k{}\": 0", i);
    return text;
  };
  EXPECT_NO_THROW(decode_lekiwi_command(state_json(keys(400))));
  expect_contains(error_of([&] { decode_lekiwi_command(state_json(keys(600))); }), "more than 1000 keys and values");
  expect_contains(error_of([&] { decode_lekiwi_command(state_json(keys(100000))); }), "bytes; 65536 are allowed");
  expect_contains(error_of([&] { decode({state_json(keys(600))}); }), "more than 1000 keys and values");
  expect_contains(error_of([&] { decode({state_json(std::string(70000, ' ')), ""}); }), "bytes; 65536 are allowed");
  expect_contains(error_of([&] { decode({state_json(R"(, "x": )" + std::string(16, '['))}); }), "more than 16 deep");
}

// Randomly changed, cut and duplicated bytes are decoded or refused.
TEST(LekiwiWire, DamagedMessagesAreErrorsAtWorst) {
  Rng rng(1);
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::vector<std::string> frames = {state_json(i % 2 ? R"(, "_cams": ["front"])" : R"(, "front": "/9j/")")};
    if (i % 2) frames.emplace_back("\xff\xd8");
    std::string& text = frames.front();
    for (uint64_t k = 0; k <= rng.below(4); ++k) {
      const size_t at = rng.below(text.size());
      switch (rng.below(3)) {
        case 0: text[at] = static_cast<char>(rng.below(256)); break;
        case 1: text.erase(at, rng.below(20)); break;
        default: text.insert(at, text.substr(rng.below(text.size()), rng.below(20)));
      }
    }
    try {
      for (const double number : decode(frames).numbers) EXPECT_TRUE(std::isfinite(number));
    } catch (const Error&) {
      ++refused;
    }
    try {
      for (const auto& number : decode_lekiwi_command(text)) EXPECT_TRUE(std::isfinite(number.value_or(0)));
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 2000);
}

}  // namespace
}  // namespace sinew
