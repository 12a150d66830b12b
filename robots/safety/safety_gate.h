#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "robots/safety/actuator_limits.h"

/// What stands before a robot's motors, at both ends of the link: actions that must not be obeyed are refused, the
/// others are limited. A function of (action, measured state, limits, time) and of what it let through and believed
/// before; it allocates nothing, waits for nothing, and throws nothing.
namespace sinew {

/// What is measured of the actuators' joints, in the order of the limits.
struct MeasuredJoints {
  std::span<const double> position, velocity, torque;  // rad, rad/s, N m; torque may be empty
  double stamp = 0;                                    // s, of the robot's own clock
};

/// A position to which its joint cannot have come.
struct Leap {
  size_t joint = 0;
  double moved = 0, explained = 0;  // rad: since the last position that was believed; at most, where it is no lie
  double seconds = 0;               // since then
};

struct TimedAction {
  uint64_t session = 0, sequence = 0;  // sequence counts from 1 within a session
  double observed_at = 0;              // s, of the robot's own clock: of the observation that it answers
  std::span<const double> values;
};

/// blind: what is measured is missing or not finite. beyond_range: a joint is further outside of its range than a step
/// leads back. leap: a position is not believed.
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

/// How often what happened since it was made.
struct GateCounters {
  uint64_t passed = 0;
  std::array<uint64_t, refusal_count> refused{};  // by Refusal
  std::array<uint64_t, limit_count> limited{};    // numbers that were changed, by Limit
  uint64_t total_refused() const;
};

class SafetyGate {
 public:
  /// max_age: s from an observation to the arrival of the action that answers it. leap: as WatchLimits has it, s.
  /// Throws an Error for limits that are not complete.
  SafetyGate(std::vector<ActuatorLimits> limits, double max_age, double leap = 0.1);

  size_t size() const { return limits_.size(); }
  const std::vector<ActuatorLimits>& limits() const { return limits_; }

  /// A session begins: its actions alone are obeyed from now on, and the motion starts from what is measured.
  void begin(uint64_t session, const MeasuredJoints& measured, double now);

  /// A joint is believed to be where its `velocity` can have brought it since it was believed last, in the time between
  /// and `leap` s, or where it was told to be, or between the two. The first joint that is not; if there is one, none
  /// of what is measured is believed. pass() asks this itself; whoever measures more often than that asks each time.
  std::optional<Leap> look(const MeasuredJoints& measured);
  /// Of a robot that nobody moves: it is where it is, whatever was before.
  void believe(const MeasuredJoints& measured);

  /// Whether the action may be obeyed; if so, `command` [size()] becomes what the actuators are told, else it is left
  /// alone. `now`, s, is of the clock of observed_at.
  Refusal pass(const TimedAction& action, const MeasuredJoints& measured, double now, std::span<double> command);

  /// What the actuators are told when actions stop: `when_stopped`, in its place where the measured state is not finite
  /// the last command, or 0.
  void stop(const MeasuredJoints& measured, std::span<double> command) const;

  const GateCounters& counters() const { return counters_; }

 private:
  // What an actuator was told last.
  struct Last {
    double command = 0, rate = 0;  // rate, rad/s: of position commands
    double position = 0;           // rad: that was believed
  };
  // One actuator, at one moment.
  struct Joint {
    const ActuatorLimits& limits;
    const Last& last;
    double position, velocity, torque, seconds;  // seconds: since the last command
  };
  Refusal refuse(const TimedAction& action, const MeasuredJoints& measured, double now);
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
