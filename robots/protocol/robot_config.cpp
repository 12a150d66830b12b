#include "robots/protocol/robot_config.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/input_path.h"
#include "robots/protocol/link_address.h"

namespace sinew {

std::vector<ActuatorLimits> RobotConfig::limits() const {
  std::vector<ActuatorLimits> all;
  for (const ActuatorConfig& actuator : actuators) all.push_back(actuator.limits);
  return all;
}

int RobotConfig::ticks() const {
  return control_rate > 0 ? std::max(1, static_cast<int>(std::lround(control_rate / rate))) : 1;
}

const RobotCameraConfig& RobotConfig::camera(const std::string& name) const {
  static const RobotCameraConfig nothing;
  for (const auto& [own, config] : cameras)
    if (own == name) return config;
  return nothing;
}

namespace {

/// A config, and the file's map, which gives errors their location; null: the config was made by a program.
struct Checked {
  const RobotConfig& config;
  const ConfigNode* file;

  Error error(const char* key, const std::string& message) const {
    const ConfigNode* node = file ? file->find(key) : nullptr;
    return node ? node->error(message) : Error(fmt::format("{}: {}", key, message));
  }
  template <class Body>
  void at_actuator(size_t i, Body&& body) const {
    if (!file) return body();
    with_context(file->find("actuators")->items_or_one().at(i).where(), body);
  }
};

// Two names for one place are detected when the second socket is bound.
void check_addresses(const Checked& checked) {
  const RobotConfig& config = checked.config;
  const auto check = [&](const char* key, const std::string& address, int port) {
    if (const std::string why = why_no_address(address, port); !why.empty()) throw checked.error(key, why);
  };
  check("address", config.address, 5570);
  check("stop_address", config.stop_address, 5571);
  if (config.address != config.stop_address || config.address.ends_with(":*")) return;
  const bool says_stop = checked.file && checked.file->find("stop_address");
  throw checked.error(
      says_stop ? "stop_address" : "address",
      fmt::format("address and stop_address are both {}; the emergency stop needs a port of its own", config.address));
}

// The name is used in file names.
void check_name(const Checked& checked) {
  const std::string& name = checked.config.robot;
  const auto fits = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '/' && c != 0x7f; };
  if (name.size() > 100 || name.starts_with('.') || !std::ranges::all_of(name, fits))
    throw checked.error("robot",
                        fmt::format("'{}' is not a valid name: recordings are named after it, so it has at most 100 "
                                    "characters, no '/', and does not begin with '.'; write lab_arm1 for lab/arm1",
                                    shortened(name)));
}

void check_dialect(const Checked& checked) {
  const RobotConfig& config = checked.config;
  if (config.adapter != own_protocol) return;
  if (config.robot_has_stop)
    throw checked.error(
        "robot_has_stop",
        "with our own protocol a robot always has its stop; this key is for a robot with another `adapter`");
  if (!config.accept.empty())
    throw checked.error("accept", "our own protocol lacks nothing; this key is for a robot with another `adapter`");
  if (!config.wire.is_null() && !config.wire.entries().empty())
    throw config.wire.error("it is for a robot with another `adapter`");
}

void check_actuators(const Checked& checked) {
  const std::vector<ActuatorConfig>& actuators = checked.config.actuators;
  if (actuators.empty()) throw checked.error("actuators", "no actuator has limits; a robot without them does not move");
  std::set<std::string> names;
  for (size_t i = 0; i < actuators.size(); ++i)
    checked.at_actuator(i, [&, &actuator = actuators[i]] {
      const std::string& name = actuator.limits.name;
      check_limits({actuator.limits});
      if (!names.insert(name).second) fail("the actuator '{}' appears twice", name);
      if (actuator.scale == 0 || !std::isfinite(actuator.scale) || !std::isfinite(actuator.offset))
        fail("actuator '{}': scale {} and offset {} must be finite, and scale not 0", name, actuator.scale,
             actuator.offset);
    });
}

void check_times(const Checked& checked) {
  const RobotConfig& config = checked.config;
  if (config.control_rate > 0 &&
      std::abs(config.control_rate - config.rate * config.ticks()) > 1e-6 * config.control_rate)
    throw checked.error("control_rate",
                        fmt::format("{} Hz is not a multiple of rate, {} Hz", config.control_rate, config.rate));
  const double period = 1 / config.rate;
  if (config.watchdog < 1.5 * period)
    throw checked.error("watchdog",
                        fmt::format("{} s pass between two actions at {} Hz, so it needs at least {}, not {}", period,
                                    config.rate, 1.5 * period, config.watchdog));
  if (config.max_age > config.watchdog)
    throw checked.error(
        "max_age",
        fmt::format("{} s is more than watchdog, {} s: actions that come after the robot has stopped would be obeyed",
                    config.max_age, config.watchdog));
}

void check(const Checked& checked) {
  check_addresses(checked);
  check_name(checked);
  check_actuators(checked);
  check_dialect(checked);
  check_times(checked);
}

}  // namespace

void check_robot_config(const RobotConfig& config) { check({config, nullptr}); }

RobotConfig load_robot_config(const std::string& written) {
  const FoundFile found = find_file(written, "", &shipped_robots);
  if (!found.is_there) fail("cannot read '{}': No such file or directory{}", written, found.looked());
  const ConfigNode file = ConfigNode::parse_file(found.path);
  const RobotConfig config = read_config<RobotConfig>(file);
  check({config, &file});
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
