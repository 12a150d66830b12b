#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/controller.h"
#include "robots/control/camera_input.h"
#include "robots/control/policy_control.h"
#include "robots/protocol/messages.h"

namespace sinew {

/// From the robot's messages to what its policy takes: numbers in their places, frames decoded, processed and stacked.
/// Used by one thread.
class PolicyInput {
 public:
  /// Throws an Error for images that cannot be brought from the robot's layout to the policy's. Policy, file and robot
  /// fit otherwise (check_welcome).
  PolicyInput(const Controller& policy, const RobotConfig& config, const InterfaceSpec& robot);

  /// False where the message does not go with the interface, a number that the policy takes is not finite or beyond its
  /// bound, or a frame does not decode, and what it would need to be
  /// replaced by is not there; problem() says why. `out` as PolicyControl::empty_observation makes it.
  bool accept(const ObservationMessage& message, double received, ArrivedObservation& out);
  const std::string& problem() const { return problem_; }
  const std::vector<CameraInput>& cameras() const { return cameras_; }

 private:
  struct Place {
    size_t from, to, size;  // of a sensor's numbers, in the message and in the policy's row
  };
  bool is_sane(const ObservationMessage& message);

  std::vector<SensorSpec> sensors_;  // the robot's
  std::vector<float> bounds_;        // of each number of a message
  std::vector<Place> numbers_;
  size_t numbers_size_;  // of a message
  struct Image {
    size_t from;         // among the message's images
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
