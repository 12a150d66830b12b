#pragma once
#include <string>
#include <vector>

#include "core/config.h"

namespace sinew {

/// What an actuator may be commanded, as in a robot's YAML and the link's messages. A missing limit is refused: no
/// limit means no motion. In SI units; metres and newtons for a sliding joint.
struct ActuatorLimits {
  enum class Kind { position, velocity, torque };
  std::string name;
  std::string command;           // the kind of command that the actuator takes
  std::string unit;              // of the command; empty: rad, rad/s or N m
  std::vector<double> position;  // [lowest, highest] rad: of the joint, whatever the kind of command
  double velocity = 0;           // rad/s, by magnitude
  double acceleration = 0;       // rad/s², by magnitude
  double torque = 0;             // N m, by magnitude; for torque commands only
  double step = 0;               // largest difference between the command and the measured value of the same kind: rad,
                                 // rad/s or N m
  /// The command when actions stop. hold: the position measured at that moment, for position commands; zero: for the
  /// others; damp: -damping · the measured velocity, for torque commands.
  std::string when_stopped;
  double damping = 0;  // N m s/rad

  Kind kind() const {
    return command == "position" ? Kind::position : command == "velocity" ? Kind::velocity : Kind::torque;
  }
  double lowest() const { return position[0]; }
  double highest() const { return position[1]; }
  std::string command_unit() const {
    return !unit.empty() ? unit : kind() == Kind::position ? "rad" : kind() == Kind::velocity ? "rad/s" : "N m";
  }

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("name", name);
    v.required("command", command, Choices{"position", "velocity", "torque"});
    v.optional("unit", unit);
    v.required("position", position);
    v.required("velocity", velocity, above(0));
    v.required("acceleration", acceleration, above(0));
    v.optional("torque", torque, at_least(0));
    v.required("step", step, above(0));
    v.required("when_stopped", when_stopped, Choices{"hold", "zero", "damp"});
    v.optional("damping", damping, at_least(0));
  }
};

/// Throws an Error that names the actuator and what is missing, empty, not finite, or does not match its command.
void check_limits(const std::vector<ActuatorLimits>& limits);

/// "" if both sides have the same actuators, in the same order, with the same limits; else the first difference in one
/// sentence with both sides' values. The sentence calls ours `us` and theirs `them`.
std::string first_difference(const std::vector<ActuatorLimits>& ours, const std::vector<ActuatorLimits>& theirs,
                             const std::string& us, const std::string& them);

}  // namespace sinew
