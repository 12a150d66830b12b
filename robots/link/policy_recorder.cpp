#include "robots/link/policy_recorder.h"

namespace sinew {
namespace {

constexpr size_t decision_places = 1024;

RecordedAction recorded(const PolicyDecision& decision) {
  return {decision,         decision.acted,   decision.policy,     decision.wanted,
          decision.refusal, decision.limited, decision.starts_anew};
}

}  // namespace

PolicyRecorder::PolicyRecorder(const std::string& path, RecordedSession session, const PolicyDecision& decision)
    : decisions_(decision_places, decision),
      file_(path, std::move(session), [this](RecordingWriter& writer) { fetch_decisions(writer); }) {}

void PolicyRecorder::observation(ObservationMessage&& message, const ObservationTimes& times) {
  RecordedLatency latency{.time = times.received,
                          .sequence = message.sequence,
                          .observation_delay = times.delay,
                          .decode = times.decode,
                          .round_trip = times.round_trip};
  if (times.has_new_action_age) latency.action_age = message.action_age;
  file_.add(RecordedObservation{times.received, std::move(message)});
  file_.add(latency);
}

void PolicyRecorder::fetch_decisions(RecordingWriter& writer) {
  while (const PolicyDecision* decision = decisions_.front()) {
    writer.add(recorded(*decision));
    writer.add(RecordedLatency{
        .time = decision->decided, .sequence = decision->answers, .compute = decision->decided - decision->received});
    decisions_.pop();
  }
}

RecordedSession session_of(const Welcome& welcome, const Hello& hello, const RobotConfig& config,
                           const std::string& policy_path) {
  RecordedSession session = session_of("policy", welcome, config);
  session.policy = hello.policy;
  session.policy_hash = hello.policy_hash;
  session.policy_path = policy_path;
  return session;
}

}  // namespace sinew
