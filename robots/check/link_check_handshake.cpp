// The duties of a robot's handshake.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/clock.h"
#include "core/text.h"
#include "robots/check/link_check_internal.h"
#include "robots/protocol/handshake.h"

namespace sinew {
namespace {

// A greeting of another version; its other content must not be examined.
LinkProbe::Frames of_version(const Hello& hello, int version) {
  nlohmann::json header = nlohmann::json::from_msgpack(encode(hello)[0]);
  header["version"] = version;
  std::string bytes;
  nlohmann::json::to_msgpack(header, bytes);
  return {bytes};
}

}  // namespace

// The previous controller keeps its place until link_timeout has passed.
std::string RobotCheck::welcomes() {
  if (!probe_.greet(hello_, options_.connect_timeout).empty() && probe_.refusals > 0)
    probe_.live(config_.link_timeout + slack);
  greet();
  return probe_.not_understood;
}

std::string RobotCheck::is_what_its_file_says() {
  greet();
  return welcome_difference(probe_.welcome, {}, config_);
}

std::optional<bool> RobotCheck::is_welcome(const LinkProbe::Frames& greeting) {
  const uint64_t welcomes = probe_.welcomes, refusals = probe_.refusals;
  for (const double deadline = now_seconds() + patience; now_seconds() < deadline;) {
    probe_.say_frames(greeting);
    if (probe_.until([&] { return probe_.refusals > refusals || probe_.welcomes > welcomes; }, 0.3))
      return probe_.welcomes > welcomes;
  }
  return {};
}

std::string RobotCheck::refuses_other_versions() {
  for (const int version : {1, protocol_version + 1}) {
    greet();
    const std::optional<bool> is_welcomed = is_welcome(of_version(hello_, version));
    if (!is_welcomed)
      return fmt::format("a greeting of version {} is not answered; the answer should be 'refused' with the reason",
                         version);
    if (*is_welcomed) return fmt::format("a greeting of version {} is welcomed", version);
  }
  return "";
}

// The robot may be greeted again afterwards.
std::string RobotCheck::refuses(const std::string& what, const Hello& other) {
  greet();
  const std::optional<bool> is_welcomed = is_welcome(encode(other));
  if (!is_welcomed) return fmt::format("a greeting with {} is not answered", what);
  return *is_welcomed ? fmt::format("a greeting with {} is welcomed", what) : "";
}

std::string RobotCheck::refuses_other_limits() {
  const auto with = [&](const char* what, const std::function<void(ActuatorLimits&)>& change) {
    Hello other = hello_;
    change(other.limits.back());
    return refuses(fmt::format("another {} of '{}'", what, other.limits.back().name), other);
  };
  std::string wrong = with("velocity", [](ActuatorLimits& one) { one.velocity *= 1.5; });
  if (wrong.empty()) wrong = with("acceleration", [](ActuatorLimits& one) { one.acceleration *= 1.5; });
  if (wrong.empty()) wrong = with("step", [](ActuatorLimits& one) { one.step *= 1.5; });
  if (wrong.empty()) wrong = with("range", [](ActuatorLimits& one) { one.position[1] += 1; });
  if (wrong.empty())
    wrong = with("unit", [](ActuatorLimits& one) { one.unit = one.command_unit() == "deg" ? "rad" : "deg"; });
  if (wrong.empty()) wrong = with("name", [](ActuatorLimits& one) { one.name += " of another robot"; });
  return wrong;
}

std::string RobotCheck::refuses_other_actions() {
  const auto with = [&](const std::string& what, const std::function<void(ActionSpec&)>& change) {
    Hello other = hello_;
    change(other.interface.actions);
    return refuses(what, other);
  };
  std::string wrong = with("another rate", [](ActionSpec& actions) { actions.rate *= 2; });
  if (wrong.empty())
    wrong = with("other labels of its actions", [](ActionSpec& actions) { actions.parts[0].labels[0] += "?"; });
  if (wrong.empty())
    wrong = with("other units of its actions", [](ActionSpec& actions) { actions.parts[0].units[0] = "deg/h"; });
  if (wrong.empty())
    wrong = with("a wider range of its actions", [](ActionSpec& actions) { actions.parts[0].high[0] += 9; });
  if (wrong.empty())
    wrong = with("two parts of actions", [](ActionSpec& actions) { actions.parts.push_back(actions.parts[0]); });
  if (wrong.empty()) wrong = with("no parts of actions", [](ActionSpec& actions) { actions.parts.clear(); });
  return wrong;
}

std::string RobotCheck::refuses_other_times() {
  for (const auto& [name, time] : {std::pair{"max_age", &LinkTiming::max_age},
                                   {"watchdog", &LinkTiming::watchdog},
                                   {"link_timeout", &LinkTiming::link_timeout},
                                   {"blend", &LinkTiming::blend}}) {
    Hello other = hello_;
    other.timing.*time += 1;
    if (const std::string wrong = refuses(
            fmt::format("{} {:.4g} s in place of {:.4g} s", name, other.timing.*time, hello_.timing.*time), other);
        !wrong.empty())
      return wrong;
  }
  return "";
}

std::string RobotCheck::refuses_other_sensors() {
  greet();
  const auto numbers =
      std::ranges::find_if(hello_.interface.sensors, [](const auto& sensor) { return !sensor.is_image(); });
  if (numbers == hello_.interface.sensors.end()) return "";
  const auto place = numbers - hello_.interface.sensors.begin();
  const auto with = [&](const std::string& what, const std::function<void(SensorSpec&)>& change) {
    Hello other = hello_;
    change(other.interface.sensors[static_cast<size_t>(place)]);
    return refuses(fmt::format("{} '{}'", what, numbers->name), other);
  };
  std::string wrong = with("a sensor that it lacks in place of", [](SensorSpec& sensor) { sensor.name += "?"; });
  if (wrong.empty() && !numbers->labels.empty())
    wrong = with("other labels of", [](SensorSpec& sensor) { sensor.labels[0] += "?"; });
  if (wrong.empty() && !numbers->units.empty())
    wrong = with("other units of", [](SensorSpec& sensor) { sensor.units[0] += "/h"; });
  if (wrong.empty())
    wrong = with("another size of", [](SensorSpec& sensor) {
      sensor.shape = {sensor.size() + 1};
      sensor.labels.clear();
      sensor.units.clear();
    });
  return wrong;
}

std::string RobotCheck::obeys_one_controller() {
  greet();
  LinkProbe second(config_, options_.secure);
  const uint64_t observations = probe_.observations;
  std::string answer;
  const double until = now_seconds() + patience;
  second.say(hello_);
  while (second.refusals + second.welcomes == 0 && now_seconds() < until) {
    probe_.live(0.02);
    if (!second.until([&] { return second.refusals + second.welcomes > 0; }, 0.02)) second.say(hello_);
  }
  if (second.welcomes > 0) return "a second one is welcomed while the first one speaks";
  if (second.refusals == 0) return "a second one is not answered; the answer should be 'refused' with the reason";
  if (!probe_.until([&] { return probe_.observations > observations; }, patience))
    return "the first one is no longer heard";
  return "";
}

std::string RobotCheck::lets_a_silent_controller_go() {
  greet();
  probe_.is_silent = true;
  const double begun = now_seconds();
  LinkProbe second(config_, options_.secure);
  const std::string why = [&] {
    std::string last;
    while (now_seconds() < begun + config_.link_timeout + soon() + 1)
      if (last = second.greet(hello_, 0.5); last.empty()) break;
    return last;
  }();
  const double waited = now_seconds() - begun;
  probe_.is_silent = false;
  if (!why.empty())
    return fmt::format(
        "{:.2g} s after the first one fell silent (link_timeout {:.2g} s) a second one is not welcome: {}", waited,
        config_.link_timeout, why);
  second.is_silent = true;  // and is forgotten as well
  probe_.live(config_.link_timeout + slack);
  return "";
}

}  // namespace sinew
