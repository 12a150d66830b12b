#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "nets/policy/policy.h"
#include "robots/link/policy_client.h"
#include "robots/link/robot_server.h"

/// A robot without hardware or physics, and a policy for it, for tests of the link.
namespace sinew {

/// Two joints, hip and knee, whose servos follow their commands. Records its commands, and whether any exceeded its
/// limits.
class FakeBody final : public RobotBody {
 public:
  explicit FakeBody(const RobotConfig& config);

  const std::vector<SensorSpec>& sensors() const override { return sensors_; }
  RobotState measure() override;
  void observe(std::span<float> numbers, std::string& scene) override;
  void take_images(const std::string& scene, std::vector<std::string>& images) override;
  void command(std::span<const double> commands) override;
  void rest() override { commanded = false; }
  const char* fault() const override { return broken ? "broken" : nullptr; }

  /// Adds a camera that delivers what `take` returns.
  void add_camera(SensorSpec camera, std::function<std::string()> take);

  std::atomic<bool> broken{false}, commanded{false};
  std::atomic<double> hip{0.2}, knee{-0.3};  // positions of the joints
  std::atomic<double> hip_command{0};
  std::atomic<double> lie{0};          // rad: error in its reading of the hip
  std::atomic<double> clock_shift{0};  // s: offset of its own clock, in its stamps
  std::atomic<double> slow{0};         // s: duration of a measurement
  std::atomic<double> stir{0};         // amplitude of a wave added to its sensor, so that a policy never comes to rest
  std::atomic<double> changed_at{0};   // s: time of its last change of command
  std::atomic<double> measured_at{0};  // s: start of the tick
  std::atomic<uint64_t> commands{0}, outside{0};

 private:
  std::vector<ActuatorLimits> limits_;
  double tick_;
  std::vector<SensorSpec> sensors_;
  std::vector<std::function<std::string()>> cameras_;
  std::array<double, 2> position_{}, velocity_{}, told_{};
  bool follows_ = false;
};

/// 100 Hz, on free ports of this computer.
RobotConfig fake_config();
/// The same for tests in which it must not stop by itself on a busy machine: its watchdog waits for seconds.
RobotConfig patient_config();
/// joints [4] → hip and knee, rad. `network`: YAML of the network.
Policy fake_policy(const std::string& network = "{actor: [{linear: 16}, tanh]}");
InterfaceSpec fake_interface();

/// Serves the body in its own thread, with normal scheduling.
class RunningRobot {
 public:
  RunningRobot(const RobotConfig& config, FakeBody& body, RobotServer::Options options = {});
  ~RunningRobot();
  RobotServer& server() { return *server_; }
  /// The robot's file for the policy's side.
  const RobotConfig& config() const { return config_; }
  std::vector<std::string> events() const;
  /// The last event that begins so; "" if there is none.
  std::string last_event(const std::string& beginning) const;
  /// The last time at which the actuators were commanded to be safe, s: after the tick in which it happened.
  double stopped_at() const { return stopped_at_; }
  /// The last time at which an armed robot's actuators received a new command, s: it had obeyed an action.
  double obeyed_at() const { return obeyed_at_; }
  /// The number of ticks that began later than `time`, s, and left it armed.
  size_t ticks_armed_after(double time) const;

 private:
  void note_tick();

  RobotConfig config_;
  FakeBody& body_;
  mutable std::mutex mutex_;
  std::vector<std::string> events_;
  std::vector<double> armed_ticks_;  // s: starts of the last session's ticks that left it armed
  std::unique_ptr<RobotServer> server_;
  std::atomic<bool> go_on_{true};
  std::atomic<double> stopped_at_{0}, obeyed_at_{0};
  Mode mode_ = Mode::unconfigured;  // used by the control thread
  std::thread thread_;
};

/// s: longer than any awaited event takes, however busy the machine is
constexpr double in_the_end = 60;
/// Whether the condition comes true within `seconds`.
bool soon(const std::function<bool()>& condition, double seconds = in_the_end);

}  // namespace sinew
