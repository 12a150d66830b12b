#include "robots/safety/safety_gate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sinew {
namespace {

bool all_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

// The largest speed from which a joint that decelerates by `acceleration` in steps of `seconds` stops within
// `distance`.
double braking_speed(double distance, double acceleration, double seconds) {
  const double step = 0.5 * acceleration * seconds;
  return std::sqrt(step * step + 2 * acceleration * std::max(0.0, distance)) - step;
}

}  // namespace

const char* name_of(Refusal refusal) {
  constexpr const char* names[refusal_count] = {"none",         "wrong size",          "not finite", "wrong session",
                                                "repeated",     "reordered",           "stale",      "blind",
                                                "beyond range", "a reading that leapt"};
  return names[static_cast<size_t>(refusal)];
}

std::string text_of(Refusal refusal, double max_age) {
  switch (refusal) {
    case Refusal::wrong_size: return "not one number for each actuator";
    case Refusal::wrong_session: return "of another session";
    case Refusal::reordered: return "older than one that was obeyed";
    case Refusal::stale:
      return fmt::format("too late, more than {:.3g} s (max_age) after the observation that they answer", max_age);
    case Refusal::blind: return "the joints' measurements are missing or not finite";
    case Refusal::beyond_range: return "a joint is outside its range by more than its `step`";
    case Refusal::leap: return "a joint reads a position that it cannot have reached";
    default: return name_of(refusal);
  }
}

const char* name_of(Limit limit) {
  constexpr const char* names[limit_count] = {"position", "velocity", "acceleration", "torque", "step"};
  return names[static_cast<size_t>(limit)];
}

uint64_t GateCounters::total_refused() const { return std::accumulate(refused.begin(), refused.end(), uint64_t{0}); }

SafetyGate::SafetyGate(std::vector<ActuatorLimits> limits, double max_age, double leap)
    : limits_(std::move(limits)), max_age_(max_age), leap_(leap), last_(limits_.size()) {
  check_limits(limits_);
  if (!(max_age > 0) || !std::isfinite(max_age)) fail("an action's age needs a limit above 0 s, not {}", max_age);
}

void SafetyGate::begin(uint64_t session, const MeasuredJoints& measured, double now) {
  session_ = session;
  sequence_ = 0;
  last_time_ = now;
  believed_at_.reset();
  for (size_t i = 0; i < size(); ++i) {
    const ActuatorLimits& own = limits_[i];
    last_[i] = {};
    if (is_blind(measured)) continue;  // pass() will detect this
    if (own.kind() == ActuatorLimits::Kind::position)
      last_[i].command = std::clamp(measured.position[i], own.lowest(), own.highest());
    if (own.kind() == ActuatorLimits::Kind::velocity)
      last_[i].command = std::clamp(measured.velocity[i], -own.velocity, own.velocity);
  }
  believe(measured);
}

void SafetyGate::believe(const MeasuredJoints& measured) {
  if (is_blind(measured)) return;
  for (size_t i = 0; i < size(); ++i) last_[i].position = measured.position[i];
  believed_at_ = measured.stamp;
}

std::optional<Leap> SafetyGate::look(const MeasuredJoints& measured) {
  if (is_blind(measured)) return {};
  const std::optional<Leap> leap = find_leap(measured);
  if (!leap) believe(measured);
  return leap;
}

// A joint that was held back, by a hand or by friction, may snap to its commanded position as fast as its motor can;
// this does not move the command. After a gap, the tolerated error is no larger than within an action's age.
std::optional<Leap> SafetyGate::find_leap(const MeasuredJoints& measured) const {
  if (!believed_at_) return {};
  const double gap = measured.stamp - *believed_at_, seconds = std::clamp(gap, 0.0, max_age_) + leap_;
  for (size_t i = 0; i < size(); ++i) {
    const double from = last_[i].position, at = measured.position[i], explained = limits_[i].velocity * seconds;
    const double to = limits_[i].kind() == ActuatorLimits::Kind::position ? last_[i].command : from;
    if (at < std::min(from, to) - explained || at > std::max(from, to) + explained)
      return Leap{i, std::abs(at - from), explained, gap};
  }
  return {};
}

bool SafetyGate::is_blind(const MeasuredJoints& measured) const {
  return measured.position.size() != size() || measured.velocity.size() != size() ||
         (!measured.torque.empty() && measured.torque.size() != size()) || !all_finite(measured.position) ||
         !all_finite(measured.velocity) || !all_finite(measured.torque);
}

Refusal SafetyGate::refuse(const RobotAction& action, const MeasuredJoints& measured, double now) {
  if (action.values.size() != size()) return Refusal::wrong_size;
  if (!all_finite(action.values)) return Refusal::not_finite;
  if (session_ == 0 || action.session != session_) return Refusal::wrong_session;
  if (action.sequence == sequence_) return Refusal::repeated;
  if (action.sequence < sequence_) return Refusal::reordered;
  const double age = now - action.observed_at;
  if (!(age >= 0 && age <= max_age_)) return Refusal::stale;  // NaN is stale, too
  if (is_blind(measured)) return Refusal::blind;
  for (size_t i = 0; i < size(); ++i)
    if (limits_[i].kind() == ActuatorLimits::Kind::position &&
        (measured.position[i] > limits_[i].highest() + limits_[i].step ||
         measured.position[i] < limits_[i].lowest() - limits_[i].step))
      return Refusal::beyond_range;
  return look(measured) ? Refusal::leap : Refusal::none;
}

Refusal SafetyGate::pass(const RobotAction& action, const MeasuredJoints& measured, double now,
                         std::span<double> command) {
  const Refusal refusal = refuse(action, measured, now);
  if (refusal != Refusal::none) {
    ++counters_.refused[static_cast<size_t>(refusal)];
    return refusal;
  }
  // After a gap nothing may move further at once than within an action's age.
  const double seconds = std::clamp(now - last_time_, 0.0, max_age_);
  for (size_t i = 0; i < size(); ++i) {
    const double torque = measured.torque.empty() ? last_[i].command : measured.torque[i];
    const double limited =
        limit({limits_[i], last_[i], measured.position[i], measured.velocity[i], torque, seconds}, action.values[i]);
    last_[i].rate = seconds > 0 ? (limited - last_[i].command) / seconds : 0;
    last_[i].command = command[i] = limited;
  }
  sequence_ = action.sequence;
  last_time_ = now;
  ++counters_.passed;
  return Refusal::none;
}

double SafetyGate::clamp(Limit limit, double value, double low, double high) {
  const double clamped = std::clamp(value, low, high);
  counters_.limited[static_cast<size_t>(limit)] += clamped != value;
  return clamped;
}

double SafetyGate::limit(const Joint& joint, double wanted) {
  switch (joint.limits.kind()) {
    case ActuatorLimits::Kind::position: return limit_position(joint, wanted);
    case ActuatorLimits::Kind::velocity: return limit_velocity(joint, wanted);
    case ActuatorLimits::Kind::torque: return limit_torque(joint, wanted);
  }
  return 0;
}

// Later limits take precedence. The joint slows down in time for the end of its range, even if this exceeds the allowed
// deceleration. A measurement, which may be wrong, moves no command faster than `velocity`.
double SafetyGate::limit_position(const Joint& joint, double wanted) {
  const auto& [limits, last, position, velocity, torque, seconds] = joint;
  if (seconds == 0) return last.command;
  const double change = limits.acceleration * seconds;
  const double up = braking_speed(limits.highest() - last.command, limits.acceleration, seconds);
  const double down = braking_speed(last.command - limits.lowest(), limits.acceleration, seconds);
  wanted = clamp(Limit::position, wanted, limits.lowest(), limits.highest());
  double rate = (wanted - last.command) / seconds;
  rate = clamp(Limit::acceleration, rate, last.rate - change, last.rate + change);
  rate = clamp(Limit::velocity, rate, -std::min(down, limits.velocity), std::min(up, limits.velocity));
  const double furthest = limits.velocity * seconds;
  double command = clamp(Limit::step, last.command + rate * seconds, position - limits.step, position + limits.step);
  command = clamp(Limit::velocity, command, last.command - furthest, last.command + furthest);
  return clamp(Limit::position, command, limits.lowest(), limits.highest());
}

double SafetyGate::limit_velocity(const Joint& joint, double wanted) {
  const auto& [limits, last, position, velocity, torque, seconds] = joint;
  const double change = limits.acceleration * seconds;
  const double up = braking_speed(limits.highest() - position, limits.acceleration, seconds);
  const double down = braking_speed(position - limits.lowest(), limits.acceleration, seconds);
  double command = clamp(Limit::step, wanted, velocity - limits.step, velocity + limits.step);
  command = clamp(Limit::acceleration, command, last.command - change, last.command + change);
  command = clamp(Limit::velocity, command, -limits.velocity, limits.velocity);
  return clamp(Limit::position, command, -down, up);
}

// The acceleration that a torque causes is unknown here: near the ends of range and speed, torque may only decelerate.
double SafetyGate::limit_torque(const Joint& joint, double wanted) {
  const auto& [limits, last, position, velocity, torque, seconds] = joint;
  double command = clamp(Limit::step, wanted, torque - limits.step, torque + limits.step);
  command = clamp(Limit::torque, command, -limits.torque, limits.torque);
  if (velocity >= limits.velocity) command = clamp(Limit::velocity, command, -limits.torque, 0);
  if (velocity <= -limits.velocity) command = clamp(Limit::velocity, command, 0, limits.torque);
  const double above = limits.highest() - position, below = position - limits.lowest();
  if (above <= 0 || velocity > braking_speed(above, limits.acceleration, seconds))
    command = clamp(Limit::position, command, -limits.torque, 0);
  if (below <= 0 || -velocity > braking_speed(below, limits.acceleration, seconds))
    command = clamp(Limit::position, command, 0, limits.torque);
  return command;
}

void SafetyGate::stop(const MeasuredJoints& measured, std::span<double> command) const {
  for (size_t i = 0; i < size(); ++i) {
    const ActuatorLimits& own = limits_[i];
    const auto measured_or = [i](std::span<const double> values, double otherwise) {
      return i < values.size() && std::isfinite(values[i]) ? values[i] : otherwise;
    };
    if (own.when_stopped == "hold")
      command[i] = std::clamp(measured_or(measured.position, last_[i].command), own.lowest(), own.highest());
    else if (own.when_stopped == "damp")
      command[i] = std::clamp(-own.damping * measured_or(measured.velocity, 0), -own.torque, own.torque);
    else
      command[i] = 0;
  }
}

}  // namespace sinew
