#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "robots/control/sent_observation.h"
#include "robots/recording/flight_recorder.h"

namespace sinew {

/// Records the robot's side, whatever drives it: the observations, and the actuators' commands at the time. A policy
/// can learn from such a recording of a teleoperation.
class RobotRecorder {
 public:
  /// `sensors`: RobotSide::sensors(), or those of a RobotServer's body. Throws an Error if the file cannot be created.
  RobotRecorder(const std::string& path, const RobotConfig& config, const std::vector<SensorSpec>& sensors);

  /// An ObservationTap; called from one thread.
  void observation(SentObservation&& sent);

  FlightRecorder& file() { return file_; }

 private:
  // The previous observation.
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
