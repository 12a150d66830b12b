// Robots of another protocol behind a server in this process: which exist, what they lack, and that they behave like
// any other.
#include "robots/link/adapted_robot.h"

#include <gtest/gtest.h>

#include "tests/core/expect_error.h"
#include "tests/robots/fake_robot.h"

namespace sinew {
namespace {

RobotConfig adapted_config() {
  RobotConfig config = patient_config();
  config.address = RobotConfig{}.address;
  config.adapter = "telegraph";
  config.accept = {"no_keys", "no_sequence"};
  return config;
}

// A protocol whose robot is a FakeBody.
AdapterTable table(FakeBody** made = nullptr) {
  AdapterTable adapters = builtin_adapters();
  adapters.add({.name = "telegraph",
                .description = "of the tests",
                .lacks = {{"no_keys", "anyone there may move it"}, {"no_sequence", "late ones count"}},
                .make = [made](const RobotConfig& config, const AdapterEvents& on_event) -> std::unique_ptr<RobotBody> {
                  on_event("ready");
                  auto body = std::make_unique<FakeBody>(config);
                  if (made) *made = body.get();
                  return body;
                }});
  return adapters;
}

std::string refusal_of(const RobotConfig& config) {
  return error_of([&] { AdaptedRobot(config, table(), {.real_time = false}); });
}

TEST(AdaptedRobot, IsDrivenLikeAnyOther) {
  FakeBody* body = nullptr;
  std::atomic<bool> said{false};
  AdaptedRobot robot(
      adapted_config(), table(&body),
      {.on_event = [&](const std::string& event) { said = said || event == "ready"; }, .real_time = false});
  EXPECT_TRUE(said);
  const Policy policy = fake_policy();
  {
    PolicyClient client(policy, robot.config(),
                        {.link = {.policy_name = "fake"}, .real_time = false, .context = robot.context()});
    ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
    client.arm();
    ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::armed && body->commands > 20; }));
    client.stop("enough");
    ASSERT_TRUE(soon([&] { return client.robot().mode == Mode::stopped; }));
  }
  EXPECT_EQ(body->outside, 0u);
  robot.check();
}

TEST(AdaptedRobot, WhatTheDialectLacksIsToBeAcceptedByName) {
  RobotConfig config = adapted_config();
  config.accept = {"no_sequence"};
  std::string text = refusal_of(config);
  expect_contains(text, "the robot 'fake': the protocol of the adapter 'telegraph' lacks");
  expect_contains(text, "no_keys (anyone there may move it)");
  EXPECT_EQ(text.find("late ones count"), std::string::npos);
  expect_contains(text, "accept: [no_keys, no_sequence]");
  config.accept = {"no_keys", "no_sequence", "no_key"};
  expect_contains(refusal_of(config), "did you mean 'no_keys'?");
}

TEST(AdaptedRobot, AnUnknownDialectIsRefusedWithTheNearest) {
  RobotConfig config = adapted_config();
  config.adapter = "telegrap";
  expect_contains(refusal_of(config), "no adapter is called 'telegrap'; did you mean 'telegraph'?");
  config.adapter = "smoke";
  expect_contains(refusal_of(config), "sinew");
}

TEST(AdaptedRobot, AnAddressOfOurOwnProtocolIsRefused) {
  RobotConfig config = adapted_config();
  config.address = "tcp://192.168.1.20:5555";
  expect_contains(refusal_of(config), "stand under `wire`");
}

TEST(AdaptedRobot, WhatIsForOtherDialectsIsRefusedWithoutOne) {
  RobotConfig config = fake_config();
  config.accept = {"no_keys"};
  expect_contains(error_of([&] { check_robot_config(config); }), "accept: our own protocol lacks nothing");
  config.accept.clear();
  config.wire.set("commands", ConfigNode::scalar("tcp://127.0.0.1:5555"));
  expect_contains(error_of([&] { check_robot_config(config); }), "another `adapter`");
}

}  // namespace
}  // namespace sinew
