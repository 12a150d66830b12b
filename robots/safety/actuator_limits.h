#pragma once
#include <string>
#include <vector>

#include "core/config.h"

namespace sinew {

/// What an actuator may be commanded, as in a robot's YAML and the link's messages. A missing limit is refused: no
/// limit means no motion. In SI units; metres and newtons for a sliding joint.
struct ActuatorLimits {
  enum class Kind { position, velocity, torque };
  std::string name, command, unit;
  std::vector<double> position;
  double velocity = 0, acceleration = 0, torque = 0, step = 0;
  std::string when_stopped;
  double damping = 0;

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
    v.required("name", name, "the actuator's name, as in the policy");
    v.required("command", command, Choices{"position", "velocity", "torque"},
               "the kind of command that the actuator takes");
    v.optional("unit", unit, "unit of the command; rad, rad/s or N m unless given");
    v.required("position", position, "[lowest, highest] of the joint, whatever the kind of command, rad or m");
    v.required("velocity", velocity, above(0), "largest velocity, by magnitude, rad/s or m/s");
    v.required("acceleration", acceleration, above(0), "largest acceleration, by magnitude, rad/s² or m/s²");
    v.optional("torque", torque, at_least(0), "largest torque, by magnitude, N m or N; needed for torque commands");
    v.required("step", step, above(0),
               "largest difference between the command and the measured value of the same kind, in the command's unit");
    v.required("when_stopped", when_stopped, Choices{"hold", "zero", "damp"},
               "the command when actions stop: hold the position measured then (position commands), zero (velocity and "
               "torque), or damp, minus `damping` times the velocity (torque)");
    v.optional("damping", damping, at_least(0), "of `when_stopped: damp`, N m s/rad");
  }
};

/// Throws an Error that names the actuator and what is missing, empty, not finite, or does not match its command.
void check_limits(const std::vector<ActuatorLimits>& limits);

/// "" if both sides have the same actuators, in the same order, with the same limits; else the first difference in one
/// sentence with both sides' values. The sentence calls ours `us` and theirs `them`.
std::string first_difference(const std::vector<ActuatorLimits>& ours, const std::vector<ActuatorLimits>& theirs,
                             const std::string& us, const std::string& them);

}  // namespace sinew
