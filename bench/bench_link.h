#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "nets/policy/policy.h"
#include "robots/link/policy_client.h"
#include "robots/link/robot_server.h"

/// A minimal policy and robot on the two ends of a real link: the subject of `sinew bench link`.
namespace sinew::bench {

/// The number of allocations of this thread; empty if the counter is not loaded (allocation_counter.cpp).
std::optional<uint64_t> thread_allocations();

/// Two servos that follow their commands exactly, and cameras that deliver frames prepared in advance.
class IdealBody final : public RobotBody {
 public:
  /// frames: for each camera, the JPEGs that it delivers in turn.
  IdealBody(std::vector<SensorSpec> sensors, std::vector<std::vector<std::string>> frames);
  const std::vector<SensorSpec>& sensors() const override { return sensors_; }
  RobotState measure() override;
  void observe(std::span<float> numbers, std::string& scene) override;
  void take_images(const std::string& scene, std::vector<std::string>& images) override;
  void command(std::span<const double> commands) override { position_ = {commands[0], commands[1]}; }
  void rest() override {}

 private:
  std::vector<SensorSpec> sensors_;
  std::vector<std::vector<std::string>> frames_;
  size_t next_frame_ = 0;
  std::array<double, 2> position_{}, velocity_{};
};

/// The result of one run of the link.
struct LinkRun {
  LatencyHistogram
      to_gate;  // from an observation's receipt at the policy's socket to its action's arrival at the robot
  LatencyHistogram action_age;  // from the robot's stamp of an observation to its action's arrival there
  LatencyHistogram lateness;    // of the robot's deadlines
  LatencyHistogram images;      // decoding and processing the images of one observation
  LatencyHistogram decision;    // from receipt until the action is sent
  uint64_t observations = 0, actions = 0, refused = 0, dropped = 0, skipped = 0, late = 0, lost = 0;
  std::optional<uint64_t> policy_allocations, robot_allocations;  // in the control threads, once warm
  double seconds = 0, cpu_seconds = 0;                            // of this process
  std::string real_time;
};

RobotConfig ideal_robot(double rate);
/// Arms and runs for `seconds` on two ports of this computer; with real-time scheduling if `real_time` and permitted.
LinkRun run_link(const Policy& policy, const RobotConfig& config, IdealBody& body, double seconds,
                 bool real_time = true);

}  // namespace sinew::bench
