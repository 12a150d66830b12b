// The duties of a robot that stops: when, for how long, and on which requests.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>

#include "core/text.h"
#include "robots/check/link_check_internal.h"
#include "robots/link/emergency_stop.h"

namespace sinew {
namespace {}  // namespace

std::string RobotCheck::is_stopped_by(Alarm alarm, double seconds) {
  if (!probe_.until([&] { return probe_.seen.mode == Mode::stopped; }, seconds))
    return fmt::format("{:.2g} s later it is {}, not stopped", seconds, name_of(probe_.seen.mode));
  if (probe_.seen.session != 0) return "it is stopped, but its session is not 0";
  if (probe_.seen.alarm != alarm)
    return fmt::format("its alarm is {} ({}), not {} ({})", static_cast<int>(probe_.seen.alarm),
                       name_of(probe_.seen.alarm), static_cast<int>(alarm), name_of(alarm));
  if (probe_.seen.why.empty()) return "`why` does not say why it stopped";
  return "";
}

// By the robot's own clock, from the moment when it last obeyed.
std::string RobotCheck::stops_by_its_watchdog() {
  make_armed();
  double obeyed_at = 0;
  ObservationMessage last = probe_.seen;
  std::vector<std::pair<uint64_t, double>> answered;  // sequences of actions, and the stamps of what they answer
  probe_.acts = false;
  int more = 5;
  probe_.on_observation = [&](const ObservationMessage& seen) {
    for (const auto& [sequence, stamp] : answered)
      if (seen.mode == Mode::armed && seen.action == sequence) obeyed_at = stamp + seen.action_age;
    if (more-- <= 0) return;
    const RobotAction action = probe_.hold();
    answered.emplace_back(action.sequence, action.observed_at);
    probe_.say(action);
  };
  const std::string wrong = is_stopped_by(Alarm::link_lost, 5 / config_.rate + config_.watchdog + patience);
  probe_.on_observation = nullptr;
  if (!wrong.empty()) return "actions stop arriving, and " + wrong;
  const double took = probe_.seen.stamp - obeyed_at, period = 1 / config_.rate;
  if (obeyed_at > 0 && (took > config_.watchdog + 2 * period + slack || took < config_.watchdog - 2 * period))
    return fmt::format("it stops {:.3g} s after the last action that it obeyed; its watchdog is {:.3g} s", took,
                       config_.watchdog);
  return "";
}

std::string RobotCheck::does_not_arm(uint64_t session, const std::string& what) {
  probe_.say(Arm{session});
  if (!probe_.until([&] { return probe_.seen.mode == Mode::armed; }, soon())) return "";
  probe_.say(Stop{"sinew link-check"});
  return what;
}

std::string RobotCheck::stays_stopped() {
  make_armed();
  probe_.acts = false;
  if (!probe_.until([&] { return probe_.seen.mode == Mode::stopped; }, config_.watchdog + patience))
    return "it does not stop";
  for (int i = 0; i < 3; ++i) probe_.say(probe_.hold());
  if (const std::string wrong = does_not_arm(probe_.session() + 1, "it arms although its stop was not acknowledged");
      !wrong.empty())
    return wrong;
  greet();
  probe_.live(soon());
  if (probe_.seen.mode != Mode::stopped)
    return fmt::format("a new greeting ends its stop: it is {}", name_of(probe_.seen.mode));
  probe_.say(Acknowledge{});
  if (!probe_.until([&] { return probe_.seen.mode == Mode::inactive; }, patience))
    return fmt::format("after `acknowledge` it is {}, not inactive", name_of(probe_.seen.mode));
  return "";
}

std::string RobotCheck::takes_no_session_twice() {
  make_armed();
  const uint64_t session = probe_.session();
  probe_.say(Stop{"sinew link-check"});
  if (!probe_.until([&] { return probe_.seen.mode == Mode::stopped; }, patience))
    return "it does not stop when told to";
  make_inactive();
  std::string wrong = does_not_arm(session, "it is armed with the number of an earlier session");
  if (wrong.empty()) wrong = does_not_arm(session - 1, "it is armed with a number below that of the last session");
  if (wrong.empty()) wrong = does_not_arm(0, "it is armed with session 0");
  if (wrong.empty())
    wrong = does_not_arm(session + 2 * largest_session_step, "it is armed with a number more than 2^32 above the last");
  return wrong;
}

std::string RobotCheck::stops_when_told_to() {
  make_armed();
  probe_.say(Stop{"sinew link-check"});
  return is_stopped_by(Alarm::operator_stop, patience);
}

std::string RobotCheck::stops_at_a_greeting() {
  make_armed();
  probe_.say(hello_);
  const std::string wrong = is_stopped_by(Alarm::link_lost, patience);
  return wrong.empty() ? "" : "a peer that greets again has lost its state, and " + wrong;
}

std::string RobotCheck::stops_in_silence() {
  make_armed();
  probe_.is_silent = true;
  probe_.acts = false;
  const std::string wrong = is_stopped_by(Alarm::link_lost, config_.watchdog + patience);
  probe_.is_silent = false;
  return wrong.empty() ? "" : "it no longer receives anything, and " + wrong;
}

std::string RobotCheck::press_emergency_stop() {
  is_pressed_ = true;
  std::future<void> pressed = std::async(std::launch::async, [this] {
    emergency_stop(config_.stop_address, options_.secure, "sinew link-check", stop_timeout);
  });
  probe_.until([&] { return pressed.wait_for(std::chrono::seconds(0)) == std::future_status::ready; },
               stop_timeout + 1);
  try {
    pressed.get();
  } catch (const Error& error) {
    return error.what();
  }
  return is_stopped_by(Alarm::emergency, patience);
}

std::string RobotCheck::has_an_emergency_stop() {
  make_armed();
  return press_emergency_stop();
}

// The controller that was stopped must not be able to release the stop.
std::string RobotCheck::keeps_its_emergency_stop() {
  greet();
  if (const std::string wrong = press_emergency_stop(); !wrong.empty()) return wrong;
  for (int i = 0; i < 2; ++i) {
    probe_.say(Acknowledge{});
    probe_.live(soon());
    if (probe_.seen.mode != Mode::stopped) return "its controller's `acknowledge` ends an emergency stop";
    greet();
  }
  return does_not_arm(probe_.session() + 1, "it arms although its emergency stop was not released");
}

std::string RobotCheck::releases_its_emergency_stop() {
  greet();
  if (const std::string wrong = press_emergency_stop(); !wrong.empty()) return wrong;
  release_emergency_stop(config_.stop_address, options_.secure, "sinew link-check", stop_timeout);
  is_pressed_ = false;
  probe_.until([&] { return probe_.seen.mode == Mode::inactive; }, patience);
  probe_.live(soon());
  return probe_.seen.mode == Mode::inactive
             ? ""
             : fmt::format("after the release it is {}, not inactive", name_of(probe_.seen.mode));
}

}  // namespace sinew
