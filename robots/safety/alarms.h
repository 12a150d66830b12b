#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/spec.h"
#include "robots/safety/safety_gate.h"

namespace sinew {

/// A robot's measured state, without its cameras. Fields that it cannot measure are empty.
struct RobotState {
  MeasuredJoints joints;                // in the order of the limits
  std::span<const double> temperature;  // °C, for each actuator
  std::span<const double> gravity;      // [3]: the direction of gravity in the body's frame; upright: (0, 0, -1)
  double stamp = 0;                     // s, of the robot's own clock
};

/// The thresholds beyond which the robot is stopped. A watch is active if the robot measures what it needs.
struct WatchLimits {
  double tilt = 0.8, range_margin = 0.05;               // rad
  double torque = 1.5;                                  // 1
  double temperature = 75;                              // °C
  double age = 0.1, leap = 0.1, follow = 3;             // s
  std::vector<std::pair<std::string, double>> sensors;  // by name
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("tilt", tilt, above_up_to(0, 3.15), "from upright, rad");
    v.optional("range_margin", range_margin, between(0, 1), "by which a joint may exceed its range, rad or m");
    v.optional("torque", torque, above(0), "as a multiple of an actuator's torque limit, where it has one");
    v.optional("temperature", temperature, above(0), "of an actuator, °C");
    v.optional("age", age, above(0), "of the measurement, and of the last that was believed, s");
    v.optional("leap", leap, above(0),
               "a joint may leap beyond its possible motion by what it moves in this time at its `velocity`, s");
    v.optional("follow", follow, above(0), "how long a joint may be a `step` or more from its commanded position, s");
    v.optional("sensors", sensors,
               "NAME: the largest plausible magnitude of that sensor's numbers, in their units; a larger number is not "
               "acted on, and stops the robot");
  }
};

/// Why a robot was stopped.
enum class Alarm {
  none,
  stale,
  not_finite,
  tilt,
  joint_range,
  torque,
  temperature,
  emergency,
  link_lost,
  operator_stop,
  fault,
  leap,
  astray,
  task_ended,
  sensor
};
inline constexpr size_t alarm_count = 15;
const char* name_of(Alarm alarm);

inline constexpr size_t no_joint = std::numeric_limits<size_t>::max();

struct AlarmReport {
  Alarm alarm = Alarm::none;
  size_t actuator = 0;  // joint alarms: the joint (no_joint: none); sensor alarms: the index among all numbers
  double measured = 0, limit = 0;
  explicit operator bool() const { return alarm != Alarm::none; }
};

/// The bound of each number of these sensors, concatenated; `otherwise` for a sensor without one. Throws an Error for a
/// name that no sensor has, and for a bound that is not above 0.
std::vector<float> sensor_bounds(const WatchLimits& limits, const std::vector<SensorSpec>& sensors, float otherwise);
/// "sensor 'joints', number 2 ('knee'), is 1e+30, limit 9", or "is NaN". `number`: index among all of these sensors'
/// numbers.
std::string reading_text(const std::vector<SensorSpec>& sensors, size_t number, double value, double limit);

/// In one sentence, with the measured value and its limit: "tilted too far: 0.91 rad, more than 0.8".
std::string text_of(const AlarmReport& report, std::span<const ActuatorLimits> actuators);

/// The first alarm found. A pure function of its arguments; allocates nothing, throws nothing.
AlarmReport watch(const RobotState& state, std::span<const ActuatorLimits> actuators, const WatchLimits& limits,
                  double now);

}  // namespace sinew
