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

/// A handmade policy's side, in the test's own thread: sends what a test needs, valid or invalid. By default it waves
/// with both joints.
class HandPolicy {
 public:
  /// `context`: the robot's, if its address is inside this process.
  explicit HandPolicy(const RobotConfig& config, const SecureSocket& secure = {},
                      std::shared_ptr<LinkContext> context = std::make_shared<LinkContext>());

  Hello hello;  // sent when connecting

  /// Returns false if it cannot be sent now.
  bool say(const Message& message);
  bool say_frames(const std::vector<std::string>& frames);

  /// Greets until the robot agrees; false if it refuses or does not answer for `seconds`.
  bool connect(double seconds = in_the_end);
  /// Starts a new session; false if the robot does not obey it within `seconds`.
  bool arm(double seconds = in_the_end);
  /// After a stop, acknowledges it and arms again; each may take at most `seconds`, else it returns false.
  bool recover(double seconds = in_the_end);

  /// Receives messages and acts on them until the condition holds; false if it does not within `seconds`.
  bool until(const std::function<bool()>& condition, double seconds = in_the_end);
  /// The same for the given time.
  void live(double seconds);
  /// Receives the pending messages once.
  void listen();

  /// The answer of a well-behaved policy, with the next sequence number.
  RobotAction answer(const ObservationMessage& observation);
  /// Called at each observation of an armed robot: sends the answer, or something else; empty: nothing.
  std::function<void(const ObservationMessage&)> act;

  /// The messages received.
  ObservationMessage seen;  // the last one
  std::string refused;      // the last reason; "": never
  std::string why;          // the last reason for a stop of the robot
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
