#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "robots/control/sent_observation.h"
#include "robots/link/link_keys.h"

namespace sinew {

/// A robot's side of a wire, ours or another's: serves a body to clients of that wire.
class RobotSide {
 public:
  virtual ~RobotSide() = default;
  /// Serves until go_on returns false; it is called at each tick. The robot is then commanded to its safe state, and to
  /// rest. Rethrows an error of another thread once the robot is safe.
  virtual void run(const std::function<bool()>& go_on) = 0;
  /// From any thread, and from a signal handler: the robot stops at its next tick.
  virtual void emergency_stop() noexcept = 0;
  /// From any thread, and from a signal handler: the robot may then be armed again.
  virtual void release_emergency_stop() noexcept = 0;
  /// Names, order, units and layouts of what it sends, images as sent: the interface of a recording.
  virtual std::vector<SensorSpec> sensors() const = 0;
  /// Its addresses, for people.
  virtual std::string where() const = 0;
  /// Its counters, one per line.
  virtual std::string report() const = 0;
};

struct RobotSideOptions {
  std::string wire;                            // the version of the dialect, if there are several; "": the newest
  std::optional<RobotSecurity> security = {};  // of the emergency stop; none: anyone who reaches its address may press
                                               // it
  std::function<void(const std::string&)> on_event = {};  // from several threads
  bool real_time = true;
  ObservationTap on_observation = {};  // for a recorder
};

}  // namespace sinew
