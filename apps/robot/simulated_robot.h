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

/// A task's robot as a body for RobotServer: its physics goes on by as much as a tick takes, in real time. Until it is
/// armed it stands still, as if somebody held it; when its task ends it stops, and once that is acknowledged it begins
/// anew.
///
/// What it senses are the task's observations, at the task's rate; what it is told are commands in SI units, of which
/// the robot's file says what they are to the task's actions.
class SimulatedRobot final : public RobotBody {
 public:
  struct Options {
    uint64_t seed = 1;
    double noise = 0;      // standard deviation, of each number that it senses, in its own unit
    int jpeg_quality = 0;  // of its cameras' frames; 0: raw bytes
    bool watched = false;  // keeps a scene for whoever wants to draw it
    /// What it sees, instead of its task's cameras: in colour, each called as the model calls it.
    std::optional<std::vector<CameraView>> cameras = {};
    /// Whoever serves it observes it when he wants, also within a step: steps begin when the one before has ended,
    /// whether its observation is known or not. Its numbers are then of the last step, its pictures of the moment.
    bool at_own_pace = false;
    /// Its joints and motors obey commands as far as they can, not only as far as the task's actions reach.
    bool whole_range = false;
    std::function<void(const std::string&)> on_event;  // in the control thread
  };
  /// `make` makes the task's env. Throws an Error for a task that MuJoCo does not simulate, for the file of another
  /// robot (check_robot), and for a camera that the model does not have.
  SimulatedRobot(EnvFactory make, const RobotConfig& config, Options options);

  const std::vector<SensorSpec>& sensors() const override { return sensors_; }
  RobotState measure() override;
  void observe(std::span<float> numbers, std::string& scene) override;
  void take_images(const std::string& scene, std::vector<std::string>& images) override;
  void command(std::span<const double> commands) override;
  void rest() override;
  const char* fault() const override { return fault_.empty() ? nullptr : fault_.c_str(); }
  bool has_ended() const override { return ended_; }

  /// The scene of the last observation, if `watched` and there is a newer one: what restores another env of the task.
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
  std::vector<double> action_, position_, velocity_, torque_, numbers_;
  std::array<double, 3> gravity_{};
  int floating_body_ = -1;  // whose tilt is measured; -1: none moves freely
  // moving: it is told something; in_step: an env step has begun; observed: the step before it is known to the link, so
  // that the next one may begin.
  bool moving_ = false, in_step_ = false, observed_ = false, used_ = false;
  int physics_steps_ = 0;  // of the env step
  double return_ = 0;
  int64_t length_ = 0;
  std::string fault_;
  bool ended_ = false;  // the task
  Mailbox<std::string> scenes_;
  // The camera thread's own.
  std::unique_ptr<Env> eye_;
  std::vector<uint8_t> frame_;
  std::unique_ptr<JpegEncoder> jpeg_;
};

}  // namespace sinew
