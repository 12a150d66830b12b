#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "robots/link/link_socket.h"
#include "robots/protocol/messages.h"
#include "robots/protocol/robot_config.h"

namespace sinew {

/// A policy's side that sends what it is told to, right or wrong, and keeps what it receives; used to test other
/// implementations of a robot. It acts in the caller's thread, within until(). While the robot reports that it is
/// armed, the probe answers each observation with an action that holds the pose at arming.
class LinkProbe {
 public:
  using Frames = std::vector<std::string>;
  LinkProbe(const RobotConfig& config, const SecureSocket& secure);

  /// Handles messages and sends heartbeats until the condition holds; false: it does not within `seconds`.
  bool until(const std::function<bool()>& condition, double seconds);
  void live(double seconds);

  void say(const Message& message) { say_frames(encode(message)); }
  void say_frames(const Frames& frames);
  /// Repeats a greeting until an answer arrives; "" if that is a welcome, else the refusal, or the message that was not
  /// understood.
  std::string greet(const Hello& hello, double seconds);
  /// Requests a new session. True once the robot obeys.
  bool arm(double seconds);
  /// The next action: it holds the pose, and answers the last observation.
  RobotAction hold();
  uint64_t session() const { return session_; }  // the last one requested

  bool is_silent = false;                                         // sends nothing by itself
  bool acts = true;                                               // answers an armed robot's observations
  std::function<void(const ObservationMessage&)> on_observation;  // each, before it is answered

  // What it received.
  Welcome welcome;
  ObservationMessage seen;  // the last one
  HeartbeatReply reply;
  std::string refusal;         // the last one
  std::string not_understood;  // the last invalid message, and why; "": all were valid
  uint64_t welcomes = 0, refusals = 0, observations = 0, replies = 0;
  double beat_at = 0;  // s: the time in the last heartbeat

 private:
  void serve();
  void hear(const Message& message);
  void take(const ObservationMessage& observation);

  RobotConfig config_;
  LinkContext context_;
  LinkSocket socket_;
  Frames frames_;
  std::vector<double> pose_;
  uint64_t session_ = 0, sequence_ = 0;
};

}  // namespace sinew
