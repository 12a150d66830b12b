// sinew stream with a robot of another protocol, as a user runs it, against LeKiwi's host in Python.
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "nets/formats/policy_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"
#include "tests/robots/lekiwi_fixture.h"

namespace sinew {
namespace {

class StreamLekiwi : public testing::Test {
 protected:
  void SetUp() override {
    if (!PythonPeer::has("zmq")) GTEST_SKIP() << "python3-zmq is not installed";
    host_ = std::make_unique<PythonPeer>("lekiwi_host.py", std::vector<std::string>{});
    std::istringstream addresses(host_->await("addresses"));
    std::string commands, observations;
    addresses >> commands >> observations;
    config_ = lekiwi_test_config(commands, observations);
    save_policy(folder_.file("wanderer.safetensors"), lekiwi_policy(true), {});
  }
  ChildProcess::Result stream(std::vector<std::string> more) {
    folder_.write("kiwi.yaml", write_config(config_).to_yaml());
    std::vector<std::string> words = {"stream", folder_.file("wanderer.safetensors"), "--robot",
                                      folder_.file("kiwi.yaml")};
    words.insert(words.end(), more.begin(), more.end());
    return run_sinew(words);
  }

  const TemporaryFolder folder_;
  std::unique_ptr<PythonPeer> host_;
  RobotConfig config_;
};

TEST_F(StreamLekiwi, IsDrivenAndStandsInTheEnd) {
  const ChildProcess::Result result =
      stream({"--arm", "--seconds", "1.5", "--record", folder_.file("kiwi.mcap"), "--json", folder_.file("kiwi.json")});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  expect_contains(result.output, "the adapter 'lekiwi' lacks: no_keys, no_handshake, no_sequence, no_stamps");
  expect_contains(result.output, "connected to the robot 'lekiwi'");
  std::ifstream file(folder_.file("kiwi.json"));
  EXPECT_GT(nlohmann::json::parse(file)["actions"].get<int>(), 5);
  const std::vector<std::string> commands = host_->lines("command");
  ASSERT_GT(commands.size(), 10u);
  const LekiwiCommand last = decode_lekiwi_command(commands.back());
  EXPECT_TRUE(last[0].has_value()) << "a host fails on a command without the arm";
  for (size_t i = lekiwi_arm_size; i < lekiwi_size; ++i) EXPECT_EQ(last[i], 0.0);
  const ChildProcess::Result log = run_sinew({"log", folder_.file("kiwi.mcap"), "--replay"});
  EXPECT_EQ(log.exit_code, 0) << log.output << log.errors;
  expect_contains(log.output, "come out with the same bits");
}

TEST_F(StreamLekiwi, ItsShadowSendsNothing) {
  const ChildProcess::Result result = stream({"--shadow", "--seconds", "1", "--no-record"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_TRUE(host_->lines("command").empty());
}

TEST_F(StreamLekiwi, WhatItLacksIsNamedBeforeAnythingStarts) {
  config_.accept = {"no_stamps"};
  const ChildProcess::Result result = stream({"--arm", "--seconds", "1", "--no-record"});
  EXPECT_EQ(result.exit_code, 2);
  for (const char* lack : {"no_keys", "no_handshake", "no_sequence", "accept: ["}) expect_contains(result.errors, lack);
  config_.adapter = "lekwi";
  expect_contains(stream({"--arm", "--seconds", "1", "--no-record"}).errors, "did you mean 'lekiwi'?");
  EXPECT_TRUE(host_->lines("command").empty());
}

}  // namespace
}  // namespace sinew
