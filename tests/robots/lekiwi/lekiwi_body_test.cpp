// LeKiwi's host in Python, driven by a policy: both versions of the wire, the start message, and colours.
#include "robots/lekiwi/lekiwi_body.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "robots/protocol/handshake.h"
#include "tests/core/expect_error.h"
#include "tests/robots/lekiwi_fixture.h"

namespace sinew {
namespace {

class Lekiwi : public testing::Test {
 protected:
  void SetUp() override {
    if (!PythonPeer::has("zmq")) GTEST_SKIP() << "python3-zmq is not installed";
  }
};

class LekiwiVersion : public Lekiwi, public testing::WithParamInterface<const char*> {};

TEST_P(LekiwiVersion, IsDrivenLikeAnyOtherRobot) {
  LekiwiUnderTest kiwi(GetParam(), true);
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  EXPECT_TRUE(kiwi.commands().empty()) << "nothing is sent before it is armed";
  ASSERT_TRUE(kiwi.arm()) << kiwi.events.text();
  // The arm moves as commanded, and the readings confirm it.
  ASSERT_TRUE(soon([&] {
    const auto all = kiwi.commands();
    return all.size() > 20 && std::abs(*all.back()[0] - *all.front()[0]) > 1e-3;
  }));
  EXPECT_GT(kiwi.client->counters().actions, 10u);
  EXPECT_EQ(kiwi.body().counters().refused, 0u);
  EXPECT_EQ(kiwi.client->counters().unusable, 0u);
  kiwi.client->stop("enough");
  ASSERT_TRUE(kiwi.stopped_by(Alarm::operator_stop));
  kiwi.expect_that_it_holds();
  const size_t before = kiwi.commands().size();
  kiwi.end();
  ASSERT_TRUE(soon([&] { return kiwi.commands().size() > before; }));
  const std::vector<LekiwiCommand> all = kiwi.commands();
  for (size_t i = before; i < all.size(); ++i) EXPECT_EQ(all[i], all[before - 1]) << "last words hold the pose";
  for (size_t i = lekiwi_arm_size; i < lekiwi_size; ++i) EXPECT_EQ(all.back()[i], 0.0);
}

TEST_P(LekiwiVersion, ARedPictureIsRed) {
  LekiwiUnderTest kiwi(GetParam(), true);
  std::string scene;
  std::vector<std::string> images;
  std::vector<float> numbers(9);
  kiwi.end();  // its control thread ended with it
  LekiwiBody alone(kiwi.config, [](const std::string&) {});
  alone.measure();
  alone.observe(numbers, scene);
  alone.take_images(scene, images);
  ASSERT_EQ(images.size(), 2u);
  const SensorSpec& robot = alone.sensors()[2];
  EXPECT_EQ(robot.format, "blue, green, red");
  CameraInput input(kiwi.policy.spec().sensors[2], robot, kiwi.config.processing("front"));
  std::vector<uint8_t> pixels(8 * 16 * 3);
  ASSERT_TRUE(input.accept(images[0], true, pixels)) << input.last_error();
  for (size_t i = 0; i < pixels.size(); i += 3) {
    EXPECT_NEAR(pixels[i], 220, 3);
    EXPECT_NEAR(pixels[i + 1], 30, 3);
    EXPECT_NEAR(pixels[i + 2], 20, 3);
  }
}

INSTANTIATE_TEST_SUITE_P(Wires, LekiwiVersion, testing::Values("single", "multipart"),
                         [](const auto& wire) { return std::string(wire.param); });

TEST_F(Lekiwi, AnOldHostIsCalledByItsName) {
  LekiwiUnderTest kiwi("single");
  EXPECT_TRUE(kiwi.events.has("LeRobot 0.6.0 or older"));
}

TEST_F(Lekiwi, AnOldHostNeedsAWordInTheFile) {
  LekiwiUnderTest kiwi("single");
  kiwi.end();
  std::erase(kiwi.config.accept, lekiwi_old_wire);
  kiwi.config.wire.set("connect_timeout", ConfigNode::scalar("0.5"));
  const std::string text = error_of([&] { LekiwiBody(kiwi.config, [](const std::string&) {}); });
  expect_contains(text, "degrees or in -100…100");
  expect_contains(text, "accept: [old_wire, …]");
}

// Another client receives every other observation of the same host.
TEST_F(Lekiwi, ASecondClientIsNoticedAndStopsIt) {
  LekiwiUnderTest kiwi("multipart", false, 10);
  ASSERT_TRUE(kiwi.arm()) << kiwi.events.text();
  const uint64_t seen = kiwi.body().counters().observations;
  ASSERT_TRUE(soon([&] { return kiwi.body().counters().observations > seen + 60; }, 20));
  LinkContext context;
  LinkSocket second(context, LinkSocket::Kind::pull, {.most_bytes = 1 << 20});
  second.connect(kiwi.observation_address);
  std::vector<std::string> frames;
  EXPECT_TRUE(soon(
      [&] {
        while (second.receive(frames)) {
        }
        return kiwi.client->robot().mode == Mode::stopped;
      },
      60))
      << kiwi.events.text();
  EXPECT_EQ(kiwi.client->robot().alarm, Alarm::fault);
  EXPECT_TRUE(kiwi.events.has("another client takes every other")) << kiwi.events.text();
}

TEST_F(Lekiwi, WhoDoesNotAnswerIsNoRobot) {
  RobotConfig config = lekiwi_test_config("tcp://127.0.0.1:9", "tcp://127.0.0.1:9");
  config.wire.set("connect_timeout", ConfigNode::scalar("0.2"));
  const std::string text = error_of([&] { LekiwiBody(config, {}); });
  expect_contains(text, "says nothing within 0.2 s");
  expect_contains(text, "connection_time_s");
}

TEST_F(Lekiwi, AHostOfAnUnknownVersionIsRefusedWithWhatWasSeen) {
  LekiwiUnderTest kiwi;
  kiwi.end();
  kiwi.host->tell("strange");
  ASSERT_EQ(kiwi.host->await("heard"), "strange");
  kiwi.config.wire.set("connect_timeout", ConfigNode::scalar("3"));
  const std::string text = error_of([&] { LekiwiBody(kiwi.config, [](const std::string&) {}); });
  expect_contains(text, "sends messages that are not understood");
  expect_contains(text, "3 frames, the first with 'qpos', 'stamp', '_cams'");
}

TEST_F(Lekiwi, CamerasThatAreNotThereOrOfAnotherSizeAreRefusedAtTheStart) {
  LekiwiUnderTest kiwi;
  kiwi.end();
  const auto refusal = [&](const char* cameras) {
    kiwi.config.wire.set("cameras", ConfigNode::parse_text(cameras, "cameras.yaml"));
    return error_of([&] { LekiwiBody(kiwi.config, [](const std::string&) {}); });
  };
  expect_contains(refusal("{top: [8, 16]}"), "no camera 'top', it has: front, wrist");
  expect_contains(refusal("{front: [480, 640]}"),
                  "the LeKiwi's camera 'front': a picture is [8, 16, 3], the robot's file says [480, 640, 3]");
}

// Run by hand, for docs/robots/lekiwi.md: latency and completeness, with two cameras of 640 x 480.
TEST_P(LekiwiVersion, DISABLED_AMinute) {
  const std::string picture = testing::TempDir() + "lekiwi_minute.jpg";
  std::vector<uint8_t> pixels(640 * 480 * 3);
  Rng rng(1);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i / 5760 + rng.below(40));
  JpegEncoder encoder(90);
  const auto jpeg = encoder.encode(pixels, {480, 640, 3});
  std::ofstream(picture).write(reinterpret_cast<const char*>(jpeg.data()), static_cast<std::streamsize>(jpeg.size()));
  PythonPeer host("lekiwi_host.py", {"--wire", GetParam(), "--seconds", "62", "--picture", picture, "--quiet"});
  std::istringstream addresses(host.await("addresses"));
  std::string commands, observations;
  addresses >> commands >> observations;
  RobotConfig config = lekiwi_test_config(commands, observations);
  config.accept.emplace_back(lekiwi_old_wire);
  config.wire.set("cameras", ConfigNode::parse_text("{front: [480, 640], wrist: [480, 640]}", "cameras.yaml"));
  config.cameras[0].second.process.push_back(ConfigNode::parse_text("{resize: [8, 16]}", "process.yaml"));
  const Policy policy = lekiwi_policy(true);
  AdaptedRobot robot(config, builtin_adapters(), {});
  PolicyClient client(policy, robot.config(), {.link = {.policy_name = "minute"}, .context = robot.context()});
  ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
  client.arm();
  std::this_thread::sleep_for(std::chrono::seconds(60));
  EXPECT_EQ(client.robot().mode, Mode::armed);
  std::string summary;
  ASSERT_TRUE(soon([&] { return !(summary = host.await("summary")).empty(); }));
  const auto& body = dynamic_cast<const LekiwiBody&>(robot.body());
  fmt::print(
      "{}: picture {} bytes; host: {}\nunderstood {}, refused {}, pictures missing {}; commands {}; unusable {}; "
      "receipt to "
      "action at the gate {}; pictures {}\n",
      GetParam(), jpeg.size(), summary, body.counters().observations.load(), body.counters().refused.load(),
      body.counters().pictures_missing.load(), body.counters().commands.load(), client.counters().unusable.load(),
      client.latencies().action_age.text(), client.latencies().images.text());
}

RobotConfig file() { return lekiwi_test_config("tcp://127.0.0.1:9", "tcp://127.0.0.1:9"); }

TEST(LekiwiConfig, ThePolicysOrderOfJointsIsTheFiles) {
  RobotConfig config = file();
  check_policy(PolicyRunner(lekiwi_policy(false)), config);
  std::swap(config.actuators[1], config.actuators[2]);
  expect_contains(error_of([&] { check_policy(PolicyRunner(lekiwi_policy(false)), config); }),
                  "actuator 2 is 'arm_shoulder_lift.pos' in the policy, 'arm_elbow_flex.pos' in the robot's file");
}

// As with one of our policies and the file for policies that use the wire's names.
TEST(LekiwiConfig, ANameThatTheFileDoesNotHaveIsNoMatterOfOrder) {
  RobotConfig config = file();
  config.actuators[0].limits.name = "shoulder_pan";
  const std::string text = error_of([&] { check_policy(PolicyRunner(lekiwi_policy(false)), config); });
  expect_contains(
      text,
      "the policy moves 'arm_shoulder_pan.pos', and the robot's file has no such actuator, but shoulder_pan, arm_");
  expect_contains(text, "give the wire's name with `wire: {keys: {arm_shoulder_pan.pos: …}}`");
}

TEST(LekiwiConfig, ActuatorsAreThoseOfTheWire) {
  RobotConfig config = file();
  config.actuators[0].limits.name = "arm_shoulder_pam.pos";
  expect_contains(error_of([&] { read_lekiwi_config(config); }), "did you mean 'arm_shoulder_pan.pos'?");
  config.wire.set("keys", ConfigNode::parse_text("{arm_shoulder_pam.pos: arm_shoulder_pan.pos}", "keys.yaml"));
  EXPECT_EQ(lekiwi_keys_of(config, read_lekiwi_config(config)).front(), 0u);
  config.wire.set("keys", ConfigNode::parse_text("{arm_shoulder_pam.pos: arm_elbow_flex.pos}", "keys.yaml"));
  expect_contains(error_of([&] { read_lekiwi_config(config); }), "belongs to two actuators");
  config = file();
  config.actuators[8].limits.unit = "deg/s";
  expect_contains(error_of([&] { read_lekiwi_config(config); }), "theta.vel takes a velocity in rad/s");
}

TEST(LekiwiConfig, ABaseAloneIsNotDriven) {
  RobotConfig config = file();
  config.actuators.erase(config.actuators.begin(), config.actuators.begin() + lekiwi_arm_size);
  expect_contains(error_of([&] { LekiwiBody(config, {}); }), "none is a joint of the arm");
}

TEST(LekiwiConfig, APictureHasASizeThatACameraHas) {
  RobotConfig config = file();
  for (const char* cameras : {"{front: [480]}", "{front: [0, 640]}", "{front: [480, 64000]}", "{front: []}"}) {
    config.wire.set("cameras", ConfigNode::parse_text(cameras, "cameras.yaml"));
    expect_contains(error_of([&] { read_lekiwi_config(config); }),
                    "camera 'front': its size is [height, width], each from 1 to 4096");
  }
}

TEST(LekiwiConfig, SensorsAreMadeOfWhatIsMeasured) {
  RobotConfig config = file();
  config.wire.set("sensors", ConfigNode::parse_text(
                                 "[{name: state, numbers: [arm_gripper.pos, arm_gripper.vel, 0.3, x.vel.last], units: "
                                 "[rad, rad/s, m, one], labels: [grip, speed, goal, last]}]",
                                 "sensors.yaml"));
  const auto [sensors, sources] = lekiwi_sensors(read_lekiwi_config(config));
  ASSERT_EQ(sensors.size(), 1u);
  EXPECT_EQ(sensors[0].labels, (std::vector<std::string>{"grip", "speed", "goal", "last"}));
  ASSERT_EQ(sources.size(), 4u);
  EXPECT_EQ(sources[0].place, 5u);
  EXPECT_EQ(sources[1].place, lekiwi_size + 5);
  EXPECT_EQ(sources[2].value, 0.3);
  EXPECT_EQ(sources[3].place, LekiwiSource::told + 6);
  config.wire.set("sensors", ConfigNode::parse_text("[{name: state, numbers: [x.pos]}]", "sensors.yaml"));
  expect_contains(error_of([&] { read_lekiwi_config(config); }), "sensor 'state': 'x.pos' is neither a number nor");
}

}  // namespace
}  // namespace sinew
