#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/spec.h"
#include "robots/safety/alarms.h"

namespace sinew {

/// A robot's hardware, or its simulation: the class that a robot's integrator implements. RobotServer does the rest.
/// All but take_images is called in the control thread, at each tick or less often, and should neither allocate nor
/// wait.
class RobotBody {
 public:
  virtual ~RobotBody() = default;

  /// Names, order, units and layouts of its sensors; for a camera, one frame as it delivers it.
  virtual const std::vector<SensorSpec>& sensors() const = 0;

  /// The current measurement, joints in the order of the robot's file. What the spans point to stays valid until the
  /// next call.
  virtual RobotState measure() = 0;
  /// Its float32 sensors concatenated, as last measured. `scene` is for take_images only: what its cameras need about
  /// this moment; most bodies leave it unchanged.
  virtual void observe(std::span<float> numbers, std::string& scene) = 0;
  /// One frame of each of its cameras, as JPEG or raw bytes. Called in a separate thread; it may be slow.
  virtual void take_images(const std::string& /*scene*/, std::vector<std::string>& images) { images.clear(); }

  /// Armed or stopped: the actuators' commands, in SI units, until the next call.
  virtual void command(std::span<const double> commands) = 0;
  /// Not armed: the motors get no commands.
  virtual void rest() = 0;
  /// A fault that no watch detects: the robot stops. null: none.
  virtual const char* fault() const { return nullptr; }
  /// Its task is complete: the robot stops, without a fault.
  virtual bool has_ended() const { return false; }
};

}  // namespace sinew
