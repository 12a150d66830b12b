#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "robots/control/sent_observation.h"
#include "robots/recording/flight_recorder.h"

namespace sinew {

/// What the robot's side records, whoever drives it: what was observed, and what the actuators were told then. This is
/// what is to be learnt from a teleoperation.
class RobotRecorder {
 public:
  /// `sensors`: RobotSide::sensors(), or of a RobotServer's body. Throws an Error where the file cannot be made.
  RobotRecorder(const std::string& path, const RobotConfig& config, const std::vector<SensorSpec>& sensors);

  /// An ObservationTap, from one thread.
  void observation(SentObservation&& sent);

  FlightRecorder& file() { return file_; }

 private:
  // The observation before.
  struct Before {
    uint64_t session = 0, sequence = 0, action = 0, limited = 0;
    double stamp = 0;
  };
  void note_policy(const SentObservation& sent);
  void note_action(SentObservation& sent, double now);

  RecordedSession session_;
  FlightRecorder file_;
  Before before_;
  uint64_t answered_session_ = 0;  // of the last action
};

}  // namespace sinew
