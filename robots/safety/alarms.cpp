#include "robots/safety/alarms.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace sinew {
namespace {

constexpr AlarmReport missing{Alarm::not_finite, no_joint, 0, 0};

// For a measurement of each joint; `values` may be empty.
AlarmReport find_not_finite(std::span<const double> values, size_t count) {
  if (!values.empty() && values.size() != count) return missing;
  for (size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i])) return {Alarm::not_finite, i, values[i], 0};
  return {};
}

// The angle between down and the measured direction of gravity.
double tilt_of(std::span<const double> gravity) {
  const double length = std::hypot(gravity[0], gravity[1], gravity[2]);
  return length > 0 ? std::acos(std::clamp(-gravity[2] / length, -1.0, 1.0)) : 0;
}

AlarmReport watch_joint(const RobotState& state, const ActuatorLimits& limits, size_t i, const WatchLimits& watches) {
  const double position = state.joints.position[i];
  if (position > limits.highest() + watches.range_margin)
    return {Alarm::joint_range, i, position, limits.highest() + watches.range_margin};
  if (position < limits.lowest() - watches.range_margin)
    return {Alarm::joint_range, i, position, limits.lowest() - watches.range_margin};
  if (const double most = watches.torque * limits.torque;
      most > 0 && !state.joints.torque.empty() && std::abs(state.joints.torque[i]) > most)
    return {Alarm::torque, i, state.joints.torque[i], most};
  if (!state.temperature.empty() && state.temperature[i] > watches.temperature)
    return {Alarm::temperature, i, state.temperature[i], watches.temperature};
  return {};
}

}  // namespace

std::vector<float> sensor_bounds(const WatchLimits& limits, const std::vector<SensorSpec>& sensors, float otherwise) {
  std::vector<float> bounds;
  std::vector<std::string> names;
  for (const SensorSpec& sensor : sensors) {
    if (sensor.is_image()) continue;
    names.push_back(sensor.name);
    const auto named = std::ranges::find(limits.sensors, sensor.name, [](const auto& entry) { return entry.first; });
    const double bound = named == limits.sensors.end() ? otherwise : named->second;
    if (!(bound > 0)) fail("watches: sensors: the bound of '{}' must be above 0, not {}", sensor.name, bound);
    bounds.insert(bounds.end(), static_cast<size_t>(sensor.size()), static_cast<float>(bound));
  }
  for (const auto& [name, bound] : limits.sensors)
    if (std::ranges::find(names, name) == names.end())
      fail("watches: sensors: the robot has no sensor '{}' of numbers{}", name, suggestion(name, names));
  return bounds;
}

std::string reading_text(const std::vector<SensorSpec>& sensors, size_t number, double value, double limit) {
  const std::string is = std::isnan(value) ? "is NaN" : fmt::format("is {:.4g}, limit {:.4g}", value, limit);
  for (const SensorSpec& sensor : sensors) {
    if (sensor.is_image()) continue;
    if (const auto size = static_cast<size_t>(sensor.size()); number >= size) {
      number -= size;
      continue;
    }
    const std::string label = number < sensor.labels.size() ? fmt::format(" ('{}')", sensor.labels[number]) : "";
    return fmt::format("sensor '{}', number {}{}, {}", sensor.name, number + 1, label, is);
  }
  return fmt::format("number {} {}", number + 1, is);
}

const char* name_of(Alarm alarm) {
  switch (alarm) {
    case Alarm::none: return "none";
    case Alarm::stale: return "what is measured is too old";
    case Alarm::not_finite: return "what is measured is missing or not finite";
    case Alarm::tilt: return "tilted too far";
    case Alarm::joint_range: return "a joint is outside of its range";
    case Alarm::torque: return "a torque is too large";
    case Alarm::temperature: return "an actuator is too hot";
    case Alarm::emergency: return "emergency stop";
    case Alarm::link_lost: return "no actions arrive";
    case Alarm::operator_stop: return "stopped by the operator";
    case Alarm::fault: return "the robot says that something is wrong with it";
    case Alarm::leap: return "what is measured leapt further than the joint can have moved";
    case Alarm::astray: return "the joint is far from where it is told to be";
    case Alarm::task_ended: return "the task has ended";
    case Alarm::sensor: return "a sensor reads what cannot be";
  }
  return "";
}

std::string text_of(const AlarmReport& report, std::span<const ActuatorLimits> actuators) {
  const auto with_numbers = [&](const char* unit) {
    return fmt::format("{}: {:.3g} {}, limit {:.3g}", name_of(report.alarm), report.measured, unit, report.limit);
  };
  const auto of_actuator = [&](const char* unit) {
    const std::string name = report.actuator < actuators.size() ? actuators[report.actuator].name : "?";
    return fmt::format("'{}': {}", name, with_numbers(unit));
  };
  switch (report.alarm) {
    case Alarm::stale:
    case Alarm::link_lost: return report.limit > 0 ? with_numbers("s") : name_of(report.alarm);
    case Alarm::tilt: return with_numbers("rad");
    case Alarm::joint_range:
    case Alarm::leap:
    case Alarm::astray: return of_actuator("rad");
    case Alarm::torque: return of_actuator("N m");
    case Alarm::temperature: return of_actuator("°C");
    case Alarm::not_finite:
      if (report.actuator >= actuators.size()) return name_of(report.alarm);
      return fmt::format("'{}': what is measured of it is not finite: {}", actuators[report.actuator].name,
                         report.measured);
    default: return name_of(report.alarm);
  }
}

AlarmReport watch(const RobotState& state, std::span<const ActuatorLimits> actuators, const WatchLimits& limits,
                  double now) {
  if (const double age = now - state.stamp; !(age <= limits.age)) return {Alarm::stale, 0, age, limits.age};
  const size_t count = actuators.size();
  if (state.joints.position.size() != count || state.joints.velocity.size() != count) return missing;
  for (const auto values : {state.joints.position, state.joints.velocity, state.joints.torque, state.temperature})
    if (const AlarmReport report = find_not_finite(values, count)) return report;
  if (!state.gravity.empty()) {
    if (find_not_finite(state.gravity, 3)) return missing;
    if (const double tilt = tilt_of(state.gravity); tilt > limits.tilt) return {Alarm::tilt, 0, tilt, limits.tilt};
  }
  for (size_t i = 0; i < count; ++i)
    if (const AlarmReport report = watch_joint(state, actuators[i], i, limits)) return report;
  return {};
}

}  // namespace sinew
