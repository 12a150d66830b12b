// The recording that `sinew robot --record` makes of the driving side.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "nets/formats/demonstrations.h"
#include "tests/apps/robot_programs.h"
#include "tests/core/expect_error.h"
#include "tests/robots/python_peer.h"

namespace sinew {
namespace {

const std::string policy = SINEW_SOURCE_DIR "/zoo/inverted_pendulum.safetensors";

class RobotRecord : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder_.file(name); }
  ChildProcess::Result stream(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"stream", policy, "--robot", file("robot.yaml"), "--connect-timeout",
                                      "30",     "--arm"};
    words.insert(words.end(), more.begin(), more.end());
    return run_sinew(words);
  }
  const TemporaryFolder folder_;
};

// One session, recorded by both sides.
TEST_F(RobotRecord, SaysWhatThePolicysSideSays) {
  RobotProgram robot(folder_, {"--record", file("robot.mcap")});
  const ChildProcess::Result session = stream({"--seconds", "1.5", "--record", file("policy.mcap")});
  EXPECT_EQ(session.exit_code, 0) << session.errors;
  const ChildProcess::Result ended = robot.end();
  EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  expect_contains(ended.output, "\nrecording: " + file("robot.mcap") + "\n");

  const Recording ours = read_recording(file("robot.mcap")), theirs = read_recording(file("policy.mcap"));
  EXPECT_EQ(ours.damage, "");
  EXPECT_EQ(ours.session.side, "robot");
  EXPECT_EQ(ours.session.policy, "zoo/inverted_pendulum.safetensors");
  EXPECT_EQ(ours.session.policy_hash, theirs.session.policy_hash);
  EXPECT_EQ(ours.session.interface.sensors, theirs.session.interface.sensors);
  ASSERT_EQ(ours.session.mapping.size(), 1u);
  EXPECT_EQ(ours.session.mapping[0].scale, theirs.session.mapping[0].scale);
  std::map<uint64_t, ObservationMessage> seen;
  for (const RecordedObservation& one : theirs.observations) seen[one.message.sequence] = one.message;
  size_t same = 0;
  for (const RecordedObservation& one : ours.observations) {
    const auto found = seen.find(one.message.sequence);
    if (found == seen.end()) continue;  // before the handshake, or lost in transit
    ++same;
    EXPECT_EQ(one.message.numbers, found->second.numbers);
    EXPECT_EQ(one.message.joints, found->second.joints);
    EXPECT_EQ(one.message.stamp, found->second.stamp);
    EXPECT_EQ(one.message.session, found->second.session);
    EXPECT_EQ(one.message.mode, found->second.mode);
    EXPECT_EQ(one.message.arrived, found->second.arrived);
  }
  EXPECT_GT(same, 5u);
  std::map<uint64_t, std::vector<double>> said;
  for (const RecordedAction& one : theirs.actions)
    if (one.session > 0) said[one.sequence] = one.values;
  std::set<uint64_t> limited;
  size_t equal = 0;
  for (const RecordedAction& one : ours.actions) {
    if (one.sequence == 0) continue;  // before the first one
    EXPECT_EQ(one.wanted, said.at(one.sequence));
    if (one.limited > 0) limited.insert(one.sequence);
    if (limited.contains(one.sequence)) continue;
    EXPECT_EQ(one.values, said.at(one.sequence));
    ++equal;
  }
  EXPECT_GT(equal, 3u);
  const std::vector<std::string> events = events_of(file("robot.mcap"));
  for (const char* event : {"armed", "stop: the session ends", "stopped (stopped by the operator)"})
    EXPECT_NE(std::ranges::find(events, event), events.end()) << event;
}

TEST_F(RobotRecord, ALogOfItSaysWhatThereIs) {
  {
    RobotProgram robot(folder_, {"--record", file("robot.mcap")});
    EXPECT_EQ(stream({"--seconds", "1", "--no-record"}).exit_code, 0);
    EXPECT_EQ(robot.end().exit_code, 0);
  }
  const ChildProcess::Result log =
      run_sinew({"log", file("robot.mcap"), "--plot", file("r.png"), "--json", file("r.json")});
  EXPECT_EQ(log.exit_code, 0) << log.errors;
  expect_contains(
      log.output,
      " by the robot's side: the robot 'inverted_pendulum', the policy 'zoo/inverted_pendulum.safetensors' (");
  expect_contains(log.output, " of them of an armed robot");
  expect_contains(log.output, "observation to action at the robot ");
  EXPECT_EQ(read_file(file("r.png")).substr(1, 3), "PNG");
  const auto json = nlohmann::json::parse(read_file(file("r.json")));
  EXPECT_EQ(json["side"], "robot");
  EXPECT_GT(json["actions"], 3);
  EXPECT_GE(json["observations"], json["actions"]);
  EXPECT_EQ(run_sinew({"log", file("robot.mcap"), "--plot", file("j.png"), "--show", "joints"}).exit_code, 0);
  for (const std::vector<std::string>& what :
       {std::vector<std::string>{"--replay"}, {"--replay", "--policy", policy}, {"--profile", file("link.yaml")}}) {
    std::vector<std::string> words = {"log", file("robot.mcap")};
    words.insert(words.end(), what.begin(), what.end());
    const ChildProcess::Result refused = run_sinew(words);
    EXPECT_EQ(refused.exit_code, 2);
    expect_contains(refused.errors,
                    "robot.mcap: it was recorded on the robot's side, which knows neither what a policy said");
  }
  EXPECT_FALSE(std::filesystem::exists(file("link.yaml")));
}

TEST_F(RobotRecord, NothingIsOverwrittenNorStarted) {
  folder_.write("there.mcap", "somebody's");
  const auto refused = [&](const std::string& path) {
    return run_sinew({"robot", "inverted_pendulum", "--config", file("new.yaml"), "--record", path});
  };
  const ChildProcess::Result there = refused(file("there.mcap"));
  EXPECT_EQ(there.exit_code, 2);
  expect_contains(there.errors, "there.mcap' is there already, and nothing is overwritten");
  EXPECT_EQ(read_file(file("there.mcap")), "somebody's");
  expect_contains(refused(file("nowhere/r.mcap")).errors, "cannot write '" + file("nowhere/r.mcap") + "'");
  EXPECT_FALSE(std::filesystem::exists(file("new.yaml")));
  // If it cannot listen, nothing is recorded and the file name stays free.
  const RobotProgram robot(folder_);
  const ChildProcess::Result taken =
      run_sinew({"robot", "inverted_pendulum", "--config", robot.path(), "--record", file("r.mcap")});
  EXPECT_NE(taken.exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(file("r.mcap")));
}

// In place of a LeKiwi: a LeRobot client drives it, and its images are recorded.
TEST_F(RobotRecord, AClientOfLeRobotsTeaches) {
  if (!PythonPeer::has("zmq")) GTEST_SKIP() << "python3-zmq is not installed";
  const std::string commands = free_address(), observations = free_address();
  std::string kiwi = read_file(SINEW_SOURCE_DIR "/configs/robots/lekiwi.yaml");
  kiwi = replaced(replaced(kiwi, "tcp://127.0.0.1:5555", commands), "tcp://127.0.0.1:5556", observations);
  folder_.write("kiwi.yaml", replaced(kiwi, "control_rate: 100", "control_rate: 200"));  // the simulation's
  ChildProcess robot({SINEW_PROGRAM, "robot", "lekiwi_reach", "--config", file("kiwi.yaml"), "--adapter", "lekiwi",
                      "--stop-address", free_address(), "--record", file("r.mcap")});
  ASSERT_TRUE(comes_true([&] { return is_listened_to(commands); }));
  PythonPeer client("lekiwi_client.py", {commands, observations, "--seconds", "4", "--pan", "10", "--x", "0.05"});
  const std::string summary = client.await("summary");
  ASSERT_NE(summary, "");
  robot.send_signal(SIGINT);
  const ChildProcess::Result ended = robot.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  const Recording recording = read_recording(file("r.mcap"));
  EXPECT_EQ(recording.damage, "");
  EXPECT_EQ(recording.session.side, "robot");
  EXPECT_EQ(recording.session.policy, "");
  ASSERT_EQ(recording.session.mapping.size(), 9u);
  EXPECT_EQ(recording.session.mapping[1].offset, -0.3);
  ASSERT_GT(recording.actions.size(), 3u);
  std::set<uint64_t> answered;
  for (const RecordedAction& action : recording.actions) {
    answered.insert(action.answers);
    ASSERT_EQ(action.values.size(), 9u);
    if (action.sequence == 0) continue;
    EXPECT_NEAR(action.wanted[0], 10 * 0.017453292519943295, 1e-9);
  }
  for (const RecordedObservation& one : recording.observations) {
    EXPECT_EQ(one.message.sequence % 2, 0u) << "25 Hz of 50, as a policy of the task has them";
    if (!answered.contains(one.message.sequence)) continue;
    EXPECT_GT(one.message.session, 0u);
    ASSERT_EQ(one.message.images.size(), 1u);
    EXPECT_TRUE(one.message.images[0].starts_with("\xff\xd8\xff")) << "JPEG, as on the wire";
  }
  const ChildProcess::Result log = run_sinew({"log", file("r.mcap"), "--demonstrations", file("shown.safetensors")});
  EXPECT_EQ(log.exit_code, 0) << log.errors;
  expect_contains(log.output, " by the robot's side: the robot 'lekiwi'\n");
  // The images that the file's `cameras` produce from the wire match what the task's policies see.
  const Demonstrations shown = load_demonstrations(file("shown.safetensors"));
  EXPECT_EQ(shown.rows, static_cast<int>(recording.actions.size()));
  const auto front = std::ranges::find(shown.spec.sensors, "front", &SensorSpec::name);
  ASSERT_NE(front, shown.spec.sensors.end());
  EXPECT_EQ(front->format, "red, green, blue");
  EXPECT_EQ(front->shape, (std::vector{64, 64, 3}));
}

}  // namespace
}  // namespace sinew
