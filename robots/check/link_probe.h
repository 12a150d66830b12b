#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "robots/link/link_socket.h"
#include "robots/protocol/messages.h"
#include "robots/protocol/robot_config.h"

namespace sinew {

/// A policy's side that says what it is told to, right or wrong, and keeps what it hears: with it somebody else's robot
/// is tried. It acts in the caller's thread, within until(). While the robot says that it is armed, each observation is
/// answered by an action that holds it where it was armed.
class LinkProbe {
 public:
  using Frames = std::vector<std::string>;
  LinkProbe(const RobotConfig& config, const SecureSocket& secure);

  /// Takes what comes, and lives (heartbeats), until the condition holds; false: it does not within `seconds`.
  bool until(const std::function<bool()>& condition, double seconds);
  void live(double seconds);

  void say(const Message& message) { say_frames(encode(message)); }
  void say_frames(const Frames& frames);
  /// Says a greeting until an answer comes; "" where that is a welcome, else the refusal, or what was not understood.
  std::string greet(const Hello& hello, double seconds);
  /// A new session. True once it obeys.
  bool arm(double seconds);
  /// The next action: it holds, and answers what was seen last.
  ActionMessage hold();
  uint64_t session() const { return session_; }  // that was asked for last

  bool is_silent = false;                                         // says nothing by itself
  bool acts = true;                                               // answers an armed robot's observations
  std::function<void(const ObservationMessage&)> on_observation;  // each, before it is answered

  // What it heard.
  Welcome welcome;
  ObservationMessage seen;  // the last one
  HeartbeatReply reply;
  std::string refusal;         // the last one
  std::string not_understood;  // the last message that is none, and why; "": all were understood
  uint64_t welcomes = 0, refusals = 0, observations = 0, replies = 0;
  double beat_at = 0;  // s: what the last heartbeat said

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
