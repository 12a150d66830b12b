#include "robots/actuator_limits.h"

#include <cmath>

namespace sinew {
namespace {

void check_one(const ActuatorLimits& limits) {
  if (limits.position.size() != 2 || !(limits.lowest() < limits.highest()) || !std::isfinite(limits.lowest()) ||
      !std::isfinite(limits.highest()))
    fail("position: the joint's range is to be [lowest, highest], two finite numbers");
  for (const auto& [name, value] : {std::pair("velocity", limits.velocity), std::pair("acceleration", limits.acceleration),
                                    std::pair("step", limits.step)})
    if (!(value > 0) || !std::isfinite(value)) fail("{}: a limit above 0 is needed, not {}", name, value);
  const bool takes_torque = limits.kind() == ActuatorLimits::Kind::torque;
  if (takes_torque && (!(limits.torque > 0) || !std::isfinite(limits.torque)))
    fail("torque: an actuator that takes torques needs its limit");
  const bool goes_together = limits.when_stopped == "hold"   ? limits.kind() == ActuatorLimits::Kind::position
                             : limits.when_stopped == "damp" ? takes_torque
                                                             : limits.kind() != ActuatorLimits::Kind::position;
  if (!goes_together)
    fail("when_stopped: '{}' cannot be told to an actuator that takes a {}", limits.when_stopped, limits.command);
  if (limits.when_stopped == "damp" && !(limits.damping > 0 && std::isfinite(limits.damping)))
    fail("damping: {{when_stopped: damp}} needs it, in N m s/rad");
}

}  // namespace

void check_limits(const std::vector<ActuatorLimits>& limits) {
  if (limits.empty()) fail("no actuator has limits; a robot without them does not move");
  for (const ActuatorLimits& actuator : limits)
    with_context(fmt::format("actuator '{}'", actuator.name), [&] { check_one(actuator); });
}

}  // namespace sinew
