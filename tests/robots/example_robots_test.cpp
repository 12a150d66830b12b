// The robots in examples/, each a separate program, and the library's policy side.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>

#include "core/clock.h"
#include "robots/link/emergency_stop.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"
#include "tests/robots/careless_policy.h"
#include "tests/robots/child_robot.h"
#include "tests/robots/fake_robot.h"
#include "tests/robots/local_socket.h"

namespace sinew {
namespace {

const std::string robot_file = SINEW_SOURCE_DIR "/examples/robot.yaml";

// Moves from the robots' start position, because its output there is not zero.
Policy pan_tilt_policy() {
  InterfaceSpec spec;
  spec.sensors.push_back({.name = "joints", .shape = {2}, .labels = {"pan", "tilt"}, .units = {"rad", "rad"}});
  spec.actions.rate = 50;
  spec.actions.parts.push_back(
      {.name = "servos", .labels = {"pan", "tilt"}, .units = {"rad", "rad"}, .low = {-1.5, -0.8}, .high = {1.5, 0.8}});
  return make_experienced_policy(spec, "{encoders: {joints: {normalize: true}}, actor: [{linear: 16}, tanh]}");
}

// The robot's joint observations, rad.
struct Seen {
  std::atomic<double> furthest_pan{0}, furthest_tilt{0}, pan{0};
  std::atomic<Mode> mode{Mode::inactive};  // of the observation that `pan` came from
  void operator()(const ObservationMessage& observation) {
    pan = observation.joints.at(0);
    mode = observation.mode;
    furthest_pan = std::max(furthest_pan.load(), std::abs(observation.joints.at(0)));
    furthest_tilt = std::max(furthest_tilt.load(), std::abs(observation.joints.at(1)));
  }
};

class ExampleRobots : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const bool is_python = GetParam() == "Python";
    if (is_python && std::system("/usr/bin/python3 -c 'import zmq, msgpack' 2>/dev/null") != 0)
      GTEST_SKIP() << "examples/robot.py needs python3-zmq and python3-msgpack, which are not installed";
    robot_ = std::make_unique<ChildRobot>(
        is_python ? std::vector<std::string>{"/usr/bin/python3", SINEW_SOURCE_DIR "/examples/robot.py"}
                  : std::vector<std::string>{SINEW_EXAMPLE_ROBOT, robot_file});
    config_ = robot_->config(robot_file);
  }

  std::unique_ptr<PolicyClient> connect(bool shadow = false) {
    PolicyClient::Options options{.link = {.policy_name = "pan_tilt", .shadow = shadow}, .real_time = false};
    options.connect_timeout = 20;
    options.link.on_observation = [this](ObservationMessage&& observation, const ObservationTimes&) {
      seen_(observation);
    };
    return std::make_unique<PolicyClient>(policy_, config_, options);
  }
  // Connects once the robot has released its former controller.
  std::unique_ptr<PolicyClient> connect_again() {
    std::unique_ptr<PolicyClient> client;
    const auto is_let_in = [&] {
      try {
        client = connect();
      } catch (const Error&) {  // "the robot is controlled by another policy"
      }
      return client != nullptr;
    };
    EXPECT_TRUE(soon(is_let_in, 20));
    return client;
  }
  // Arms it until it obeys. On a busy computer a robot may stop again for lack of actions.
  static bool moves(PolicyClient& client) {
    const uint64_t before = client.latencies().action_age.count();
    double asked_at = 0;
    const auto obeys = [&] {
      const Mode mode = client.robot().mode;
      if (mode == Mode::armed) return client.latencies().action_age.count() > before + 5;
      if (now_seconds() - asked_at > 0.1) {
        mode == Mode::stopped ? client.acknowledge() : client.arm();
        asked_at = now_seconds();
      }
      return false;
    };
    return soon(obeys, 30);
  }
  static bool comes_to(PolicyClient& client, Mode mode) {
    return soon([&] { return client.robot().mode == mode; }, 20);
  }

  const Policy policy_ = pan_tilt_policy();
  std::unique_ptr<ChildRobot> robot_;
  RobotConfig config_;
  Seen seen_;
};

TEST_P(ExampleRobots, ConnectsArmsMovesAndStops) {
  const auto client = connect();
  ASSERT_TRUE(comes_to(*client, Mode::inactive));
  EXPECT_EQ(seen_.furthest_pan, 0);
  ASSERT_TRUE(moves(*client));
  ASSERT_TRUE(soon([&] { return seen_.furthest_pan > 0.1 && seen_.furthest_tilt > 0.1; }, 20));
  client->stop("enough");
  ASSERT_TRUE(comes_to(*client, Mode::stopped));
  EXPECT_EQ(client->robot().alarm, Alarm::operator_stop);
  client->arm();  // has no effect
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(client->robot().mode, Mode::stopped);
  client->acknowledge();
  ASSERT_TRUE(comes_to(*client, Mode::inactive));
  ASSERT_TRUE(moves(*client));
  EXPECT_EQ(client->robot().alarm, Alarm::none);

  EXPECT_LE(seen_.furthest_pan, 1.5);
  EXPECT_LE(seen_.furthest_tilt, 0.8);
  EXPECT_GT(client->counters().observations, 10u);
  EXPECT_GT(client->counters().actions, 10u);
  EXPECT_EQ(client->counters().unusable, 0u);
  EXPECT_LE(client->latencies().action_age.max(), config_.max_age);  // older ones are refused
  EXPECT_GT(client->latencies().round_trip.count(), 0u);
  client->check();
}

TEST_P(ExampleRobots, RefusesOtherLimitsAndASecondPolicy) {
  RobotConfig other = config_;
  other.actuators[1].limits.velocity = 5;
  std::swap(config_, other);
  expect_contains(error_of([&] { connect(); }),
                  GetParam() == "Python" ? "refuses: limits: I have [" : "refuses: actuator 'tilt' has the velocity 5");
  std::swap(config_, other);
  const auto first = connect_again();
  expect_contains(error_of([&] { connect(); }), "control");
  EXPECT_TRUE(moves(*first));
}

TEST_P(ExampleRobots, StopsByItselfWhenActionsStop) {
  const auto client = connect(/*shadow=*/true);  // everything except the actions
  ASSERT_TRUE(comes_to(*client, Mode::inactive));
  client->arm();
  ASSERT_TRUE(comes_to(*client, Mode::stopped));
  EXPECT_EQ(client->robot().alarm, Alarm::link_lost);
}

// Starts another process that keeps the robot moving until it is killed.
pid_t start_client(const std::function<std::unique_ptr<PolicyClient>()>& connect, int tell) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    const auto client = connect();
    client->arm();
    const bool obeyed = soon([&] { return client->latencies().action_age.count() > 5; }, 20);
    if (obeyed && ::write(tell, "!", 1) == 1) ::pause();
  } catch (const Error& error) {
    std::fprintf(stderr, "the other process: %s\n", error.what());
  }
  ::_exit(1);
}

TEST_P(ExampleRobots, StopsByItselfWhenThePolicyIsKilled) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t pid = start_client([this] { return connect(); }, ends[1]);
  ::close(ends[1]);
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 1) << "the other process did not arm the robot";
  ::close(ends[0]);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);

  const auto client = connect_again();
  ASSERT_TRUE(client);
  ASSERT_TRUE(comes_to(*client, Mode::stopped));
  EXPECT_EQ(client->robot().alarm, Alarm::link_lost);
  ASSERT_TRUE(soon([&] { return seen_.mode == Mode::stopped; }, 20));
  const double where = seen_.pan;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_NEAR(seen_.pan, where, 1e-3);  // it holds
  EXPECT_TRUE(moves(*client));
}

const std::vector<std::vector<std::string>> garbage = {
    {""},
    {"nonsense"},
    {"\xc1"},
    {std::string(100000, '\x91')},             // lists in lists
    {std::string("\xdf\xff\xff\xff\xff", 5)},  // a map of four thousand million
    {"\x81\xa4kind\xa5hello"},                 // with no other key
    {"\x81\xa4kind\xa6"
     "action",
     "1234567"},
    {"\x82\xa4kind\xa3"
     "arm\xa7session\xa1x"},
    {"a", "b", "c"},
    {std::string(1 << 20, 'x')},  // larger than it accepts
};

void send_all(const std::string& address, LinkSocket::Kind kind, const std::vector<std::string>& message) {
  const LinkContext context;
  LinkSocket socket(context, kind, {});
  socket.connect(address);
  EXPECT_TRUE(soon([&] { return socket.send(message); }, 20));
  const Doorbell nobody;
  LinkSocket* sockets[] = {&socket};
  wait_for(sockets, nobody, 0.05);  // wait for an answer, if any
}

TEST_P(ExampleRobots, GarbageNeitherEndsNorDisturbsIt) {
  const auto client = connect();
  for (const auto& message : garbage) send_all(config_.address, LinkSocket::Kind::dealer, message);
  const Socket bare = connect_locally(std::stoi(config_.address.substr(config_.address.rfind(':') + 1)));
  EXPECT_GT(::write(bare.fd(), "GET / HTTP/1.1\r\n\r\n", 18), 0);
  EXPECT_TRUE(robot_->lives());
  EXPECT_TRUE(moves(*client));
  EXPECT_EQ(client->counters().unusable, 0u);
}

TEST_P(ExampleRobots, AnswersAGreetingThatIsNone) {
  const LinkContext context;
  LinkSocket socket(context, LinkSocket::Kind::dealer, {});
  socket.connect(config_.address);
  std::vector<std::string> frames = {"\x81\xa4kind\xa5hello"};
  EXPECT_TRUE(soon([&] { return socket.send(frames); }, 20));
  ASSERT_TRUE(soon([&] { return socket.receive(frames); }, 20));
  const std::vector<std::string_view> views(frames.begin(), frames.end());
  const Message answer = decode(views);
  ASSERT_TRUE(std::holds_alternative<Refused>(answer));
  EXPECT_NE(std::get<Refused>(answer).why, "");
}

TEST_P(ExampleRobots, StopsAtTheEmergencyStopAndAtWhateverElseComesThere) {
  const auto client = connect();
  const std::function<void()> stops[] = {
      [&] { emergency_stop(config_.stop_address, {}, "a test", 20); },
      [&] {
        send_all(config_.stop_address, LinkSocket::Kind::dealer, {"no request, for it has no envelope"});
        send_all(config_.stop_address, LinkSocket::Kind::request, {"a", "b", "c"});
      },
  };
  for (const auto& stop : stops) {
    ASSERT_TRUE(moves(*client));
    stop();
    ASSERT_TRUE(comes_to(*client, Mode::stopped));
    EXPECT_EQ(client->robot().alarm, Alarm::emergency);
    for (int i = 0; i < 3; ++i) {  // has no effect
      client->acknowledge();
      client->arm();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_EQ(client->robot().mode, Mode::stopped);
    release_emergency_stop(config_.stop_address, {}, "a test", 20);
    EXPECT_TRUE(comes_to(*client, Mode::inactive));
  }
  ASSERT_TRUE(moves(*client));
  emergency_stop(config_.stop_address, {}, "a test", 20);  // it still listens
  EXPECT_TRUE(comes_to(*client, Mode::stopped));
}

TEST_P(ExampleRobots, RefusesByItselfWhatMustNotBeObeyed) {
  CarelessPolicy policy(policy_, config_);
  const std::pair<const char*, std::function<void(RobotAction&)>> faults[] = {
      {"not finite", [](RobotAction& action) { action.values[1] = std::nan(""); }},
      {"three numbers for two actuators", [](RobotAction& action) { action.values.push_back(0); }},
      {"no numbers", [](RobotAction& action) { action.values.clear(); }},
      {"a foreign session", [](RobotAction& action) { ++action.session; }},
      {"too old", [](RobotAction& action) { action.observed_at -= 1; }},
      {"from the future", [](RobotAction& action) { action.observed_at += 1; }},
      {"repeated", [](RobotAction& action) { action.sequence = 1; }},
  };
  for (const auto& [what, spoil] : faults) {
    const auto is_refused = [&, &change = spoil] {
      policy.arm();
      if (policy.seen().action == 0) policy.say(policy.action({0, 0}));
      policy.observe();
      const uint64_t refused = policy.seen().refused;
      RobotAction action = policy.action({0.1, 0.1});
      change(action);
      policy.say(action);
      for (int i = 0; i < 4 && policy.seen().refused == refused; ++i) policy.observe();
      return policy.seen().refused == refused + 1 && policy.seen().action != action.sequence;
    };
    EXPECT_TRUE(soon(is_refused, 10)) << what;
  }
}

// The policy always commands positions beyond both ranges, immediately. The servos move 0.3 of the way at each tick,
// and the way is at most a step.
TEST_P(ExampleRobots, LimitsByItselfWhatItObeys) {
  CarelessPolicy policy(policy_, config_);
  double furthest_pan = 0, furthest_tilt = 0, largest_change = 0;
  const auto is_at_the_end = [&] {
    policy.arm();
    const ObservationMessage before = policy.seen();
    policy.say(policy.action({9, 9}));
    const ObservationMessage& now = policy.observe();
    if (now.sequence == before.sequence + 1)
      largest_change = std::max(largest_change, now.joints[0] - before.joints[0]);
    furthest_pan = std::max(furthest_pan, now.joints[0]);
    furthest_tilt = std::max(furthest_tilt, now.joints[1]);
    return now.joints[0] > 1.4;
  };
  EXPECT_TRUE(soon(is_at_the_end, 20));
  EXPECT_LE(furthest_pan, 1.5);
  EXPECT_LE(furthest_tilt, 0.8);
  EXPECT_GT(largest_change, 0);
  EXPECT_LE(largest_change, 0.3 * config_.actuators[0].limits.step + 1e-9);
  EXPECT_GT(policy.seen().limited, 0u);
}

INSTANTIATE_TEST_SUITE_P(All, ExampleRobots, ::testing::Values("Python", "Cpp"),
                         [](const auto& made) { return made.param; });

}  // namespace
}  // namespace sinew
