#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "robots/control/robot_body.h"
#include "robots/protocol/robot_config.h"
#include "robots/safety/robot_mode.h"
#include "robots/safety/safety_gate.h"

namespace sinew {

/// An action as it reached the robot.
struct ArrivedAction {
  uint64_t session = 0, sequence = 0;
  double observed_at = 0, arrived = 0;  // s, of the robot's clock
  std::vector<double> values;
  uint64_t answers = 0;  // the observation's sequence
};

/// What the link asks of the control thread.
struct RobotRequest {
  enum class Kind { configure, disconnect, arm, acknowledge, stop, release };
  Kind kind = Kind::disconnect;
  uint64_t session = 0;  // of arm
};

/// How often it would not begin a session, and what it was the last time.
struct ArmRefusals {
  uint64_t count = 0;
  Mode mode = Mode::unconfigured;
  AlarmReport alarm;
};

/// An observation as the control thread hands it to the link.
struct RobotObservation {
  uint64_t session = 0, sequence = 0;
  uint64_t last_session = 0;  // that was begun, whether it goes on or not
  double stamp = 0;
  Mode mode = Mode::unconfigured;
  AlarmReport alarm;    // of the stop, where it is stopped; else what the watches say now
  uint64_t action = 0;  // as in ObservationMessage
  double action_age = 0;
  std::vector<double> wanted;     // of that action, as it came in; of no meaning where there is none
  std::vector<double> told;       // of an armed robot: what its actuators are told at this tick
  std::array<char, 160> fault{};  // in the body's words, ended by 0: why it stopped last, where that was a fault
  ArmRefusals arm_refused;
  GateCounters gate;
  std::vector<float> numbers;
  std::vector<double> joints;  // position, velocity, torque
  std::string scene;
};

/// The robot's side of the link without the link: what happens at one tick. Measures, watches, takes the newest action
/// through the gate, and tells the actuators what they shall do. Allocates nothing, waits for nothing.
class RobotControl {
 public:
  /// Throws an Error for a robot's file that is not complete.
  RobotControl(const RobotConfig& config, RobotBody& body);

  void handle(const RobotRequest& request, double now);
  /// `action`: one that has come since the last tick, or null. `now`: s, of the robot's clock.
  void tick(double now, const ArrivedAction* action, bool emergency);
  /// Whether this tick's observation is to be sent: then observe() follows.
  bool observation_is_due() const { return ticks_ % static_cast<uint64_t>(config_.ticks()) == 0; }
  void observe(RobotObservation& out);
  /// With the sizes that observe() needs.
  RobotObservation empty_observation() const;

  Mode mode() const { return mode_.mode(); }
  bool in_emergency() const { return mode_.in_emergency(); }
  const GateCounters& counters() const { return gate_.counters(); }

 private:
  void arm(uint64_t session, double now);
  void obey(const ArrivedAction& action, double now);
  void stop(const AlarmReport& report);
  AlarmReport find_alarm(double now);
  AlarmReport doubt() const;
  AlarmReport find_astray(double now);
  void begin_safe_commands(bool was_armed);
  void update_safe_commands();
  void tell_actuators(double now);

  RobotConfig config_;
  RobotBody& body_;
  std::vector<ActuatorLimits> limits_;
  SafetyGate gate_;
  RobotMode mode_;
  RobotState state_;          // as measured last
  std::optional<Leap> leap_;  // in it
  std::array<char, 160> fault_{};
  std::vector<float> sensor_bounds_;  // of each number that is observed
  AlarmReport sensor_alarm_;          // of the last observation
  AlarmReport alarm_{Alarm::stale};   // what the watches said last; before that, nothing is known
  uint64_t ticks_ = 0, sequence_ = 0;
  uint64_t action_ = 0;
  ArmRefusals arm_refused_;
  double action_age_ = 0;
  double obeyed_at_ = 0;  // s: when an action was let through, or the session began
  double ticked_at_ = 0;  // s
  std::vector<double>
      near_at_;  // s, of each actuator: when its joint was last less than a step from where it is told to be
  // Of each actuator. start: what it is told when a session begins. target: what the last action came to; from: what it
  // was told when that came. wanted: what that action said. safe: what it is told when stopped.
  std::vector<double> start_, blended_, from_, target_, output_, wanted_, safe_, next_safe_;
};

}  // namespace sinew
