#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "robots/control/sent_observation.h"
#include "robots/link/link_keys.h"

namespace sinew {

/// A robot's side of a wire, ours or another's: serves a body to those who speak it.
class RobotSide {
 public:
  virtual ~RobotSide() = default;
  /// Serves until go_on says false, asked at each tick; the robot is then told to be safe, and to rest. Rethrows what
  /// went wrong in another thread, the robot being safe.
  virtual void run(const std::function<bool()>& go_on) = 0;
  /// From any thread, and from a signal handler: the robot stops at its next tick.
  virtual void emergency_stop() noexcept = 0;
  /// Likewise: after that it may be armed again.
  virtual void release_emergency_stop() noexcept = 0;
  /// Names, order, units and layouts of what it sends, images as they go out: the interface of a recording.
  virtual std::vector<SensorSpec> sensors() const = 0;
  /// Its addresses, for people.
  virtual std::string where() const = 0;
  /// What it counted, a line each.
  virtual std::string report() const = 0;
};

struct RobotSideOptions {
  std::string wire;                            // the version of the dialect, where there are several; "": the newest
  std::optional<RobotSecurity> security = {};  // of the emergency stop; none: whoever reaches its address may press it
  std::function<void(const std::string&)> on_event = {};  // from several threads
  bool real_time = true;
  ObservationTap on_observation = {};  // for a recorder
};

}  // namespace sinew
