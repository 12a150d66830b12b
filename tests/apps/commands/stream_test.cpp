// A policy drives a simulated robot, both run as a user runs them.
#include <signal.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "core/latency_profile.h"
#include "nets/formats/policy_file.h"
#include "tests/apps/robot_programs.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

const std::string policy = SINEW_SOURCE_DIR "/zoo/inverted_pendulum.safetensors";

class Stream : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder_.file(name); }
  std::vector<std::string> words(std::vector<std::string> more) const {
    std::vector<std::string> all = {SINEW_PROGRAM,       "stream", policy, "--robot", file("robot.yaml"),
                                    "--connect-timeout", "30"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  ChildProcess::Result stream(const std::vector<std::string>& more) const { return ChildProcess(words(more)).wait(); }
  nlohmann::json json(const std::string& name) const { return nlohmann::json::parse(read_file(file(name))); }

  const TemporaryFolder folder_;
};

std::vector<std::string> at_a_terminal(const std::vector<std::string>& words) {
  std::string command = "exec";  // a shell in between would die of Ctrl-C, whatever sinew does with it
  for (const std::string& word : words) command += " " + word;
  return {"script", "-qec", command, "/dev/null"};
}

void expect_failure(const ChildProcess::Result& result, const std::string& text, int exit_code = 1) {
  EXPECT_EQ(result.exit_code, exit_code) << result.output;
  expect_contains(result.errors, text);
}

TEST_F(Stream, ASessionIsRecordedAndRunsAgainToTheSameBits) {
  RobotProgram robot(folder_);
  const ChildProcess::Result session =
      stream({"--arm", "--seconds", "1.5", "--record", file("r.mcap"), "--json", file("r.json")});
  EXPECT_EQ(session.exit_code, 0) << session.errors;
  expect_contains(session.output, "connected to the robot 'inverted_pendulum' at " + robot.config().address);
  expect_contains(session.output, "recording: " + file("r.mcap") + "\n");
  expect_contains(session.errors, "armed, session 1\n");
  expect_contains(session.errors, "the session ends\nthe robot stopped\n");
  const nlohmann::json report = json("r.json");
  EXPECT_GT(report["actions"], 3);
  EXPECT_GE(report["observations"], report["actions"]);
  EXPECT_GT(report["latencies"]["action_age"]["p50"], 0);

  const ChildProcess::Result log = run_sinew({"log", file("r.mcap"), "--replay", "--profile", file("link.yaml"),
                                              "--plot", file("r.png"), "--json", file("log.json")});
  EXPECT_EQ(log.exit_code, 0) << log.output << log.errors;
  const std::string actions = std::to_string(json("log.json")["actions"].get<int>());
  expect_contains(log.output, actions + " of " + actions + " actions come out with the same bits");
  expect_contains(log.output, " s  armed, session 1\n");
  EXPECT_EQ(read_file(file("r.png")).substr(1, 3), "PNG");
  EXPECT_LT(load_latency_profile(file("link.yaml")).loss, 1);
  EXPECT_EQ(json("log.json")["damage"], "");

  // A truncated recording is read up to the cut.
  const std::string recording = read_file(file("r.mcap"));
  folder_.write("cut.mcap", recording.substr(0, recording.size() / 2));
  const ChildProcess::Result cut = run_sinew({"log", file("cut.mcap"), "--replay", "--json", file("cut.json")});
  EXPECT_EQ(cut.exit_code, 0) << cut.output << cut.errors;
  expect_contains(cut.output, "cut.mcap: cut short after ");
  EXPECT_GT(json("cut.json")["actions"], 0);
  EXPECT_LT(json("cut.json")["actions"], json("log.json")["actions"]);

  // Nothing is overwritten, and the robot is not contacted; and the next session begins where the last one has just
  // ended.
  expect_failure(stream({"--arm", "--record", file("r.mcap")}), "r.mcap' is there already, and nothing is overwritten",
                 2);
  EXPECT_EQ(read_file(file("r.mcap")), recording);
  EXPECT_EQ(stream({"--arm", "--seconds", "0.3", "--no-record"}).exit_code, 0);
  const ChildProcess::Result ended = robot.end();
  EXPECT_EQ(ended.exit_code, 0);
  expect_contains(ended.errors, "inactive\narmed\nstop: the session ends\nstopped (stopped by the operator)\n");
}

TEST_F(Stream, AShadowSendsNothing) {
  RobotProgram robot(folder_);
  const ChildProcess::Result shadow =
      stream({"--shadow", "--seconds", "0.5", "--record", file("s.mcap"), "--json", file("s.json")});
  EXPECT_EQ(shadow.exit_code, 0) << shadow.errors;
  EXPECT_EQ(json("s.json")["actions"], 0);
  EXPECT_GT(json("s.json")["observations"], 3);
  EXPECT_EQ(run_sinew({"log", file("s.mcap"), "--replay"}).exit_code, 0);
  expect_failure(run_sinew({"log", file("s.mcap"), "--profile", file("link.yaml")}),
                 "no session in which the robot was armed", 2);
  // A different policy for the same actuators may run on it if it has the same sensors.
  InterfaceSpec blind{.sensors = {{.name = "rail", .shape = {2}}}, .actions = {.rate = 25}};
  blind.actions.parts = {{.name = "actuators", .labels = {"slide"}, .units = {""}, .low = {-3}, .high = {3}}};
  save_policy(file("blind.safetensors"), make_policy(blind, "{actor: []}"), {.task = "inverted_pendulum"});
  expect_failure(
      run_sinew({"log", file("s.mcap"), "--replay", "--policy", file("blind.safetensors")}),
      "the robot 'inverted_pendulum' and the policy do not fit: sensor 1 is 'rail' in the policy, 'state' in", 2);
  const ChildProcess::Result ended = robot.end();
  expect_contains(ended.errors, "inactive\n");
  EXPECT_EQ(ended.errors.find("armed"), std::string::npos) << ended.errors;
  expect_contains(ended.output, "actions received 0;");
}

TEST_F(Stream, AnEmergencyStopIsLatchedUntilItIsReleased) {
  RobotProgram robot(folder_);
  ChildProcess session(words({"--arm", "--record", file("r.mcap")}));
  ASSERT_TRUE(comes_to_say(file("r.mcap"), "armed"));
  const ChildProcess::Result stop = run_sinew({"stop", robot.path(), "--why", "the dog", "--timeout", "20"});
  EXPECT_EQ(stop.exit_code, 0) << stop.errors;
  expect_contains(stop.output, "the robot 'inverted_pendulum' confirms that it stops");
  expect_contains(stop.output, "until 'sinew stop " + robot.path() + " --release'");
  expect_failure(session.wait(), "sinew: the robot stopped: emergency stop");
  EXPECT_EQ(events_of(file("r.mcap")).back(), "the robot stopped: emergency stop");

  for (const std::vector<std::string>& options : {std::vector<std::string>{"--arm"}, {"--arm", "--acknowledge"}}) {
    std::vector<std::string> more = {"--seconds", "1", "--no-record"};
    more.insert(more.begin(), options.begin(), options.end());
    expect_failure(stream(more),
                   "the robot is in an emergency stop: once the person who pressed it agrees, 'sinew stop --release'");
  }
  const ChildProcess::Result released = run_sinew({"stop", robot.path(), "--release", "--timeout", "20"});
  EXPECT_EQ(released.exit_code, 0) << released.errors;
  expect_contains(released.output, "is released; it moves once it is armed");
  expect_failure(run_sinew({"stop", robot.path(), "--release", "--timeout", "20"}),
                 "the robot is not in an emergency stop", 2);
  EXPECT_EQ(stream({"--arm", "--seconds", "0.3", "--no-record"}).exit_code, 0);
  const ChildProcess::Result ended = robot.end();
  expect_contains(ended.errors, "emergency stop: the dog\n");
  expect_contains(ended.errors, "stopped (emergency stop)\n");
  expect_contains(ended.errors, "the emergency stop is released: sinew stop --release\n");
}

// The policy's side waits for a robot that no longer exists.
TEST_F(Stream, ARobotThatIsGoneEndsTheSession) {
  const std::string gone = "the robot is gone: nothing was heard from it for 4 s";  // 4 times link_timeout
  for (const std::vector<std::string>& options : {std::vector<std::string>{"--arm"}, {"--arm", "--seconds", "600"}}) {
    RobotProgram robot(folder_);
    const std::string recording = file("r" + std::to_string(options.size()));
    std::vector<std::string> more = {"--record", recording};
    more.insert(more.begin(), options.begin(), options.end());
    ChildProcess session(words(more));
    ASSERT_TRUE(comes_to_say(recording, "armed"));
    robot.kill();
    expect_failure(session.wait(), gone);
  }
  // The same with a user at the keyboard, if the session has a time limit.
  RobotProgram robot(folder_);
  ChildProcess terminal(at_a_terminal(words({"--arm", "--seconds", "600", "--record", file("t.mcap")})));
  ASSERT_TRUE(comes_to_say(file("t.mcap"), "armed"));
  robot.kill();
  const ChildProcess::Result ended = terminal.wait();
  EXPECT_EQ(ended.exit_code, 1);
  expect_contains(ended.output, gone);
}

TEST_F(Stream, CtrlCEndsItInOrder) {
  RobotProgram robot(folder_);
  ChildProcess endless(words({"--arm", "--record", file("r.mcap")}));
  ASSERT_TRUE(comes_to_say(file("r.mcap"), "armed"));
  endless.send_signal(SIGINT);
  const ChildProcess::Result ended = endless.wait();
  EXPECT_EQ(ended.exit_code, 0) << "it is how it ends";
  expect_contains(ended.errors, "the session ends\nthe robot stopped\n");
  expect_contains(ended.output, "observations late ");
  EXPECT_EQ(read_recording(file("r.mcap")).damage, "");

  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, {SIGHUP, 129}}) {
    const std::string recording = file("early" + std::to_string(signal));
    ChildProcess early(words({"--arm", "--seconds", "60", "--record", recording}));
    ASSERT_TRUE(comes_to_say(recording, "armed"));
    early.send_signal(signal);
    const ChildProcess::Result result = early.wait();
    EXPECT_EQ(result.exit_code, code) << result.errors;
    expect_contains(result.errors, "the robot stopped\n");
  }
}

TEST_F(Stream, OneThatIsTypedArmAtTheKeyboard) {
  RobotProgram robot(folder_);
  ChildProcess terminal(at_a_terminal(words({"--record", file("r.mcap")})));
  const auto type = [&](const std::string& text) { ASSERT_TRUE(terminal.write(text)); };
  ASSERT_TRUE(comes_true([&] { return std::filesystem::exists(file("r.mcap")); }));
  type("help\narm\n");
  ASSERT_TRUE(comes_to_say(file("r.mcap"), "armed, session 1"));
  type("\n");
  ASSERT_TRUE(comes_to_say(file("r.mcap"), "the robot stopped: stopped by the operator"));
  type("arm\n");
  ASSERT_TRUE(comes_to_say(file("r.mcap"), "armed, session 2"));
  type("\x03");
  const ChildProcess::Result ended = terminal.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  expect_contains(ended.output, "type arm and press Enter to arm the robot; Ctrl-C ends");
  expect_contains(ended.output, "type arm and press Enter to arm the robot; while it is armed, Enter stops it");
  expect_contains(ended.output, "type arm and press Enter to acknowledge that, and to arm the robot");
  EXPECT_EQ(events_of(file("r.mcap")).back(), "the robot stopped");
}

TEST_F(Stream, ARobotThatStopsByItselfSaysWhy) {
  {
    RobotProgram robot(folder_, {}, "terminate: {fallen: {low: -0.0001, high: 0.0001}}\n");
    for (int i = 0; i < 2; ++i) {  // the end of the last task does not block the start of the next
      const ChildProcess::Result ended = stream({"--arm", "--seconds", "60", "--no-record"});
      EXPECT_EQ(ended.exit_code, 0) << ended.errors;
      expect_contains(ended.errors, "\nthe task has ended\n");
      EXPECT_EQ(ended.errors.find("wrong"), std::string::npos) << ended.errors;
    }
    expect_contains(robot.end().errors, "the task has ended: return ");
  }
  std::string text = replaced(patient_robot(), "max_age: 9", "max_age: 0.1");
  folder_.write("robot.yaml",
                replaced(text, "watchdog: 9", "watchdog: 1"));  // some arrive within it, however busy the machine is
  RobotProgram late(folder_, {"--latency", "0.09"});            // round trip, more than max_age
  expect_failure(stream({"--arm", "--seconds", "60", "--no-record"}),
                 "came, all refused: too late, more than 0.1 s (max_age) after the observation that they answer");
  expect_contains(late.end().errors, "stopped (no action could be obeyed for ");
}

TEST_F(Stream, ARobotThatIsGoneIsAFailure) {
  RobotProgram robot(folder_);
  ChildProcess session(words({"--arm", "--seconds", "1", "--record", file("r.mcap")}));
  ASSERT_TRUE(comes_to_say(file("r.mcap"), "armed"));
  robot.send_signal(SIGKILL);
  expect_failure(session.wait(), "sinew: the robot did not confirm that it stopped");
  EXPECT_EQ(read_recording(file("r.mcap")).damage, "");
}

TEST_F(Stream, OneAtATimeDrivesARobot) {
  RobotProgram robot(folder_);
  ChildProcess first(words({"--shadow", "--record", file("r.mcap")}));
  ASSERT_TRUE(comes_true([&] { return std::filesystem::exists(file("r.mcap")); }));
  expect_failure(stream({"--arm", "--no-record"}),
                 "refuses: the policy 'zoo/inverted_pendulum.safetensors' already controls the robot", 2);
  first.send_signal(SIGINT);
  EXPECT_EQ(first.wait().exit_code, 0);
}

// A full disk, simulated by a file that may not grow: the session continues and reports it at its end.
TEST_F(Stream, ADiskThatIsFullEndsTheRecordingAlone) {
  RobotProgram robot(folder_);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit little{16000, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &little);
  ChildProcess session(words({"--arm", "--seconds", "1.5", "--record", file("r.mcap"), "--json", file("r.json")}));
  ::setrlimit(RLIMIT_FSIZE, &before);
  const ChildProcess::Result result = session.wait();
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "recording: " + file("r.mcap") + "; it ends early: cannot write '" + file("r.mcap") +
                                     "', which ends here: File too large");
  const size_t recorded = read_recording(file("r.mcap")).observations.size();
  EXPECT_GT(recorded, 0u);
  EXPECT_GT(json("r.json")["observations"], recorded);
  EXPECT_GT(json("r.json")["actions"], 3);
}

}  // namespace
}  // namespace sinew
