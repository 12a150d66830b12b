// A connection between a policy and a robot that stalls, breaks, and corrupts data: the robot stops; the link
// reconnects by itself, and the robot does not move before the operator requests it.
#include <algorithm>

#include "core/clock.h"
#include "tests/core/expect_error.h"
#include "tests/robots/reaction.h"
#include "tests/robots/tcp_proxy.h"

namespace sinew {
namespace {

int port_in(const std::string& address) { return std::stoi(address.substr(address.rfind(':') + 1)); }

// A policy that moves a robot through a TcpProxy.
struct Wired {
  RobotConfig config = fake_config();
  FakeBody body{config};
  RunningRobot robot{config, body};
  TcpProxy wire{port_in(robot.config().address)};
  const Policy policy = fake_policy();
  std::unique_ptr<PolicyClient> client;

  Wired() {
    body.stir = 0.5;
    RobotConfig over_the_wire = robot.config();
    over_the_wire.address = wire.address();
    client = std::make_unique<PolicyClient>(policy, over_the_wire,
                                            PolicyClient::Options{.link = {.policy_name = "fake"}, .real_time = false});
    arm();
  }
  ~Wired() {
    EXPECT_NO_THROW(client->check());
    EXPECT_EQ(body.outside, 0u);
  }
  void arm() {
    client->arm();
    const uint64_t before = client->counters().actions;
    ASSERT_TRUE(soon([&] { return robot.server().mode() == Mode::armed && client->counters().actions > before + 5; }));
  }
  // Expects the robot to be connected again and stopped, and to stay so until it is acknowledged and armed.
  void expect_return(const std::string& fault, double mended_at) {
    ASSERT_TRUE(soon([&] { return client->robot().connected && client->robot().mode == Mode::stopped; })) << fault;
    fmt::print("          {:<60} {:6.1f} ms until the link is back\n", fault, 1000 * (now_seconds() - mended_at));
    EXPECT_EQ(robot.server().mode(), Mode::stopped);
    client->acknowledge();
    ASSERT_TRUE(soon([&] { return client->robot().mode == Mode::inactive; })) << fault;
    arm();
  }
  bool notices(double since) {
    const bool noticed = soon([&] { return !client->robot().connected; });
    fmt::print("          {:<60} {:6.1f} ms until the policy's side knows\n", "", 1000 * (now_seconds() - since));
    return noticed;
  }
};

TEST(FaultNetwork, ItStalls) {
  Wired wired;
  const double fault_at = now_seconds();
  wired.wire.stall(true);
  expect_stop("the network stalls for 1 s", fault_at, wired.robot, wired.body);
  EXPECT_TRUE(wired.notices(fault_at));
  std::this_thread::sleep_for(std::chrono::duration<double>(fault_at + 1 - now_seconds()));
  const double mended_at = now_seconds();
  wired.wire.stall(false);
  wired.expect_return("the network stalls for 1 s", mended_at);
}

// The accumulated messages arrive at once: all are too old to be obeyed, except the last.
TEST(FaultNetwork, ItStallsAgainAndAgainForAMoment) {
  Wired wired;
  const double begin = now_seconds();
  for (int i = 0; i < 4; ++i) {
    wired.wire.stall(true);
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    wired.wire.stall(false);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
  }
  // On a busy machine the stall may exceed the watchdog.
  const bool stopped = wired.robot.stopped_at() > begin;
  fmt::print("the network stalls four times for 0.12 s: the robot {}\n", stopped ? "has stopped" : "goes on");
  if (stopped) wired.expect_return("the network stalls for 0.12 s", now_seconds());
}

TEST(FaultNetwork, ItIsCut) {
  Wired wired;
  for (int i = 0; i < 3; ++i) {
    const double fault_at = now_seconds();
    wired.wire.cut();
    expect_stop("the connection is cut", fault_at, wired.robot, wired.body);
    wired.expect_return("the connection is cut", fault_at);
  }
  EXPECT_GE(wired.client->counters().reconnections, 3u);
}

TEST(FaultNetwork, ItIsAwayForAWhile) {
  Wired wired;
  const double fault_at = now_seconds();
  wired.wire.refuse(true);
  wired.wire.cut();
  expect_stop("there is no network for 1 s", fault_at, wired.robot, wired.body);
  EXPECT_TRUE(wired.notices(fault_at));
  std::this_thread::sleep_for(std::chrono::duration<double>(fault_at + 1 - now_seconds()));
  const double mended_at = now_seconds();
  wired.wire.refuse(false);
  wired.expect_return("there is no network for 1 s", mended_at);
}

// A robot that reconnects minutes later must not move.
TEST(FaultNetwork, WhatWasAskedForMeanwhileIsForgotten) {
  Wired wired;
  const auto times_armed = [&] {
    const std::vector<std::string> events = wired.robot.events();
    return std::ranges::count(events, "armed");
  };
  for (const double away : {0.3, 0.7}) {
    const auto before = times_armed();
    const double fault_at = now_seconds();
    wired.wire.refuse(true);
    wired.wire.cut();
    expect_stop("no network, and motion is requested", fault_at, wired.robot, wired.body);
    EXPECT_TRUE(wired.notices(fault_at));
    wired.client->acknowledge();
    wired.client->arm();
    std::this_thread::sleep_for(std::chrono::duration<double>(fault_at + away - now_seconds()));
    wired.wire.refuse(false);
    ASSERT_TRUE(soon([&] { return wired.client->robot().connected.load(); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(times_armed(), before);
    EXPECT_EQ(wired.robot.server().mode(), Mode::stopped);
    wired.expect_return("no network, and motion is requested", now_seconds());
  }
}

TEST(FaultNetwork, AMessageIsCutInTwo) {
  Wired wired;
  for (int i = 0; i < 3; ++i) {
    const double fault_at = now_seconds();
    wired.wire.truncate();
    expect_stop("a message is cut in two, and the connection with it", fault_at, wired.robot, wired.body);
    wired.expect_return("a message is cut in two, and the connection with it", fault_at);
  }
}

TEST(FaultNetwork, ItBecomesSlow) {
  Wired wired;
  const double fault_at = now_seconds();
  wired.wire.delay(0.2);
  expect_stop("the network becomes 0.2 s slow", fault_at, wired.robot, wired.body);
  wired.wire.delay(0);
  wired.expect_return("the network becomes 0.2 s slow", now_seconds());
}

// Without keys a changed number cannot be distinguished from a valid one: the result stays within the robot's limits.
TEST(FaultNetwork, ItChangesBytes) {
  Wired wired;
  for (const double probability : {0.0003, 0.003, 0.03})
    for (const uint64_t seed : {1, 2}) {
      wired.wire.corrupt(probability, seed);
      std::this_thread::sleep_for(std::chrono::milliseconds(400));
      wired.wire.corrupt(0);
      EXPECT_EQ(wired.body.outside, 0u);
      // Whatever state the two sides assume of each other by now.
      const double mended_at = now_seconds();
      ASSERT_TRUE(soon([&] {
        wired.client->check();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        if (wired.client->robot().connected && wired.robot.server().mode() == Mode::armed &&
            now_seconds() - wired.robot.obeyed_at() < 0.1)
          return true;
        wired.client->acknowledge();
        wired.client->arm();
        return false;
      })) << probability
          << " " << seed;
      fmt::print("{} of all bytes changed for 0.4 s: moves again after {:.1f} s\n", probability,
                 now_seconds() - mended_at);
    }
}

}  // namespace
}  // namespace sinew
