#pragma once
#include <cstdint>
#include <span>

#include "robots/safety/alarms.h"

namespace sinew {

/// unconfigured: no handshake yet; inactive: observes, sends the motors no commands; armed: obeys; stopped: sends the
/// commands that its limits specify for a stop, until a person acknowledges the reason.
enum class Mode { unconfigured, inactive, armed, stopped };
inline constexpr size_t mode_count = 4;
const char* name_of(Mode mode);

/// A session's number must exceed all earlier ones, but by no more than this, so that one wrong number cannot use up
/// the remaining range.
inline constexpr uint64_t largest_session_step = uint64_t{1} << 32;

/// A robot's mode, and the blend at the start of motion. Only arm() makes it obey, only acknowledge() ends a stop, and
/// only release() ends an emergency stop: a restored link does none of these.
class RobotMode {
 public:
  /// blend: s, from the pose at arming to full obedience.
  explicit RobotMode(double blend) : blend_(blend) {}

  Mode mode() const { return mode_; }
  /// The reason of the last stop.
  const AlarmReport& reason() const { return reason_; }
  /// The session whose actions are obeyed; each arm() sets another one; 0 before the first.
  uint64_t session() const { return session_; }

  /// Both sides have agreed on everything that they exchange. Does not end a stop.
  void configure();
  /// Succeeds only from inactive, if `alarm` reports nothing and `session` exceeds all earlier ones by at most
  /// largest_session_step. It must exceed them because their actions may still be on their way. Otherwise returns false
  /// and changes nothing.
  bool arm(const AlarmReport& alarm, uint64_t session, double now);
  /// Latches. The first reason is kept, except that an emergency stop replaces any other.
  void stop(const AlarmReport& reason);
  bool in_emergency() const { return mode_ == Mode::stopped && reason_.alarm == Alarm::emergency; }
  /// From stopped to inactive, so that arm() may follow: release() after an emergency stop, acknowledge() after any
  /// other. Different people should request the two: the person who was stopped must not release the emergency stop.
  void acknowledge();
  void release();
  /// The link is lost, or its other side has changed: an armed robot stops, and the agreement ends.
  void disconnect();

  /// The weight of an action's command against the pose at arm(): 0 to 1.
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
