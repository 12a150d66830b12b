#pragma once
#include <cstdint>
#include <span>

#include "robots/safety/watches.h"

namespace sinew {

/// unconfigured: no handshake yet; inactive: observes, tells the motors nothing; armed: obeys; stopped: tells them what
/// its limits say for that case, until somebody acknowledges what happened.
enum class Mode { unconfigured, inactive, armed, stopped };
inline constexpr size_t mode_count = 4;
const char* name_of(Mode mode);

/// A session's number is greater than all before, but by no more than this: one wrong number must not use up all that
/// could follow it.
inline constexpr uint64_t largest_session_step = uint64_t{1} << 32;

/// Which of these a robot is in, and how it begins to move. Nothing but arm() makes it obey, and nothing but
/// acknowledge() ends a stop, and release() an emergency stop: a link that comes back does neither.
class RobotMode {
 public:
  /// blend: s, from the pose in which it is armed to obeying wholly.
  explicit RobotMode(double blend) : blend_(blend) {}

  Mode mode() const { return mode_; }
  /// Of the last stop.
  const AlarmReport& reason() const { return reason_; }
  /// The session whose actions are obeyed; another one after each arm(), 0 before the first.
  uint64_t session() const { return session_; }

  /// Both sides have agreed on all that they exchange. Ends nothing that was stopped.
  void configure();
  /// From inactive, where `alarm` says that nothing is wrong and `session` is greater than all before, whose actions
  /// may still be on their way, by largest_session_step at most: false otherwise, and nothing changes.
  bool arm(const AlarmReport& alarm, uint64_t session, double now);
  /// Latched. The first reason counts, but an emergency stop counts more than any.
  void stop(const AlarmReport& reason);
  bool in_emergency() const { return mode_ == Mode::stopped && reason_.alarm == Alarm::emergency; }
  /// From stopped to inactive, so that arm() may follow: after an emergency stop the latter alone, else the former. To
  /// be asked for by different people: the one who was stopped must not release himself.
  void acknowledge();
  void release();
  /// The link is gone, or its other side is another one: what was armed is stopped, and there is no agreement any more.
  void disconnect();

  /// Of an action's command, how much counts beside the pose at arm(): 0 to 1.
  double share(double now) const;

 private:
  void end_stop();

  double blend_;
  Mode mode_ = Mode::unconfigured;
  bool configured_ = false;
  AlarmReport reason_;
  uint64_t session_ = 0;
  double armed_at_ = 0;
};

}  // namespace sinew
