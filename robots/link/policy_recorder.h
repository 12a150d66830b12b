#pragma once
#include <string>

#include "robots/control/policy_control.h"
#include "robots/link/policy_link.h"
#include "robots/recording/flight_recorder.h"
#include "robots/recording/ring.h"

namespace sinew {

/// Records the policy's side: its observations, the resulting actions, and how long that took.
class PolicyRecorder {
 public:
  /// `decision`: of the size that decision() will receive. Throws an Error if the file cannot be created.
  PolicyRecorder(const std::string& path, RecordedSession session, const PolicyDecision& decision);

  /// From any thread but the control thread.
  void observation(ObservationMessage&& message, const ObservationTimes& times);
  /// From the control thread; neither waits nor allocates.
  void decision(const PolicyDecision& decision) {
    if (!decisions_.push(decision)) file_.leave_out();
  }

  FlightRecorder& file() { return file_; }

 private:
  void fetch_decisions(RecordingWriter& writer);

  Ring<PolicyDecision> decisions_;
  FlightRecorder file_;
};

/// The start of a recording on the policy's side.
RecordedSession session_of(const Welcome& welcome, const Hello& hello, const RobotConfig& config,
                           const std::string& policy_path);

}  // namespace sinew
