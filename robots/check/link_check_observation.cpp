// The duties for what a robot sends.
#include <algorithm>
#include <cmath>

#include "core/clock.h"
#include "core/text.h"
#include "robots/check/link_check_internal.h"

namespace sinew {
namespace {

constexpr uint64_t observations_to_see = 20;

}  // namespace

// By the robot's own clock: delays of arrival here are the network's.
std::string RobotCheck::observes_at_its_rate() {
  make_inactive();
  const ObservationMessage first = probe_.seen;
  probe_.until([&] { return probe_.seen.sequence >= first.sequence + observations_to_see; },
               static_cast<double>(observations_to_see) / config_.rate + patience);
  const auto count = static_cast<double>(probe_.seen.sequence - first.sequence);
  const double rate = count / (probe_.seen.stamp - first.stamp);
  if (count == 0) return "no observations arrive";
  if (!(rate > 0.8 * config_.rate && rate < 1.25 * config_.rate))
    return fmt::format("{:.4g} observations a second by its own stamps, its file says {:.4g}", rate, config_.rate);
  return "";
}

std::string RobotCheck::counts_and_stamps() {
  make_inactive();
  std::string wrong;
  ObservationMessage before = probe_.seen;
  const uint64_t until = probe_.observations + observations_to_see;
  probe_.on_observation = [&](const ObservationMessage& now) {
    if (now.sequence <= before.sequence)
      wrong = fmt::format("the observation after number {} has number {}", before.sequence, now.sequence);
    else if (!(now.stamp > before.stamp))
      wrong = fmt::format("observation {} is stamped {:.6f} s, the one before it {:.6f} s", now.sequence, now.stamp,
                          before.stamp);
    else if (now.session != 0 || now.mode != Mode::inactive)
      wrong = fmt::format("it was not armed, but it reports session {}, {}", now.session, name_of(now.mode));
    before = now;
  };
  probe_.until([&] { return probe_.observations >= until || !wrong.empty(); },
               static_cast<double>(observations_to_see) / config_.rate + patience);
  probe_.on_observation = nullptr;
  return wrong;
}

std::string RobotCheck::says_what_was_announced() {
  make_inactive();
  probe_.not_understood.clear();
  const uint64_t before = probe_.observations;
  probe_.until([&] { return probe_.observations > before + 3 || !probe_.not_understood.empty(); }, patience);
  if (!probe_.not_understood.empty()) return probe_.not_understood;
  const ObservationMessage& seen = probe_.seen;
  const InterfaceSpec& interface = probe_.welcome.interface;
  const auto numbers = static_cast<size_t>(interface.observation_size());
  const auto images = static_cast<size_t>(std::ranges::count_if(interface.sensors, &SensorSpec::is_image));
  const size_t n = config_.actuators.size();
  if (seen.numbers.size() != numbers)
    return fmt::format("{} numbers, its sensors have {}", seen.numbers.size(), numbers);
  if (seen.images.size() != images) return fmt::format("{} images, it has {} cameras", seen.images.size(), images);
  if (seen.joints.size() != 2 * n && seen.joints.size() != 3 * n)
    return fmt::format("{} numbers of its joints; {} actuators have {} or {}", seen.joints.size(), n, 2 * n, 3 * n);
  for (size_t i = 0; i < seen.joints.size(); ++i)
    if (!std::isfinite(seen.joints[i]))
      return fmt::format("joint '{}' reads {}", config_.actuators[i % n].limits.name, seen.joints[i]);
  for (size_t i = 0; i < n; ++i) {
    const ActuatorLimits& limits = config_.actuators[i].limits;
    const double margin = config_.watches.range_margin;
    if (seen.joints[i] < limits.lowest() - margin || seen.joints[i] > limits.highest() + margin)
      return fmt::format("joint '{}' is at {:.4g}, its range [{:.4g}, {:.4g}]: are its units the file's?", limits.name,
                         seen.joints[i], limits.lowest(), limits.highest());
  }
  const std::vector<float> bounds = sensor_bounds(config_.watches, interface.sensors, 1e9f);
  for (size_t i = 0; i < numbers; ++i)
    if (!(std::abs(seen.numbers[i]) <= bounds[i]))
      return reading_text(interface.sensors, i, seen.numbers[i], bounds[i]);
  return "";
}

std::string RobotCheck::answers_heartbeats() {
  greet();
  probe_.live(0.2);
  const uint64_t before = probe_.replies;
  if (!probe_.until([&] { return probe_.replies > before; }, patience)) return "a heartbeat gets no heartbeat_reply";
  const HeartbeatReply first = probe_.reply;
  if (std::abs(first.sent - probe_.beat_at) > 1)
    return fmt::format("`sent` was {:.6f}, and came back as {:.6f}", probe_.beat_at, first.sent);
  const uint64_t replies = probe_.replies;
  probe_.until([&] { return probe_.replies > replies + 2; }, patience);
  const double here = probe_.reply.sent - first.sent, there = probe_.reply.received - first.received;
  if (!(std::abs(here - there) < slack))
    return fmt::format("between two heartbeats {:.3f} s passed here, {:.3f} s by its `received`", here, there);
  return "";
}

std::string RobotCheck::survives_rubbish() {
  const std::vector<LinkProbe::Frames> rubbish = {
      {""},
      {"rubbish"},
      {std::string("\xc1")},
      {std::string(100000, '\x91')},             // nested lists
      {std::string("\xdf\xff\xff\xff\xff", 5)},  // a map of four thousand million entries
      {std::string("\x81\xa4kind\xa5"
                   "dance")},
      {std::string("\x82\xa4kind\xa3"
                   "arm\xa7session\xa1x")},
      {std::string("\x81\xa4kind\xa6"
                   "action"),
       "1234567"},
      {"a", "b", "c"},
  };
  for (const LinkProbe::Frames& frames : rubbish) {
    make_inactive();
    probe_.not_understood.clear();
    const uint64_t observations = probe_.observations;
    const std::string what = shortened(frames[0], 12);
    probe_.say_frames(frames);
    if (!probe_.until([&] { return probe_.observations > observations + 2; }, patience))
      return fmt::format("it falls silent at '{}'", what);
    if (!probe_.not_understood.empty())
      return fmt::format("its answer to '{}' is not a message: {}", what, probe_.not_understood);
    if (!is_utf8(probe_.refusal)) return fmt::format("its refusal of '{}' is not UTF-8", what);
    if (probe_.seen.mode != Mode::inactive) return fmt::format("it is {} after '{}'", name_of(probe_.seen.mode), what);
  }
  return "";
}

}  // namespace sinew
