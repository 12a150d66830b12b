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
struct ArrivedAction : RobotAction {
  double arrived = 0;  // s, of the robot's clock
};

/// A request from the link to the control thread.
struct RobotRequest {
  enum class Kind { configure, disconnect, arm, acknowledge, stop, release };
  Kind kind = Kind::disconnect;
  uint64_t session = 0;  // for arm
};

/// How often it refused to begin a session, and the latest reason.
struct ArmRefusals {
  uint64_t count = 0;
  Mode mode = Mode::unconfigured;
  AlarmReport alarm;
};

/// An observation as the control thread passes it to the link.
struct RobotObservation {
  uint64_t session = 0, sequence = 0;
  uint64_t last_session = 0;  // the last session begun, whether or not it continues
  double stamp = 0;
  Mode mode = Mode::unconfigured;
  AlarmReport alarm;    // the stop's alarm if stopped; else the watches' current alarm
  uint64_t action = 0;  // as in ObservationMessage
  double action_age = 0;
  std::vector<double> wanted;     // that action as received; meaningless if there is none
  std::vector<double> told;       // of an armed robot: its actuators' commands at this tick
  std::array<char, 160> fault{};  // in the body's words, 0-terminated: the reason of the last stop by a fault
  ArmRefusals arm_refused;
  GateCounters gate;
  std::vector<float> numbers;
  std::vector<double> joints;  // position, velocity, torque
  std::string scene;
};

/// The robot's side of the link without the transport: the work of one tick. Measures, runs the watches, passes the
/// newest action through the gate, and commands the actuators. Never allocates or waits.
class RobotControl {
 public:
  /// Throws an Error for an incomplete robot file.
  RobotControl(const RobotConfig& config, RobotBody& body);

  void handle(const RobotRequest& request, double now);
  /// `action`: one that arrived since the last tick, or null. `now`: s, of the robot's clock.
  void tick(double now, const ArrivedAction* action, bool emergency);
  /// Whether this tick's observation is to be sent; if so, observe() follows.
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
  const RobotAction& blend(const RobotAction& action, double now);
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
  RobotState state_;          // the last measurement
  std::optional<Leap> leap_;  // in that measurement
  std::array<char, 160> fault_{};
  std::vector<float> sensor_bounds_;  // for each observed number
  AlarmReport sensor_alarm_;          // of the last observation
  AlarmReport alarm_{Alarm::stale};   // the watches' last alarm; stale before the first, when nothing is known
  uint64_t ticks_ = 0, sequence_ = 0;
  RobotAction obeyed_, blended_;  // the last obeyed action as received; the newest as the gate gets it
  ArmRefusals arm_refused_;
  double action_age_ = 0;
  double obeyed_at_ = 0;  // s: when an action last passed, or the session began
  double ticked_at_ = 0;  // s
  std::vector<double>
      near_at_;  // s, for each actuator: when its joint was last less than a step from its commanded position
  // For each actuator. start: the command when a session begins. target: the result of the last action; from: the
  // command when that action arrived. safe: the command when stopped.
  std::vector<double> start_, from_, target_, output_, safe_, next_safe_;
};

}  // namespace sinew
