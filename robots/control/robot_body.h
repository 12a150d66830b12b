#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/spec.h"
#include "robots/safety/watches.h"

namespace sinew {

/// A robot's hardware, or its simulation: what somebody who brings a robot writes. RobotServer does the rest. All but
/// take_images is called in the control thread, at each tick or less often, and should neither allocate nor wait.
class RobotBody {
 public:
  virtual ~RobotBody() = default;

  /// Names, order, units and layouts of what it senses; of a camera, one frame as it delivers it.
  virtual const std::vector<SensorSpec>& sensors() const = 0;

  /// What is measured now, joints in the order of the robot's file. What the spans point to stays until the next call.
  virtual RobotState measure() = 0;
  /// Its float32 sensors side by side, as measured last. `scene` is for take_images alone: what its cameras need to
  /// know of this moment; most leave it alone.
  virtual void observe(std::span<float> numbers, std::string& scene) = 0;
  /// One frame of each of its cameras, in JPEG or as raw bytes. Called in a thread of its own; it may be slow.
  virtual void take_images(const std::string& /*scene*/, std::vector<std::string>& images) { images.clear(); }

  /// Armed or stopped: what the actuators are told, in SI units, until the next call.
  virtual void command(std::span<const double> commands) = 0;
  /// Not armed: the motors are told nothing.
  virtual void rest() = 0;
  /// Something is wrong that no watch sees: the robot stops. null: nothing is.
  virtual const char* fault() const { return nullptr; }
  /// What it was to do is done: the robot stops, and nothing is wrong.
  virtual bool has_ended() const { return false; }
};

}  // namespace sinew
