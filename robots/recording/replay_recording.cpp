#include "robots/recording/replay_recording.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "robots/control/policy_input.h"
#include "robots/protocol/handshake.h"

namespace sinew {
namespace {

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

// "" if they agree.
std::string difference(const RecordedAction& recorded, const PolicyDecision& now) {
  const auto differ = [&](const char* what, const auto& then, const auto& again) {
    return same_bits(then, again)
               ? std::string()
               : fmt::format("{} was [{}], is [{}]", what, fmt::join(then, ", "), fmt::join(again, ", "));
  };
  if (recorded.starts_anew != now.starts_anew)
    return recorded.starts_anew ? "the memory was empty, and now it is not" : "the memory was not empty, and now it is";
  if (std::string text = differ("what the policy says", recorded.policy, now.policy); !text.empty()) return text;
  if (std::string text = differ("what is wanted", recorded.wanted, now.wanted); !text.empty()) return text;
  if (recorded.refusal != now.refusal)
    return fmt::format("the gate's refusal was '{}', is '{}'", name_of(recorded.refusal), name_of(now.refusal));
  return recorded.refusal == Refusal::none ? differ("what the gate lets through", recorded.values, now.values) : "";
}

}  // namespace

void check_recorded_by_policy(const RecordedSession& session) {
  if (session.side != "policy")
    fail(
        "it was recorded on the {}'s side, which knows neither what a policy said nor how long that took: this needs a "
        "recording that 'sinew stream' made",
        session.side);
}

RecordingReplay replay_recording(const Recording& recording, const ControllerFactory& controllers) {
  const RecordedSession& session = recording.session;
  check_recorded_by_policy(session);
  const RobotConfig config =
      read_config<RobotConfig>(ConfigNode::parse_text(session.robot_config, "the recorded robot's file"));
  PolicyControl control(controllers, config);
  check_welcome(
      {.robot = session.robot, .interface = session.interface, .limits = session.limits, .timing = config.timing()},
      control.controller(), config);
  PolicyInput input(control.controller(), config, session.interface);
  ArrivedObservation arrived = control.empty_observation();
  PolicyDecision decision = control.empty_decision();
  RecordingReplay replay;
  auto action = recording.actions.begin();
  for (const RecordedObservation& observation : recording.observations) {
    const bool is_of_use = input.accept(observation.message, observation.received, arrived);
    if (!is_of_use || action == recording.actions.end() || action->answers != observation.message.sequence) continue;
    control.act(arrived, action->time, decision);
    ++replay.actions;
    const std::string text = difference(*action, decision);
    replay.equal += text.empty();
    if (!text.empty() && replay.first_difference.empty())
      replay.first_difference = fmt::format("action {} of session {}: {}", action->sequence, action->session, text);
    ++action;
  }
  // In a recording that was cut short, the last actions may have been written before the observations that they answer.
  if (action != recording.actions.end() && replay.first_difference.empty() && recording.damage.empty())
    replay.first_difference = fmt::format("action {} of session {} answers an observation that was not recorded",
                                          action->sequence, action->session);
  return replay;
}

LatencyProfile measured_profile(const Recording& recording) {
  check_recorded_by_policy(recording.session);
  std::map<uint64_t, RecordedLatency> of_observation;  // by its sequence: delay, and the time until it was answered
  for (const RecordedLatency& one : recording.latencies) {
    RecordedLatency& all = of_observation[one.sequence];
    if (one.observation_delay) all.observation_delay = one.observation_delay;
    if (one.compute) all.compute = one.compute;
  }
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> answers;  // the observation that an action answers
  uint64_t sent = 0;
  for (const RecordedAction& action : recording.actions) {
    answers[{action.session, action.sequence}] = action.answers;
    sent += action.session > 0 && action.refusal == Refusal::none;
  }
  std::vector<double> observation, action;
  uint64_t last = 0;
  for (const RecordedObservation& seen : recording.observations) {
    const ObservationMessage& message = seen.message;
    if (message.session == 0 || message.action == 0 || message.action == last) continue;
    last = message.action;
    const auto answered = answers.find({message.session, message.action});
    if (answered == answers.end()) continue;
    const RecordedLatency& times = of_observation[answered->second];
    if (!times.observation_delay || !times.compute) continue;
    const double there = std::clamp(*times.observation_delay + *times.compute, 0.0, message.action_age);
    observation.push_back(there);
    action.push_back(message.action_age - there);
  }
  if (observation.empty())
    fail("it holds no session in which the robot was armed and obeyed, so nothing of its delays is known");
  const ObservationMessage &first = recording.observations.front().message,
                           &end = recording.observations.back().message;
  const uint64_t arrived = end.arrived - first.arrived;
  // The last ones may have been in flight when the recording ended.
  const double lost = sent > arrived + 2 ? static_cast<double>(sent - arrived) / static_cast<double>(sent) : 0;
  return {distribution_of(observation), distribution_of(action), lost};
}

}  // namespace sinew
