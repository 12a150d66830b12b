// One side of a link as a separate process, which a test may kill or freeze.
//
//   fake_process robot ADDRESS STOP_ADDRESS    serves the fake robot: prints "listens on A B", then each event
//   fake_process policy ADDRESS                connects to it, arms, and acts: prints each event; "acknowledge" and
//                                              "arm" on standard input do so
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <iostream>
#include <string>

#include "core/error.h"
#include "tests/robots/fake_robot.h"

namespace sinew {
namespace {

void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

int serve(const std::string& address, const std::string& stop_address) {
  RobotConfig config = fake_config();
  config.address = address;
  config.stop_address = stop_address;
  FakeBody body(config);
  body.stir = 0.5;
  RobotServer server(config, body, {.link = {.on_event = say}, .real_time = false});
  say(fmt::format("listens on {} {}", server.address(), server.stop_address()));
  server.run([] { return true; });
  return 0;
}

int act(const std::string& address) {
  RobotConfig config = fake_config();
  config.address = address;
  const Policy policy = fake_policy();
  PolicyClient client(policy, config, {.link = {.policy_name = "fake", .on_event = say}, .real_time = false});
  say("connected");
  client.arm();
  for (std::string word; std::cin >> word;) {
    if (word == "acknowledge") client.acknowledge();
    if (word == "arm") client.arm();
    client.check();
  }
  return 0;
}

}  // namespace
}  // namespace sinew

int main(int argc, char** argv) {
  try {
    const std::string side = argc > 2 ? argv[1] : "";
    if (side == "robot" && argc == 4) return sinew::serve(argv[2], argv[3]);
    if (side == "policy" && argc == 3) return sinew::act(argv[2]);
    fmt::print(stderr, "fake_process robot ADDRESS STOP_ADDRESS, or fake_process policy ADDRESS\n");
  } catch (const sinew::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
  }
  return 2;
}
