#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "robots/link/link_socket.h"
#include "robots/protocol/messages.h"
#include "robots/protocol/robot_config.h"
#include "tests/robots/fake_robot.h"

namespace sinew {

/// A policy's side made by hand, in the test's own thread: says what a test wants it to say, right or wrong. Left alone
/// it waves with both joints.
class HandPolicy {
 public:
  /// `context`: the robot's, where its address is inside this process.
  explicit HandPolicy(const RobotConfig& config, const SecureSocket& secure = {},
                      std::shared_ptr<LinkContext> context = std::make_shared<LinkContext>());

  Hello hello;  // with which it connects

  /// False: it cannot go now.
  bool say(const Message& message);
  bool say_frames(const std::vector<std::string>& frames);

  /// Greets until the robot agrees; false: it refuses, or says nothing for `seconds`.
  bool connect(double seconds = in_the_end);
  /// A new session; false where the robot does not obey it within `seconds`.
  bool arm(double seconds = in_the_end);
  /// After a stop: acknowledges it, and arms again; each takes at most `seconds`, or it is false.
  bool recover(double seconds = in_the_end);

  /// Takes what comes, and acts on it, until the condition holds; false: it does not within `seconds`.
  bool until(const std::function<bool()>& condition, double seconds = in_the_end);
  /// The same for so long.
  void live(double seconds);
  /// Once: what there is.
  void listen();

  /// What a good policy would answer, with the next sequence.
  ActionMessage answer(const ObservationMessage& observation);
  /// What it does at an observation of a robot that is armed: says the answer, or else; empty: nothing.
  std::function<void(const ObservationMessage&)> act;

  /// What it heard.
  ObservationMessage seen;  // the last one
  std::string refused;      // why, the last time; "": never
  std::string why;          // the robot stopped, the last time
  int welcomes = 0, replies = 0, refusals = 0;

 private:
  void hear(const Message& message);

  std::shared_ptr<LinkContext> context_;
  LinkSocket socket_;
  std::vector<std::string> frames_;
  uint64_t session_ = 0, sequence_ = 0;
  double said_at_ = 0;
};

}  // namespace sinew
