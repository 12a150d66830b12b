#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "envs/task/task_env.h"
#include "envs/vec_env.h"
#include "robots/control/robot_body.h"
#include "robots/link/mailbox.h"
#include "robots/protocol/robot_config.h"
#include "sim/camera/render_pool.h"
#include "vision/jpeg.h"

namespace sinew {

/// A task's robot as a body for RobotServer. Each tick advances its physics by one tick, in real time. Until it is
/// armed it stands still, as if held in place. When its task ends it stops, and once the stop is acknowledged a new
/// episode begins.
///
/// Its sensors are the task's observations, at the task's rate. Its commands are in SI units; the robot's file maps
/// them to the task's actions.
class SimulatedRobot final : public RobotBody {
 public:
  struct Options {
    uint64_t seed = 1;
    double noise = 0;      // standard deviation of the noise on each sensed number, in that number's unit
    int jpeg_quality = 0;  // for its cameras' frames; 0: raw bytes
    bool watched = false;  // keeps a scene for a viewer to draw
    /// Replaces the task's cameras: in colour, each with its name in the model.
    std::optional<std::vector<CameraView>> cameras = {};
    /// The server may observe it at any time, even within a step: a step begins when the previous one has ended,
    /// whether or not its observation was taken. Its numbers are then from the last step, its images from the moment of
    /// observation.
    bool at_own_pace = false;
    /// Its joints and motors follow commands over their whole range, not only over the range of the task's actions.
    bool whole_range = false;
    std::function<void(const std::string&)> on_event;  // called in the control thread
  };
  /// `make` makes the task's env. Throws an Error for a task that MuJoCo does not simulate, for a file of another robot
  /// (check_robot), and for a camera that the model does not have.
  SimulatedRobot(EnvFactory make, const RobotConfig& config, Options options);

  const std::vector<SensorSpec>& sensors() const override { return sensors_; }
  RobotState measure() override;
  void observe(std::span<float> numbers, std::string& scene) override;
  void take_images(const std::string& scene, std::vector<std::string>& images) override;
  void command(std::span<const double> commands) override;
  void rest() override;
  const char* fault() const override { return fault_.empty() ? nullptr : fault_.c_str(); }
  bool has_ended() const override { return ended_; }

  /// Fetches the scene of the last observation, if `watched` and a newer one exists: the state that restores another
  /// env of the task.
  bool fetch_scene() { return scenes_.fetch(); }
  const std::string& scene() const { return scenes_.front(); }

 private:
  void begin_episode();
  void advance();
  void take_image(size_t place);
  void finish_step();
  void measure_joints();
  std::string snapshot();

  EnvFactory make_;
  std::unique_ptr<Env> owner_;
  TaskEnv& env_;
  std::vector<ActuatorConfig> actuators_;
  Options options_;
  std::vector<SensorSpec> sensors_;
  bool has_cameras_ = false;
  std::optional<RenderPool> views_;  // of Options::cameras
  int physics_per_tick_ = 1;
  Rng rng_, noise_;
  std::vector<double> action_, position_, velocity_, torque_;
  std::array<double, 3> gravity_{};
  int floating_body_ = -1;  // whose tilt is measured; -1: no body moves freely
  // moving: a command was received; in_step: an env step has begun; observed: the link has the observation of the
  // previous step, so that the next one may begin.
  bool moving_ = false, in_step_ = false, observed_ = false, used_ = false;
  int physics_steps_ = 0;  // in the current env step
  double return_ = 0;
  int64_t length_ = 0;
  std::string fault_;
  bool ended_ = false;  // the task has ended
  Mailbox<std::string> scenes_;
  // Used only by the camera thread.
  std::unique_ptr<Env> eye_;
  std::vector<uint8_t> frame_;
  std::unique_ptr<JpegEncoder> jpeg_;
};

}  // namespace sinew
