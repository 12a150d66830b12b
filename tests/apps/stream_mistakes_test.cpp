// Mistakes of a robot link user, and the error for each: one paragraph, before anything moves.
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <limits>

#include "nets/formats/policy_file.h"
#include "tests/apps/robot_programs.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

const std::string policy = SINEW_SOURCE_DIR "/zoo/inverted_pendulum.safetensors";

void expect_mistake(const ChildProcess::Result& result, const std::string& text, int exit_code = 2) {
  EXPECT_EQ(result.exit_code, exit_code) << text;
  EXPECT_EQ(std::ranges::count(result.errors, '\n'), 1) << result.errors;
  expect_contains(result.errors, text);
}

class StreamMistakes : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder_.file(name); }
  // The drafted file with one change.
  std::string robot_file(const std::string& was = "", const std::string& is = "") const {
    folder_.write("robot.yaml", replaced(drafted_robot(), was, is));
    return file("robot.yaml");
  }
  ChildProcess::Result stream(const std::string& robot, std::vector<std::string> more = {"--arm", "--no-record"},
                              const std::string& which = policy) const {
    more.insert(more.begin(), {"stream", which, "--robot", robot, "--connect-timeout", "0.3"});
    return run_sinew(more);
  }
  ChildProcess::Result robot(const std::string& task, std::vector<std::string> more) const {
    more.insert(more.begin(), {"robot", task, "--seconds", "0.01"});
    return run_sinew(more);
  }

  const TemporaryFolder folder_;
};

TEST_F(StreamMistakes, InTheOptions) {
  const std::string config = robot_file();
  folder_.write("there.mcap", "");
  expect_mistake(run_sinew({"stream", policy, "--arm"}), "--robot ROBOT.yaml is missing");
  expect_mistake(stream(config, {"--arm", "--shadow"}), "leave one out");
  expect_mistake(stream(config, {}), "there is no keyboard to arm the robot from");
  expect_mistake(stream(config, {"--shadow", "--acknowledge"}), "--acknowledge needs --arm");
  expect_mistake(stream(config, {"--arm", "--seconds", "-1"}), "--seconds -1");
  expect_mistake(stream(config, {"--arm", "--record", file("there.mcap")}), "there.mcap' is there already");
  expect_mistake(stream(config, {"--arm", "--record", file("no/where.mcap")}), "No such file or directory");
  expect_mistake(stream(file("none.yaml")), "cannot read '" + file("none.yaml") + "'");
  expect_mistake(robot("inverted_pendulum", {"--jpeg", "101"}), "--jpeg 101");
  expect_mistake(robot("inverted_pendulum", {"--latency", "0.1", "--profile", "x"}), "leave one out");
  expect_mistake(robot("inverted_pendulum", {"--loss", "1"}), "--loss 1");
  expect_mistake(robot("pendulum", {}), "the task 'pendulum' is not simulated by MuJoCo: it has no joints");
  expect_mistake(run_sinew({"log", config}), "is not an MCAP file");
  expect_mistake(run_sinew({"log", file("there.mcap")}), "it is empty");
  expect_mistake(run_sinew({"log", file("there.mcap"), "--show", "all"}), "--show all: commands, joints or latency");
  expect_mistake(run_sinew({"stop", file("none.yaml")}), "cannot read");
}

TEST_F(StreamMistakes, ALimitThatIsMissingIsNamedWithItsPlace) {
  const std::string& draft = drafted_robot();
  const auto line = 1 + std::ranges::count(draft.substr(0, draft.find("- name: slide")), '\n');
  const std::string place = "robot.yaml:" + std::to_string(line) + ":5: ";
  for (const std::string key : {"position", "velocity", "acceleration", "step", "when_stopped"}) {
    const size_t begin = draft.find("    " + key + ":");
    ASSERT_NE(begin, std::string::npos) << key;
    const std::string config = robot_file(draft.substr(begin, draft.find('\n', begin) + 1 - begin), "");
    expect_mistake(stream(config), place + "actuators.0: the key '" + key + "' is missing");
  }
  expect_mistake(stream(robot_file("    torque: 300\n", "")),
                 place + "actuator 'slide': torque: an actuator that takes torques needs its limit");
  expect_mistake(stream(robot_file("    damping: 30\n", "")),
                 "actuator 'slide': damping: {when_stopped: damp} needs it");
  expect_mistake(stream(robot_file("velocity: 200", "velocity: -2")), "actuators.0.velocity: -2 is out of range");
  expect_mistake(stream(robot_file("watchdog: 0.2", "watchdog: 0.05")),
                 "watchdog: 0.04 s pass between two actions at 25 Hz");
}

TEST_F(StreamMistakes, APolicyThatDoesNotFitIsNamed) {
  const std::string config = robot_file();
  expect_mistake(stream(config, {"--arm", "--no-record"}, SINEW_SOURCE_DIR "/zoo/half_cheetah.safetensors"),
                 "half_cheetah.safetensors: the policy has 6 actions, the robot's file 1 actuators");
  InterfaceSpec endless{.sensors = {{.name = "state", .shape = {4}}}, .actions = {}};
  endless.actions.rate = 25;
  endless.actions.parts.push_back({.name = "actuators",
                                   .labels = {"slide"},
                                   .units = {""},
                                   .low = {-std::numeric_limits<double>::infinity()},
                                   .high = {std::numeric_limits<double>::infinity()}});
  save_policy(file("endless.safetensors"), make_policy(endless, "{actor: []}"), {.task = "inverted_pendulum"});
  expect_mistake(stream(config, {"--arm", "--no-record"}, file("endless.safetensors")),
                 "endless.safetensors: the policy's action 'slide' has no limits");
  expect_mistake(stream(robot_file("rate: 25", "rate: 50")),
                 "the policy acts at 25 Hz, the robot's file says rate: 50 Hz");
}

TEST_F(StreamMistakes, ARobotsFileOfAnotherTaskIsNamed) {
  expect_mistake(robot("half_cheetah", {"--config", robot_file()}), "is it the file of another task?");
  expect_mistake(robot("inverted_pendulum", {"--config", robot_file("control_rate: 50", "control_rate: 100")}),
                 "its time would pass at another speed");
}

TEST_F(StreamMistakes, ARobotThatDoesNotAnswerIsTheSystemsFault) {
  const std::string config = robot_file();
  const std::string address = load_robot_config(config).address;
  expect_mistake(stream(config), "no robot answers at " + address + " within 0.3 s; is its side running there?", 1);
  expect_mistake(run_sinew({"stop", config, "--timeout", "0.3"}),
                 "within 0.3 s: press the stop on the robot itself; then see whether its side is running there", 1);
  ChildProcess waiting(
      {SINEW_PROGRAM, "stream", policy, "--robot", config, "--arm", "--no-record", "--connect-timeout", "100"});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  waiting.send_signal(SIGINT);
  EXPECT_EQ(waiting.wait().exit_code, 128 + SIGINT) << "it ends while it waits";
}

TEST_F(StreamMistakes, APortIsTakenByOneRobotAtATime) {
  RobotProgram first(folder_);
  expect_mistake(
      robot("inverted_pendulum", {"--config", first.path()}),
      "cannot listen on " + first.config().address + ": another program does already; stop it, or take another port");
  EXPECT_EQ(first.end().exit_code, 0);
}

TEST_F(StreamMistakes, NobodyFromOutsideMovesARobotWithoutKeys) {
  const std::string reaches = " reaches beyond this computer, and the robot's file names no keys";
  const std::string config = robot_file("tcp://127.0.0.1", "tcp://0.0.0.0");
  expect_mistake(robot("inverted_pendulum", {"--config", config}), reaches);
  expect_mistake(stream(config), reaches);
  EXPECT_EQ(robot("inverted_pendulum", {"--config", config, "--allow-anybody"}).exit_code, 0);
  EXPECT_EQ(
      robot("inverted_pendulum", {"--config", robot_file("allow_anybody: false", "allow_anybody: true")}).exit_code, 0);
}

// Invalid addresses × the commands that take one: the error gives the correct address, and never suggests to let all
// clients in.
TEST_F(StreamMistakes, AMistypedAddressIsMended) {
  const auto expect_mended = [&](const ChildProcess::Result& result) {
    expect_mistake(result, "is not an address; write tcp://127.0.0.1:55");
    EXPECT_EQ(result.errors.find("anybody"), std::string::npos) << result.errors;
  };
  for (const std::string address :
       {"127.0.0.1:5580", "tcp://127.0.0.1", "tcp://127.0.0.1:99999", "tcp:/127.0.0.1:5580", "TCP://127.0.0.1:5580"}) {
    SCOPED_TRACE(address);
    expect_mended(robot("inverted_pendulum", {"--address", address}));
    expect_mended(robot("inverted_pendulum", {"--stop-address", address}));
    const std::string config = robot_file("\naddress: tcp://127.0.0.1", "\naddress: " + address + " #");
    expect_mended(stream(config));
    expect_mended(run_sinew({"stop", config}));
  }
}

/// Two computers, each with a folder of keys.
class StreamKeys : public StreamMistakes {
 protected:
  void SetUp() override {
    config_ = robot_file("keys: {policy: \"\", robot: \"\"}", "keys: {policy: laptop, robot: arm}");
    EXPECT_EQ(run_sinew({"keys", "new", "arm", "--folder", file("arm")}).exit_code, 0);
    EXPECT_EQ(run_sinew({"keys", "new", "laptop", "--folder", file("laptop")}).exit_code, 0);
  }
  void allow(const std::string& computer, const std::string& whom) const {
    EXPECT_EQ(run_sinew({"keys", "allow", file(whom + "/" + whom + ".pub"), "--folder", file(computer)}).exit_code, 0);
  }
  ChildProcess::Result stream_with_keys(const std::string& timeout) const {
    return run_sinew({"stream", policy, "--robot", config_, "--shadow", "--no-record", "--seconds", "0.2", "--keys",
                      file("laptop"), "--connect-timeout", timeout});
  }
  std::string config_;
};

TEST_F(StreamKeys, ThatAreMissingOrForEverybodyToReadAreNamed) {
  expect_mistake(stream(config_, {"--arm", "--no-record", "--keys", file("none")}),
                 "laptop.key'; 'sinew keys new NAME' makes it");
  expect_mistake(robot("inverted_pendulum", {"--config", config_, "--keys", file("arm")}),
                 "arm/allowed'; 'sinew keys allow NAME.pub' makes it");
  expect_mistake(stream_with_keys("0.3"), "the public key of the robot 'arm' is not in '" + file("laptop") + "'");
  allow("laptop", "arm");
  ::chmod(file("laptop/laptop.key").c_str(), 0644);
  expect_mistake(stream_with_keys("0.3"), "laptop.key' may be read by others");
  expect_mistake(stream(robot_file("keys: {policy: \"\", robot: \"\"}", "keys: {policy: laptop}")), "it needs both");
  expect_mistake(robot("inverted_pendulum", {"--config", config_}), "it needs both");
}

TEST_F(StreamKeys, LetInWhoIsOnTheList) {
  allow("laptop", "arm");
  allow("arm", "arm");
  {
    RobotProgram robot(folder_, {"--keys", file("arm")});
    expect_mistake(stream_with_keys("1"), "and does its allow-list have the policy's public key?", 1);
    expect_contains(robot.end().errors, "not let in: 127.0.0.1 (its key is not on the allow-list: ");
  }
  allow("arm", "laptop");
  RobotProgram robot(folder_, {"--keys", file("arm")});
  const ChildProcess::Result session = stream_with_keys("30");
  EXPECT_EQ(session.exit_code, 0) << session.errors;
  const ChildProcess::Result stop = run_sinew({"stop", config_, "--keys", file("laptop"), "--timeout", "20"});
  EXPECT_EQ(stop.exit_code, 0) << stop.errors;
  EXPECT_EQ(robot.end().exit_code, 0);
}

}  // namespace
}  // namespace sinew
