#include "robots/safety/robot_mode.h"

#include <algorithm>

namespace sinew {

const char* name_of(Mode mode) {
  switch (mode) {
    case Mode::unconfigured: return "unconfigured";
    case Mode::inactive: return "inactive";
    case Mode::armed: return "armed";
    case Mode::stopped: return "stopped";
  }
  return "";
}

void RobotMode::configure() {
  configured_ = true;
  if (mode_ == Mode::unconfigured) mode_ = Mode::inactive;
}

bool RobotMode::arm(const AlarmReport& alarm, uint64_t session, double now) {
  if (mode_ != Mode::inactive || alarm || session <= session_ || session - session_ > largest_session_step)
    return false;
  mode_ = Mode::armed;
  session_ = session;
  armed_at_ = now;
  reason_ = {};
  return true;
}

void RobotMode::stop(const AlarmReport& reason) {
  if (mode_ == Mode::stopped && (in_emergency() || reason.alarm != Alarm::emergency)) return;
  mode_ = Mode::stopped;
  reason_ = reason;
}

void RobotMode::acknowledge() {
  if (mode_ == Mode::stopped && !in_emergency()) end_stop();
}

void RobotMode::release() {
  if (in_emergency()) end_stop();
}

void RobotMode::end_stop() { mode_ = configured_ ? Mode::inactive : Mode::unconfigured; }

void RobotMode::disconnect() {
  configured_ = false;
  if (mode_ == Mode::armed)
    stop({Alarm::link_lost});
  else if (mode_ == Mode::inactive)
    mode_ = Mode::unconfigured;
}

double RobotMode::share(double now) const {
  if (mode_ != Mode::armed) return 0;
  return blend_ > 0 ? std::clamp((now - armed_at_) / blend_, 0.0, 1.0) : 1;
}

}  // namespace sinew
