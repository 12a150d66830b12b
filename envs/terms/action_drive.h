#pragma once
#include <limits>
#include <string>
#include <vector>

#include "sim/model/model.h"

namespace sinew {

/// A limit that limits nothing.
inline constexpr double without_limit = std::numeric_limits<double>::infinity();

/// The command, in SI units, that one number of an action gives to a joint, or to a body that moves as a whole:
/// command = offset + scale · number.
struct ActionDrive {
  enum class Kind { position, velocity, torque };
  std::string label;  // of the number
  /// The driven joint. "": not a named hinge or slide, or not driven by this number alone; the following fields then
  /// apply only to a body.
  std::string joint;
  /// Instead of a joint: the body whose own velocity is commanded, along (0, 1, 2) or about (3, 4, 5) its axes x, y, z.
  std::string body;
  int axis = 0;
  Kind kind = Kind::torque;
  double scale = 1, offset = 0;
  std::vector<double> range;  // [lowest, highest] position of the joint, rad or m; empty: without limits
  double force_limit = 0;     // on the joint, N m or N, by magnitude; 0: the model has none
  std::string why_not;        // if neither joint nor body: the reason, "it is a damper, …"
  std::string unit;           // of the command: "rad", "rad/s" or "N m"; on a slide "m", "m/s" or "N"
};

/// The drive of a joint that is moved directly; the caller adds the label. force_limit: 0 or infinity: none.
ActionDrive drive_of_joint(const Model& model, int joint, ActionDrive::Kind kind, double scale = 1, double offset = 0,
                           double force_limit = 0);
/// The drive of a body as a whole; `axis` as in ActionDrive.
ActionDrive drive_of_body(const std::string& body, int axis);
/// The drive of an actuator's control: the effect of a motor, a position servo or a velocity servo on its joint.
ActionDrive drive_of_actuator(const Model& model, int actuator);

/// The largest force of the actuator on its joint, in either direction, N m or N; infinity where nothing limits it.
double most_force(const Model& model, int actuator);

}  // namespace sinew
