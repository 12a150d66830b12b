#include "robots/safety/actuator_limits.h"

#include <fmt/ranges.h>

#include <cmath>

namespace sinew {
namespace {

void check_one(const ActuatorLimits& limits) {
  if (limits.position.size() != 2 || !(limits.lowest() < limits.highest()) || !std::isfinite(limits.lowest()) ||
      !std::isfinite(limits.highest()))
    fail("position: the joint's range must be [lowest, highest], two finite numbers");
  for (const auto& [name, value] : {std::pair("velocity", limits.velocity),
                                    std::pair("acceleration", limits.acceleration), std::pair("step", limits.step)})
    if (!(value > 0) || !std::isfinite(value)) fail("{}: a limit above 0 is needed, not {}", name, value);
  const bool takes_torque = limits.kind() == ActuatorLimits::Kind::torque;
  if (takes_torque && (!(limits.torque > 0) || !std::isfinite(limits.torque)))
    fail("torque: an actuator that takes torques needs its limit");
  const bool goes_together = limits.when_stopped == "hold"   ? limits.kind() == ActuatorLimits::Kind::position
                             : limits.when_stopped == "damp" ? takes_torque
                                                             : limits.kind() != ActuatorLimits::Kind::position;
  if (!goes_together)
    fail("when_stopped: '{}' does not suit an actuator that takes a {}", limits.when_stopped, limits.command);
  if (limits.when_stopped == "damp" && !(limits.damping > 0 && std::isfinite(limits.damping)))
    fail("damping: {{when_stopped: damp}} needs it, in N m s/rad");
}

// Visits an actuator and stores its values, as text, under their keys.
class Sayings {
 public:
  using List = std::vector<std::pair<std::string, std::string>>;
  static List of(ActuatorLimits limits) {
    limits.unit = limits.command_unit();
    Sayings sayings;
    limits.visit(sayings);
    return sayings.list_;
  }
  template <class T, class... Check>
  void required(const char* key, const T& value, const Check&...) {
    list_.emplace_back(key, fmt::format("{}", value));
  }
  template <class T, class... Check>
  void optional(const char* key, const T& value, const Check&...) {
    required(key, value);
  }

 private:
  List list_;
};

}  // namespace

std::string first_difference(const std::vector<ActuatorLimits>& ours, const std::vector<ActuatorLimits>& theirs,
                             const std::string& us, const std::string& them) {
  const auto names = [](const std::vector<ActuatorLimits>& all) {
    std::vector<std::string> list;
    for (const ActuatorLimits& one : all) list.push_back(one.name);
    return fmt::format("{} ({})", all.size(), fmt::join(list, ", "));
  };
  if (ours.size() != theirs.size())
    return fmt::format("the number of actuators is {} in {}, {} in {}", names(ours), us, names(theirs), them);
  for (size_t i = 0; i < ours.size(); ++i) {
    const Sayings::List mine = Sayings::of(ours[i]), other = Sayings::of(theirs[i]);
    for (size_t k = 0; k < mine.size(); ++k) {
      if (mine[k].second == other[k].second) continue;
      if (mine[k].first == "name")
        return fmt::format("actuator {} is '{}' in {}, '{}' in {}", i + 1, mine[k].second, us, other[k].second, them);
      return fmt::format("actuator '{}' has the {} {} in {}, {} in {}", ours[i].name, mine[k].first, mine[k].second, us,
                         other[k].second, them);
    }
  }
  return "";
}

void check_limits(const std::vector<ActuatorLimits>& limits) {
  if (limits.empty()) fail("no actuator has limits; a robot without them does not move");
  for (const ActuatorLimits& actuator : limits)
    with_context(fmt::format("actuator '{}'", actuator.name), [&] { check_one(actuator); });
}

}  // namespace sinew
