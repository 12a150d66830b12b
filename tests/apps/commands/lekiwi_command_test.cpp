// A LeKiwi end to end, as a user runs it: a simulated one, driven by a LeRobot client, and by a policy trained for it.
// One file serves both sides.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/robot/robot_draft.h"
#include "envs/task/make_env.h"
#include "robots/protocol/base64.h"
#include "tests/apps/robot_programs.h"
#include "tests/core/expect_error.h"
#include "tests/robots/python_peer.h"
#include "vision/jpeg.h"

namespace sinew {
namespace {

const std::string recipe = SINEW_SOURCE_DIR "/configs/recipes/lekiwi_reach_ppo.yaml";

// As drafted, with free ports and time limits that a busy machine can meet.
RobotConfig patient_kiwi(const std::string& commands, const std::string& observations) {
  const std::unique_ptr<Env> env = make_task("lekiwi_reach")();
  RobotConfig config = draft_robot(dynamic_cast<const TaskEnv&>(*env), "kiwi", builtin_adapters().find("lekiwi"));
  config.wire.set("commands", ConfigNode::scalar(commands));
  config.wire.set("observations", ConfigNode::scalar(observations));
  config.wire.set("connect_timeout", ConfigNode::scalar("60"));
  config.stop_address = free_address();
  config.max_age = config.watchdog = config.watches.age = 9;
  config.blend = 0.1;
  return config;
}

class LekiwiCommand : public testing::Test {
 protected:
  void write(const std::string& name, const RobotConfig& config) const {
    folder_.write(name, to_yaml(config, "lekiwi_reach"));
  }
  std::string file(const std::string& name) const { return folder_.file(name); }
  // A policy trained for a few steps: it need not reach anything.
  std::string policy() const {
    std::vector<std::string> words = {"train", recipe, "--run", file("run")};
    for (const char* change : {"total_timesteps=32", "n_envs=2", "algorithm.n_steps=16", "algorithm.batch_size=16",
                               "algorithm.n_epochs=1", "eval.n_eval_episodes=1"})
      words.insert(words.end(), {"--set", change});
    const ChildProcess::Result trained = run_sinew(words);
    EXPECT_EQ(trained.exit_code, 0) << trained.errors;
    return file("run/policy.safetensors");
  }
  // Starts the robot and waits until it listens.
  std::unique_ptr<ChildProcess> robot(const std::vector<std::string>& more, const std::string& address) const {
    std::vector<std::string> words = {SINEW_PROGRAM, "robot", "lekiwi_reach", "--adapter", "lekiwi"};
    words.insert(words.end(), more.begin(), more.end());
    auto program = std::make_unique<ChildProcess>(words);
    EXPECT_TRUE(comes_true([&] { return is_listened_to(address); }));
    return program;
  }
  static ChildProcess::Result end(ChildProcess& robot) {
    robot.send_signal(SIGINT);
    return robot.wait();
  }

  const TemporaryFolder folder_;
  const std::string commands_ = free_address(), observations_ = free_address();
};

TEST_F(LekiwiCommand, APolicyOfItsTaskDrivesIt) {
  write("kiwi.yaml", patient_kiwi(commands_, observations_));
  const std::string trained = policy();
  const auto program = robot({"--config", file("kiwi.yaml")}, observations_);
  const ChildProcess::Result streamed = run_sinew(
      {"stream", trained, "--robot", file("kiwi.yaml"), "--arm", "--seconds", "3", "--record", file("kiwi.mcap")});
  EXPECT_EQ(streamed.exit_code, 0) << streamed.output << streamed.errors;
  expect_contains(streamed.output, "connected to the robot 'kiwi'");
  const ChildProcess::Result ended = end(*program);
  EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  expect_contains(ended.errors, "armed");

  const Recording recording = read_recording(file("kiwi.mcap"));
  const auto is_armed = [](const RecordedObservation& one) { return one.message.mode == Mode::armed; };
  EXPECT_GT(std::ranges::count_if(recording.observations, is_armed), 10);
  double moved = 0;
  for (const RecordedObservation& one : recording.observations)
    for (size_t i = 0; i < 6; ++i)
      moved = std::max(moved, std::abs(one.message.joints[i] - recording.observations.front().message.joints[i]));
  EXPECT_GT(moved, 0.1) << "rad: its targets are about a pose other than that in which it waits";
  ASSERT_FALSE(recording.observations.empty());
  EXPECT_EQ(recording.observations.back().message.mode, Mode::stopped);
  const ChildProcess::Result log = run_sinew({"log", file("kiwi.mcap"), "--replay"});
  EXPECT_EQ(log.exit_code, 0) << log.output << log.errors;
  expect_contains(log.output, "come out with the same bits");
}

TEST_F(LekiwiCommand, AClientOfLeRobotsDrivesItAndSees) {
  if (!PythonPeer::has("zmq")) GTEST_SKIP() << "python3-zmq is not installed";
  write("kiwi.yaml", patient_kiwi(commands_, observations_));
  const auto program = robot({"--config", file("kiwi.yaml"), "--wire", "old"}, observations_);
  const PythonPeer client("lekiwi_client.py",
                          {commands_, observations_, "--seconds", "3", "--least", "30", "--pan", "20"});
  const auto summary = nlohmann::json::parse(client.await("summary"));
  EXPECT_EQ(summary["wire"], "single");
  EXPECT_EQ(summary["missing"], 0);
  EXPECT_GE(summary["observations"].get<int>(), 30);
  EXPECT_NEAR(nlohmann::json::parse(client.await("state"))["arm_shoulder_pan.pos"].get<double>(), 20, 5);
  std::vector<std::string> seen;
  for (const std::string& picture : client.lines("picture")) {
    const size_t space = picture.find(' ');
    const std::string jpeg = from_base64(picture.substr(space + 1));
    const ImageShape shape = JpegDecoder().read_header({reinterpret_cast<const uint8_t*>(jpeg.data()), jpeg.size()});
    seen.push_back(picture.substr(0, space) + " " + shape.text());
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"front [480, 640, 3]", "wrist [640, 480, 3]"}));
  EXPECT_EQ(end(*program).exit_code, 0);
}

// At LeRobot's ports. The emergency stop works as on any robot: at the address in its file, or at another given
// address, or not at all if it cannot listen.
TEST_F(LekiwiCommand, HasAnEmergencyStop) {
  write("kiwi.yaml", patient_kiwi(commands_, observations_));
  const std::string other = free_address();
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--stop-address", other}}) {
    std::vector<std::string> words = {"--config", file("kiwi.yaml")};
    words.insert(words.end(), more.begin(), more.end());
    const auto program = robot(words, observations_);
    RobotConfig config = load_robot_config(file("kiwi.yaml"));
    if (!more.empty()) config.stop_address = other;
    write("pressed.yaml", config);
    for (int i = 0; i < 2; ++i) {
      const ChildProcess::Result stop = run_sinew({"stop", file("pressed.yaml"), "--timeout", "20"});
      EXPECT_EQ(stop.exit_code, 0) << stop.errors;
      const ChildProcess::Result release = run_sinew({"stop", file("pressed.yaml"), "--release", "--timeout", "20"});
      EXPECT_EQ(release.exit_code, 0) << release.errors;
    }
    const ChildProcess::Result ended = end(*program);
    expect_contains(ended.errors, "emergency stop: sinew stop\n");
    expect_contains(ended.errors, "the emergency stop is released: sinew stop --release\n");
  }
}

TEST_F(LekiwiCommand, NeedsNoFile) {
  const std::string commands = "tcp://127.0.0.1:5555", observations = "tcp://127.0.0.1:5556";
  if (is_listened_to(commands) || is_listened_to(observations)) GTEST_SKIP() << "the port is somebody else's";
  const ChildProcess::Result result = end(*robot({"--stop-address", free_address()}, observations));
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "LeKiwi's wire (new): commands " + commands + ", observations " + observations);
}

TEST_F(LekiwiCommand, WhatDoesNotFitIsSaidBeforeAnythingMoves) {
  const auto refusal = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "robot");
    words.insert(words.end(), {"--seconds", "0.01"});
    const ChildProcess::Result result = run_sinew(words);
    EXPECT_EQ(result.exit_code, 2) << result.output;
    return result.errors;
  };
  expect_contains(refusal({"half_cheetah", "--adapter", "lekiwi"}), "LeKiwi has no actuator 'bthigh'");
  expect_contains(refusal({"lekiwi_reach", "--adapter", "lekwi"}), "did you mean 'lekiwi'?");
  expect_contains(
      refusal({"lekiwi_reach", "--adapter", "lekiwi", "--address", free_address(), "--config", file("none.yaml")}),
      "stand under `wire`");
  EXPECT_FALSE(std::filesystem::exists(file("none.yaml")));
  expect_contains(refusal({"lekiwi_reach", "--adapter", "lekiwi", "--wire", "newer"}), "no version 'newer'");
  folder_.write("robot.yaml", drafted_robot());
  expect_contains(refusal({"inverted_pendulum", "--adapter", "lekiwi", "--config", file("robot.yaml")}),
                  "says `adapter: sinew`");
  const RobotConfig good = patient_kiwi(commands_, observations_);
  const auto of_file = [&](auto change) {
    RobotConfig config = good;
    change(config);
    write("kiwi.yaml", config);
    return refusal({"lekiwi_reach", "--config", file("kiwi.yaml")});
  };
  expect_contains(of_file([](RobotConfig& c) { c.wire.set("cameras", ConfigNode::parse_text("{top: [8, 8]}", "")); }),
                  "the cameras of the robot 'kiwi': ");
  expect_contains(of_file([](RobotConfig& c) { c.control_rate = 75; }), "its time would pass at another speed");
  expect_contains(of_file([](RobotConfig& c) { std::swap(c.actuators[1], c.actuators[2]); }), "actuator 2 is");
}

TEST_F(LekiwiCommand, APolicyOfOtherJointsOrPicturesIsRefused) {
  RobotConfig config = patient_kiwi(commands_, observations_);
  write("kiwi.yaml", config);
  const std::string trained = policy();
  const auto program = robot({"--config", file("kiwi.yaml")}, observations_);
  const auto refusal = [&](const RobotConfig& changed) {
    write("policys.yaml", changed);
    const ChildProcess::Result result =
        run_sinew({"stream", trained, "--robot", file("policys.yaml"), "--arm", "--seconds", "1", "--no-record"});
    EXPECT_EQ(result.exit_code, 2) << result.output;
    return result.errors;
  };
  std::swap(config.actuators[1], config.actuators[2]);
  expect_contains(refusal(config), "actuator 2 is 'shoulder_lift' in the policy, 'elbow_flex' in the robot's file");
  std::swap(config.actuators[1], config.actuators[2]);
  config.wire.set("cameras", ConfigNode::parse_text("{front: [66, 88]}", "cameras.yaml"));
  expect_contains(refusal(config),
                  "the LeKiwi's camera 'front': a picture is [480, 640, 3], the robot's file says [66, 88, 3]");
  const ChildProcess::Result ended = end(*program);
  EXPECT_EQ(ended.errors.find("armed"), std::string::npos) << ended.errors;
}

}  // namespace
}  // namespace sinew
