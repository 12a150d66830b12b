#include "robots/protocol/link_address.h"

#include <functional>
#include <utility>
#include <vector>

#include "robots/protocol/robot_config.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(LinkAddress, KnowsWhatStaysOnThisComputer) {
  for (const char* address :
       {"tcp://127.0.0.1:5570", "tcp://127.0.0.1:*", "tcp://127.12.3.4:1", "tcp://localhost:5570", "tcp://[::1]:5570",
        "tcp://lo:5570", "ipc:///tmp/robot", "ipc://@robot", "inproc://robot"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address : {"tcp://*:5570",
                              "tcp://0.0.0.0:5570",
                              "tcp://[::]:5570",
                              "tcp://192.168.1.7:5570",
                              "tcp://[2001:db8::1]:5570",
                              "tcp://robot:5570",
                              "tcp://localhost.lan:5570",
                              "tcp://127.0.0.1.lan:5570",
                              "tcp://127.1:5570",
                              "tcp://eth0:5570",
                              "tcp://127.0.0.1",
                              "tcp://127.0.0.1:",
                              "tcp://127.0.0.1:x",
                              "tcp://127.0.0.1:65536",
                              "tcp://127.0.0.1:-1",
                              "tcp://10.0.0.1:0;127.0.0.1:5570",
                              "tcp://127.0.0.1:0;10.0.0.1:5570",
                              "tcp://",
                              "tcp://:1",
                              "udp://127.0.0.1:5570",
                              "ws://127.0.0.1:80",
                              "TCP://127.0.0.1:5570",
                              " tcp://127.0.0.1:5570",
                              "127.0.0.1:5570",
                              "ipc:/x",
                              "",
                              ":",
                              "tcp:"})
    EXPECT_FALSE(is_loopback(address)) << address;
}

// Hosts × typing errors: each is reported as invalid, and the suggested address is the intended one.
TEST(LinkAddress, ASlipIsMendedAndNotAllowed) {
  using Slip = std::function<std::string(const std::string& host, const std::string& port)>;
  const std::vector<std::pair<Slip, bool>> slips = {
      // whether the port is still readable
      {[](auto& host, auto& port) { return host + ":" + port; }, true},
      {[](auto& host, auto& port) { return "//" + host + ":" + port; }, true},
      {[](auto& host, auto& port) { return "tcp:" + host + ":" + port; }, true},
      {[](auto& host, auto& port) { return "tcp:/" + host + ":" + port; }, true},
      {[](auto& host, auto& port) { return "tcp:///" + host + ":" + port; }, true},
      {[](auto& host, auto& port) { return "TCP://" + host + ":" + port; }, true},
      {[](auto& host, auto& port) { return "http://" + host + ":" + port; }, true},
      {[](auto& host, auto& port) { return "tcp://" + host + ":" + port + "/"; }, true},
      {[](auto& host, auto& port) { return " tcp://" + host + ":" + port; }, true},
      {[](auto& host, auto& port) { return "tcp://" + host + " :" + port; }, true},
      {[](auto& host, auto&) { return "tcp://" + host; }, false},
      {[](auto& host, auto&) { return "tcp://" + host + ":"; }, false},
      {[](auto& host, auto&) { return host; }, false},
      {[](auto& host, auto&) { return "tcp://" + host + ":99999"; }, false},
      {[](auto& host, auto&) { return "tcp://" + host + ":-1"; }, false},
      {[](auto& host, auto&) { return "tcp://" + host + ":port"; }, false}};
  for (const std::string host : {"127.0.0.1", "localhost", "192.168.1.7", "robot.lan", "[::1]", "*"})
    for (const std::string port : {"5580", "1", "65535"}) {
      EXPECT_EQ(why_no_address("tcp://" + host + ":" + port, 5570), "");
      for (const auto& [slip, has_port] : slips) {
        const std::string text = slip(host, port);
        EXPECT_EQ(why_no_address(text, 5570),
                  "'" + text + "' is not an address; write tcp://" + host + ":" + (has_port ? port : "5570"));
        EXPECT_FALSE(is_loopback(text)) << text;
        RobotConfig config;
        for (std::string* address : {&config.address, &config.stop_address}) {
          const std::string before = std::exchange(*address, text);
          const std::string error = error_of([&] { check_robot_config(config); });
          expect_contains(error, "is not an address; write tcp://");
          EXPECT_EQ(error.find("allow"), std::string::npos) << error;
          *address = before;
        }
      }
    }
}

TEST(LinkAddress, OthersThatAreNone) {
  const std::pair<std::string, std::string> cases[] = {{"", "tcp://127.0.0.1:5570"},
                                                       {"5580", "tcp://127.0.0.1:5580"},
                                                       {"tcp://127.0.1:5580", "tcp://127.0.0.1:5580"},
                                                       {"tcp://", "tcp://127.0.0.1:5570"},
                                                       {"tcp://1.2.3.999:5580", "tcp://127.0.0.1:5580"},
                                                       {"ipc:/tmp/x", "ipc:///tmp/x"}};
  for (const auto& [text, meant] : cases)
    EXPECT_EQ(why_no_address(text, 5570), "'" + text + "' is not an address; write " + meant);
  expect_contains(why_no_address("ipc://" + std::string(200, 'x'), 5570), "too long");
  for (const char* good : {"ipc:///tmp/robot", "inproc://x", "tcp://127.0.0.1:*", "tcp://10.0.0.1:0;10.0.0.2:5570"})
    EXPECT_EQ(why_no_address(good, 5570), "");
}

TEST(LinkAddress, ASlipOfThisComputersNameIsNamed) {
  for (const char* host : {"localhots", "locahost", "lcoalhost", "Localhost", "localhostt"})
    EXPECT_EQ(meant_for_this_computer(std::string("tcp://") + host + ":5580"), "; did you mean tcp://localhost:5580?");
  EXPECT_EQ(meant_for_this_computer("tcp://127.0.0.l:5580"), "; did you mean tcp://127.0.0.1:5580?");
  for (const char* host : {"robot", "192.168.1.7", "10.0.0.1", "eth0", "*", "arm.local"})
    EXPECT_EQ(meant_for_this_computer(std::string("tcp://") + host + ":5580"), "") << host;
}

TEST(LinkAddress, TheEmergencyStopHasItsOwn) {
  RobotConfig config;
  config.stop_address = config.address;
  expect_contains(error_of([&] { check_robot_config(config); }), "the emergency stop needs a port of its own");
}

}  // namespace
}  // namespace sinew
