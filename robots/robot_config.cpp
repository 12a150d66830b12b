#include "robots/robot_config.h"

#include <cmath>
#include <set>

namespace sinew {

std::vector<ActuatorLimits> RobotConfig::limits() const {
  std::vector<ActuatorLimits> all;
  for (const ActuatorConfig& actuator : actuators) all.push_back(actuator.limits);
  return all;
}

int RobotConfig::ticks() const {
  return control_rate > 0 ? std::max(1, static_cast<int>(std::lround(control_rate / rate))) : 1;
}

const std::vector<ConfigNode>& RobotConfig::processing(const std::string& camera) const {
  static const std::vector<ConfigNode> nothing;
  for (const auto& [name, config] : cameras)
    if (name == camera) return config.process;
  return nothing;
}

void check_robot_config(const RobotConfig& config) {
  check_limits(config.limits());
  if (config.adapter == own_protocol && !config.accept.empty())
    fail("accept: our own protocol lacks nothing; it is for a robot with another `adapter`");
  if (config.adapter == own_protocol && !config.wire.is_null() && !config.wire.entries().empty())
    throw config.wire.error("it is for a robot with another `adapter`");
  std::set<std::string> names;
  for (const ActuatorConfig& actuator : config.actuators) {
    if (!names.insert(actuator.limits.name).second) fail("the actuator '{}' is there twice", actuator.limits.name);
    if (actuator.scale == 0 || !std::isfinite(actuator.scale) || !std::isfinite(actuator.offset))
      fail("actuator '{}': scale {} and offset {} must be finite, and scale not 0", actuator.limits.name, actuator.scale,
           actuator.offset);
  }
  if (config.control_rate > 0 && std::abs(config.control_rate - config.rate * config.ticks()) > 1e-6 * config.control_rate)
    fail("control_rate {} Hz is no multiple of rate, {} Hz", config.control_rate, config.rate);
  const double period = 1 / config.rate;
  if (config.watchdog < 1.5 * period)
    fail("watchdog: {} s pass between two actions at {} Hz, so it needs at least {}, not {}", period, config.rate,
         1.5 * period, config.watchdog);
  if (config.max_age > config.watchdog)
    fail("max_age {} s is more than watchdog, {} s: actions would be obeyed that come after the robot has stopped",
         config.max_age, config.watchdog);
}

RobotConfig load_robot_config(const std::string& path) {
  RobotConfig config = read_config<RobotConfig>(ConfigNode::parse_file(path));
  with_context(path, [&] { check_robot_config(config); });
  return config;
}

ActionSpec actions_of(const std::vector<ActuatorLimits>& limits, double rate) {
  ActionSpec spec;
  spec.rate = rate;
  ActionPart& part = spec.parts.emplace_back();
  part.name = "actuators";
  for (const ActuatorLimits& one : limits) {
    const bool position = one.kind() == ActuatorLimits::Kind::position;
    const double most = one.kind() == ActuatorLimits::Kind::velocity ? one.velocity : one.torque;
    part.labels.push_back(one.name);
    part.units.push_back(one.command_unit());
    part.low.push_back(position ? one.lowest() : -most);
    part.high.push_back(position ? one.highest() : most);
  }
  return spec;
}

}  // namespace sinew
