#pragma once
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "robots/link/link_socket.h"
#include "robots/protocol/handshake.h"
#include "tests/robots/fake_robot.h"

namespace sinew {

/// A policy's side without its own gate: it sends what the test gives it, so the robot's side has to refuse what it
/// must not obey. Single-threaded; it acts only within a call.
class CarelessPolicy {
 public:
  /// Connects; returns once the robot has agreed.
  CarelessPolicy(const Policy& policy, const RobotConfig& config)
      : socket_(context_, LinkSocket::Kind::dealer, {.queue = 10}) {
    socket_.connect(config.address);
    say(make_hello("careless", PolicyRunner(policy), config));
    await<Welcome>();
  }

  void say(const Message& message) {
    if (!soon([&] { return socket_.send(encode(message)); }, 20)) fail("the robot takes no message");
  }

  /// Waits for the next observation.
  const ObservationMessage& observe() {
    say(Heartbeat{});
    return seen_ = await<ObservationMessage>();
  }
  const ObservationMessage& seen() const { return seen_; }

  /// Acknowledges and arms until the robot is armed.
  void arm() {
    while (observe().mode != Mode::armed) {
      if (seen_.mode == Mode::stopped) say(Acknowledge{});
      if (seen_.mode == Mode::inactive) say(Arm{++session_});
      observe();
    }
  }

  /// The next action, in answer to the last observation.
  RobotAction action(std::vector<double> values) {
    return {seen_.session, ++sequence_, seen_.sequence, seen_.stamp, std::move(values)};
  }

 private:
  template <class Kind>
  Kind await() {
    LinkSocket* sockets[] = {&socket_};
    std::vector<std::string> frames;
    for (int i = 0; i < 200; ++i) {
      wait_for(sockets, nobody_, 0.1);
      if (!socket_.receive(frames)) continue;
      const std::vector<std::string_view> views(frames.begin(), frames.end());
      Message message = decode(views);
      if (Kind* awaited = std::get_if<Kind>(&message)) return std::move(*awaited);
    }
    fail("the robot does not say what it should");
  }

  LinkContext context_;
  LinkSocket socket_;
  Doorbell nobody_;
  ObservationMessage seen_;
  uint64_t session_ = 0, sequence_ = 0;
};

}  // namespace sinew
