#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "robots/safety/actuator_limits.h"
#include "robots/safety/robot_action.h"

/// Guards a robot's motors, at both ends of the link: refuses actions that must not be obeyed, and limits the others.
/// The result is a function of (action, measured state, limits, time) and of what the gate passed and believed before.
/// The gate never allocates, waits or throws.
namespace sinew {

/// The measured state of the actuators' joints, in the order of the limits.
struct MeasuredJoints {
  std::span<const double> position, velocity, torque;  // rad, rad/s, N m; torque may be empty
  double stamp = 0;                                    // s, of the robot's own clock
};

/// A measured position that its joint cannot have reached.
struct Leap {
  size_t joint = 0;
  double moved = 0, explained = 0;  // rad: since the last believed position; the most that a true reading can show
  double seconds = 0;               // since then
};

/// blind: a measurement is missing or not finite. beyond_range: a joint is outside its range by more than one step can
/// correct. leap: a position is not believed.
enum class Refusal {
  none,
  wrong_size,
  not_finite,
  wrong_session,
  repeated,
  reordered,
  stale,
  blind,
  beyond_range,
  leap
};
inline constexpr size_t refusal_count = 10;
const char* name_of(Refusal refusal);
/// In words, for people. `max_age`: s, as the gate has it.
std::string text_of(Refusal refusal, double max_age);

enum class Limit { position, velocity, acceleration, torque, step };
inline constexpr size_t limit_count = 5;
const char* name_of(Limit limit);

/// Counts since the gate was constructed.
struct GateCounters {
  uint64_t passed = 0;
  std::array<uint64_t, refusal_count> refused{};  // by Refusal
  std::array<uint64_t, limit_count> limited{};    // changed values, by Limit
  uint64_t total_refused() const;
};

class SafetyGate {
 public:
  /// max_age: s from an observation to the arrival of the action that answers it. leap: s, as in WatchLimits. Throws an
  /// Error for incomplete limits.
  SafetyGate(std::vector<ActuatorLimits> limits, double max_age, double leap = 0.1);

  size_t size() const { return limits_.size(); }
  const std::vector<ActuatorLimits>& limits() const { return limits_; }

  /// Begins a session: from now on only its actions are obeyed, and motion starts from the measured state.
  void begin(uint64_t session, const MeasuredJoints& measured, double now);

  /// Returns the first joint whose position is not believed; if there is one, the whole measurement is rejected. A
  /// position is believed if the joint can have reached it from the last believed one at its `velocity` within the
  /// elapsed time plus `leap` s, if it is where the joint was commanded to be, or if it lies between the two. pass()
  /// calls this itself; a caller that measures more often calls it for each measurement.
  std::optional<Leap> look(const MeasuredJoints& measured);
  /// For a robot that is not being driven: accepts the measured position, whatever came before.
  void believe(const MeasuredJoints& measured);

  /// Whether the action may be obeyed. If so, sets `command` [size()] to the actuators' commands; else leaves it
  /// unchanged. `now`: s, of the clock of observed_at.
  Refusal pass(const RobotAction& action, const MeasuredJoints& measured, double now, std::span<double> command);

  /// The commands when actions stop: `when_stopped`, or, if the measured state is not finite, the last command or 0.
  void stop(const MeasuredJoints& measured, std::span<double> command) const;

  const GateCounters& counters() const { return counters_; }

 private:
  // An actuator's last command.
  struct Last {
    double command = 0, rate = 0;  // rate, rad/s: for position commands
    double position = 0;           // rad: the last believed one
  };
  // One actuator at one moment.
  struct Joint {
    const ActuatorLimits& limits;
    const Last& last;
    double position, velocity, torque, seconds;  // seconds: since the last command
  };
  Refusal refuse(const RobotAction& action, const MeasuredJoints& measured, double now);
  std::optional<Leap> find_leap(const MeasuredJoints& measured) const;
  bool is_blind(const MeasuredJoints& measured) const;
  double limit(const Joint& joint, double wanted);
  double limit_position(const Joint& joint, double wanted);
  double limit_velocity(const Joint& joint, double wanted);
  double limit_torque(const Joint& joint, double wanted);
  double clamp(Limit limit, double value, double low, double high);

  std::vector<ActuatorLimits> limits_;
  double max_age_, leap_;
  std::optional<double> believed_at_;  // s, of the robot's own clock
  uint64_t session_ = 0, sequence_ = 0;
  double last_time_ = 0;
  std::vector<Last> last_;
  GateCounters counters_;
};

}  // namespace sinew
