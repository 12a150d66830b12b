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

/// An observation as it reached the policy's side, ready for the policy.
struct ArrivedObservation {
  uint64_t session = 0, sequence = 0;
  double stamp = 0, received = 0;  // s: of the robot's clock, of this side's
  Mode mode = Mode::unconfigured;
  std::vector<float> numbers;   // [observation_size()] of the policy; of sensors that the robot lacks, zeros
  std::vector<uint8_t> images;  // [image_size()], likewise
  std::vector<double> joints;   // as in ObservationMessage
};

/// What came of one.
struct PolicyDecision {
  uint64_t session = 0, sequence = 0, answers = 0;  // sequence: from 1 in each session
  double observed_at = 0;                           // s, of the robot's clock
  double received = 0;                              // s, of this side's clock
  double acted = 0;                                 // s, likewise: what act() was given as `now`
  double decided = 0;                               // s, likewise: when it was done, as whoever called says
  bool starts_anew = false;                         // the memory was empty: a new session, or after a gap
  Refusal refusal = Refusal::none;
  uint64_t limited = 0;         // numbers that the gate changed
  std::vector<float> policy;    // what the policy says
  std::vector<double> wanted;   // the same as commands
  std::vector<double> command;  // what the gate made of them
};

/// The policy's side of the link without the link: observation → policy → commands → gate. Allocates nothing once it
/// has acted, waits for nothing. The same observations give the same bits as in training's evaluation.
class PolicyControl {
 public:
  /// Acts by one controller that it makes; mostly a policy's. Throws an Error where that and the robot's file do not go
  /// together.
  PolicyControl(const ControllerFactory& controllers, const RobotConfig& config);

  /// With the sizes that act() needs.
  ArrivedObservation empty_observation() const;
  PolicyDecision empty_decision() const;

  /// `now`: s, of this side's clock. A robot that is not armed is acted for as well, in its shadow: with session 0.
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
  uint64_t sequence_ = 0;
  double stamp_ = 0;
  bool starts_anew_ = false;  // with the next one that it acts on
};

}  // namespace sinew
