#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/controller.h"
#include "robots/protocol/robot_config.h"
#include "robots/safety/robot_mode.h"
#include "robots/safety/safety_gate.h"

namespace sinew {

/// An observation as it reached the policy's side, ready for the policy: PolicyInput has refused numbers that are not
/// finite, which would stay in a policy's memory.
struct ArrivedObservation {
  uint64_t session = 0, sequence = 0;
  double stamp = 0, received = 0;  // s: of the robot's clock; of this side's clock
  Mode mode = Mode::unconfigured;
  std::vector<float> numbers;   // [observation_size()] of the policy; zeros for sensors that the robot lacks
  std::vector<uint8_t> images;  // [image_size()]; zeros for cameras that the robot lacks
  std::vector<double> joints;   // as in ObservationMessage
};

/// The action that answers one observation, which is to be sent if it is not refused: its values are the commands after
/// the gate. And how it came about.
struct PolicyDecision : RobotAction {
  double received = 0;       // s, of this side's clock: when the observation was
  double acted = 0;          // s, of this side's clock: act()'s `now`
  double decided = 0;        // s, of this side's clock: when the decision was complete; set by the caller
  bool starts_anew = false;  // the memory was empty: a new session, or after a gap
  Refusal refusal = Refusal::none;
  uint64_t limited = 0;        // numbers changed by the gate
  std::vector<float> policy;   // the policy's output
  std::vector<double> wanted;  // the output as commands
};

/// The policy's side of the link without the transport: observation → policy → commands → gate. After the first act()
/// it never allocates; it never waits. Observations give bit-identical results to training's evaluation.
class PolicyControl {
 public:
  /// Creates one controller, usually a policy's, and acts by it. Throws an Error if it does not match the robot's file.
  PolicyControl(const ControllerFactory& controllers, const RobotConfig& config);

  /// With the sizes that act() needs.
  ArrivedObservation empty_observation() const;
  PolicyDecision empty_decision() const;

  /// `now`: s, of this side's clock. Also acts for a robot that is not armed, in shadow mode: with session 0.
  void act(const ArrivedObservation& observation, double now, PolicyDecision& decision);

  const Controller& controller() const { return *controller_; }
  const GateCounters& counters() const { return gate_.counters(); }

 private:
  std::unique_ptr<Controller> controller_;
  std::vector<ActuatorConfig> actuators_;
  double longest_gap_, period_;  // s
  SafetyGate gate_;
  std::vector<float> state_;
  std::optional<uint64_t> session_;  // of the last observation
  RobotAction wanted_;               // the last output, as the gate gets it
  uint64_t sequence_ = 0;
  double stamp_ = 0;
};

}  // namespace sinew
