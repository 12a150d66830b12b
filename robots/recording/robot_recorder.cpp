#include "robots/recording/robot_recorder.h"

#include <utility>

#include "core/clock.h"
#include "robots/protocol/handshake.h"

namespace sinew {

RobotRecorder::RobotRecorder(const std::string& path, const RobotConfig& config, const std::vector<SensorSpec>& sensors)
    : session_(session_of("robot", make_welcome(config, sensors), config)), file_(path, session_) {}

void RobotRecorder::observation(SentObservation&& sent) {
  const double now = now_seconds();
  const ObservationMessage& message = sent.message;
  note_policy(sent);
  note_action(sent, now);
  // An age of 0 comes from a dialect whose commands answer no observation.
  if (message.session > 0 && message.action != before_.action && message.action_age > 0)
    file_.add(RecordedLatency{.time = now, .sequence = message.sequence, .action_age = message.action_age});
  before_ = {message.session, message.sequence, message.action, message.limited, message.stamp};
  file_.add(RecordedObservation{now, std::move(sent.message)});
}

void RobotRecorder::note_policy(const SentObservation& sent) {
  if (sent.policy == session_.policy && sent.policy_hash == session_.policy_hash) return;
  session_.policy = sent.policy;
  session_.policy_hash = sent.policy_hash;
  file_.add(session_);
}

// Records the outcome of the previous observation, which only this one contains. Commands of a robot that has stopped
// meanwhile do not answer an observation.
void RobotRecorder::note_action(SentObservation& sent, double now) {
  const ObservationMessage& message = sent.message;
  if (before_.session == 0 || message.session != before_.session) return;
  RecordedAction action{{.session = message.session,
                         .sequence = message.action,
                         .answers = before_.sequence,
                         .observed_at = before_.stamp,
                         .values = std::move(sent.told)},
                        now};
  action.limited = message.limited - before_.limited;
  if (message.action > 0) action.wanted = std::move(sent.wanted);
  action.starts_anew = std::exchange(answered_session_, message.session) != message.session;
  file_.add(std::move(action));
}

}  // namespace sinew
