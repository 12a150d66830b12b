#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/controller.h"
#include "robots/control/camera_input.h"
#include "robots/control/policy_control.h"
#include "robots/protocol/messages.h"

namespace sinew {

/// Converts the robot's messages to the policy's inputs: maps numbers to their places; decodes, processes and stacks
/// frames. Used by one thread.
class PolicyInput {
 public:
  /// Throws an Error if images cannot be converted from the robot's layout to the policy's. check_welcome must already
  /// have matched policy, file and robot.
  PolicyInput(const Controller& policy, const RobotConfig& config, const InterfaceSpec& robot);

  /// Returns false, and problem() gives the reason, if the message does not match the interface, if a number that the
  /// policy takes is not finite or beyond its bound, or if a frame does not decode and there is no replacement for it.
  /// `out`: as made by PolicyControl::empty_observation.
  bool accept(const ObservationMessage& message, double received, ArrivedObservation& out);
  const std::string& problem() const { return problem_; }
  const std::vector<CameraInput>& cameras() const { return cameras_; }

 private:
  struct Place {
    size_t from, to, size;  // of a sensor's numbers: offsets in the message and in the policy's row; count
  };
  bool is_sane(const ObservationMessage& message);

  std::vector<SensorSpec> sensors_;  // the robot's
  std::vector<float> bounds_;        // for each number of a message
  std::vector<Place> numbers_;
  size_t numbers_size_;  // of a message
  struct Image {
    size_t from;         // index among the message's images
    size_t begin, size;  // in the policy's row
  };
  std::vector<Image> images_;
  std::vector<CameraInput> cameras_;
  size_t images_count_;  // of a message
  std::vector<uint8_t> stacks_;
  double longest_gap_;
  std::optional<uint64_t> session_;
  double stamp_ = 0;
  std::string problem_;
};

}  // namespace sinew
