#include "robots/control/robot_control.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace sinew {

RobotControl::RobotControl(const RobotConfig& config, RobotBody& body)
    : config_(config),
      body_(body),
      limits_(config.limits()),
      gate_(config.limits(), config.max_age, config.watches.leap),
      mode_(config.blend) {
  check_robot_config(config);
  sensor_bounds_ = sensor_bounds(config.watches, body.sensors(), std::numeric_limits<float>::infinity());
  for (std::vector<double>* commands :
       {&start_, &from_, &target_, &output_, &safe_, &next_safe_, &obeyed_.values, &blended_.values})
    commands->resize(limits_.size());
  near_at_.resize(limits_.size());
}

void RobotControl::handle(const RobotRequest& request, double now) {
  const Mode before = mode_.mode();
  switch (request.kind) {
    case RobotRequest::Kind::configure: mode_.configure(); break;
    case RobotRequest::Kind::disconnect: mode_.disconnect(); break;
    case RobotRequest::Kind::acknowledge: mode_.acknowledge(); break;
    case RobotRequest::Kind::release: mode_.release(); break;
    case RobotRequest::Kind::arm: arm(request.session, now); break;
    case RobotRequest::Kind::stop:
      if (before == Mode::armed) stop({Alarm::operator_stop});
      break;
  }
  if (request.kind != RobotRequest::Kind::stop && before == Mode::armed && mode_.mode() == Mode::stopped)
    begin_safe_commands(true);
}

void RobotControl::arm(uint64_t session, double now) {
  if (!mode_.arm(alarm_, session, now)) {
    arm_refused_ = {arm_refused_.count + 1, mode_.mode(), mode_.mode() == Mode::stopped ? mode_.reason() : alarm_};
    return;
  }
  gate_.begin(session, state_.joints, now);
  gate_.stop(state_.joints, start_);
  from_ = target_ = output_ = start_;
  obeyed_.sequence = 0;
  obeyed_at_ = now;
  std::ranges::fill(near_at_, now);
}

void RobotControl::stop(const AlarmReport& report) {
  if (mode_.mode() == Mode::stopped) return mode_.stop(report);  // it already holds; an emergency is still recorded
  if (const char* fault = body_.fault()) std::strncpy(fault_.data(), fault, fault_.size() - 1);
  const bool was_armed = mode_.mode() == Mode::armed;
  mode_.stop(report);
  begin_safe_commands(was_armed);
}

// A joint holds its last command if the measurement is not believed, or if it appears further from that command than
// any command may be from it, so that it does not follow a faulty sensor.
void RobotControl::begin_safe_commands(bool was_armed) {
  gate_.stop(state_.joints, safe_);
  for (size_t i = 0; i < limits_.size(); ++i) {
    const bool holds = limits_[i].when_stopped == "hold" && was_armed;
    if (holds && i < state_.joints.position.size() &&
        (leap_ || std::abs(state_.joints.position[i] - output_[i]) > limits_[i].step))
      safe_[i] = output_[i];
  }
}

// `hold` keeps the position of the stop; `damp` follows the velocity.
void RobotControl::update_safe_commands() {
  gate_.stop(state_.joints, next_safe_);
  for (size_t i = 0; i < limits_.size(); ++i)
    if (limits_[i].when_stopped != "hold") safe_[i] = next_safe_[i];
}

void RobotControl::obey(const ArrivedAction& action, double now) {
  if (gate_.pass(blend(action, now), state_.joints, now, target_) != Refusal::none) return;
  from_ = output_;
  obeyed_ = action;
  obeyed_at_ = now;
  action_age_ = action.arrived - action.observed_at;
}

// The blend precedes the gate, so that the limits apply to the actuators' commands. A number that is not finite stays
// so, and is refused, as is an action with too few or too many numbers, which is left as it is.
const RobotAction& RobotControl::blend(const RobotAction& action, double now) {
  const double share = mode_.share(now);
  if (share >= 1 || action.values.size() != limits_.size()) return action;
  blended_ = action;
  for (size_t i = 0; i < limits_.size(); ++i) blended_.values[i] = start_[i] + share * (action.values[i] - start_[i]);
  return blended_;
}

// A position that is not believed is not a measurement: no command is computed from it, and the last believed one may
// be as old as a measurement may be. If the robot is not armed, the position is believed once the next reading agrees
// with it.
AlarmReport RobotControl::find_alarm(double now) {
  const bool is_armed = mode_.mode() == Mode::armed;
  leap_ = gate_.look(state_.joints);
  if (!is_armed) gate_.believe(state_.joints);
  if (body_.fault()) return {Alarm::fault};
  if (body_.has_ended()) return {Alarm::task_ended};
  if (const AlarmReport report = watch(state_, limits_, config_.watches, now)) return report;
  if (leap_ && (!is_armed || leap_->seconds > config_.watches.age)) return doubt();
  if (sensor_alarm_) return sensor_alarm_;
  return is_armed ? find_astray(now) : AlarmReport{};
}

AlarmReport RobotControl::doubt() const { return {Alarm::leap, leap_->joint, leap_->moved, leap_->explained}; }

AlarmReport RobotControl::find_astray(double now) {
  constexpr double nearly = 1 - 1e-6;
  for (size_t i = 0; i < limits_.size(); ++i) {
    const double distance = std::abs(state_.joints.position[i] - output_[i]);
    if (limits_[i].kind() != ActuatorLimits::Kind::position || distance < nearly * limits_[i].step) near_at_[i] = now;
    if (now - near_at_[i] > config_.watches.follow) return {Alarm::astray, i, distance, limits_[i].step};
  }
  return {};
}

void RobotControl::tick(double now, const ArrivedAction* action, bool emergency) {
  ++ticks_;
  obeyed_at_ = std::min(obeyed_at_, now);  // the clock may have gone back: that hour must not be added to the
                                           // watchdog's time
  state_ = body_.measure();
  state_.joints.stamp = state_.stamp;
  alarm_ = find_alarm(now);
  const bool was_stopped = mode_.mode() == Mode::stopped;
  if (emergency) stop({Alarm::emergency});
  if (mode_.mode() == Mode::armed && alarm_) stop(alarm_);
  if (mode_.mode() == Mode::armed) {
    // A loop that was stuck obeyed nothing meanwhile, and ignores the action that it finds now, however new.
    if (action && now - ticked_at_ <= config_.watchdog) obey(*action, now);
    if (now - obeyed_at_ > config_.watchdog)
      stop(leap_ ? doubt() : AlarmReport{Alarm::link_lost, 0, now - obeyed_at_, config_.watchdog});
  }
  ticked_at_ = now;
  if (was_stopped && mode_.mode() == Mode::stopped) update_safe_commands();
  tell_actuators(now);
  // At rest the robot is put back and starts again, and may be armed before the next tick.
  if (mode_.mode() != Mode::armed && (alarm_.alarm == Alarm::task_ended || alarm_.alarm == Alarm::fault))
    alarm_ = find_alarm(now);
}

void RobotControl::tell_actuators(double now) {
  if (mode_.mode() == Mode::stopped) return body_.command(safe_);
  if (mode_.mode() != Mode::armed) return body_.rest();
  const double share = config_.interpolation == "linear" ? std::clamp((now - obeyed_at_) * config_.rate, 0.0, 1.0) : 1;
  for (size_t i = 0; i < output_.size(); ++i)
    output_[i] = share < 1 ? from_[i] + share * (target_[i] - from_[i]) : target_[i];
  body_.command(output_);
}

void RobotControl::observe(RobotObservation& out) {
  const auto put = [&](std::span<const double> values, size_t place) {
    std::ranges::copy(values, out.joints.begin() + static_cast<std::ptrdiff_t>(place));
  };
  const size_t n = limits_.size();
  out.joints.resize(state_.joints.torque.empty() ? 2 * n : 3 * n);
  put(state_.joints.position.first(std::min(n, state_.joints.position.size())), 0);
  put(state_.joints.velocity.first(std::min(n, state_.joints.velocity.size())), n);
  put(state_.joints.torque.first(std::min(n, state_.joints.torque.size())), 2 * n);
  out.session = mode_.mode() == Mode::armed ? mode_.session() : 0;
  out.last_session = mode_.session();
  out.sequence = ++sequence_;
  out.stamp = state_.stamp;
  out.mode = mode_.mode();
  out.alarm = mode_.mode() == Mode::stopped ? mode_.reason() : alarm_;
  out.fault = fault_;
  out.action = obeyed_.sequence;
  out.action_age = action_age_;
  out.wanted = obeyed_.values;
  out.told = output_;
  out.arm_refused = arm_refused_;
  out.gate = gate_.counters();
  body_.observe(out.numbers, out.scene);
  sensor_alarm_ = {};
  for (size_t i = 0; i < sensor_bounds_.size() && !sensor_alarm_; ++i)
    if (std::abs(out.numbers[i]) > sensor_bounds_[i])
      sensor_alarm_ = {Alarm::sensor, i, out.numbers[i], sensor_bounds_[i]};
}

RobotObservation RobotControl::empty_observation() const {
  RobotObservation empty;
  empty.numbers.resize(static_cast<size_t>(InterfaceSpec{body_.sensors(), {}}.observation_size()));
  empty.joints.resize(3 * limits_.size());
  empty.wanted.resize(limits_.size());
  empty.told.resize(limits_.size());
  return empty;
}

}  // namespace sinew
