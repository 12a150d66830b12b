#pragma once
#include <string>
#include <vector>

#include "sim/model/model.h"

namespace sinew {

/// What one number of an action tells a joint, or a body that moves as a whole: command = offset + scale · number, in
/// SI units.
struct ActionDrive {
  enum class Kind { position, velocity, torque };
  std::string label;  // of the number
  /// That it drives. "": not a hinge or a slide that has a name, or not alone; what follows is then of use for a body
  /// alone.
  std::string joint;
  /// In place of a joint: whose own velocity it asks for, along (0, 1, 2) or about (3, 4, 5) its axes x, y, z.
  std::string body;
  int axis = 0;
  Kind kind = Kind::torque;
  double scale = 1, offset = 0;
  std::vector<double> range;  // [lowest, highest] position of the joint, rad or m; empty: without limits
  double force_limit = 0;     // on the joint, N m or N, by magnitude; 0: the model has none
  std::string why_not;        // where it is neither joint nor body: "it is a damper, …"
  std::string unit;           // of the command: "rad", "rad/s" or "N m"; on a slide "m", "m/s" or "N"
};

/// Of a joint that is moved directly; a label is still to be given. force_limit: 0 or infinity: none.
ActionDrive drive_of_joint(const Model& model, int joint, ActionDrive::Kind kind, double scale = 1, double offset = 0,
                           double force_limit = 0);
/// Of a body as a whole; `axis` as in ActionDrive.
ActionDrive drive_of_body(const std::string& body, int axis);
/// Of an actuator's control: what a motor, a position servo or a velocity servo does to its joint.
ActionDrive drive_of_actuator(const Model& model, int actuator);

/// What the actuator can do to its joint, the larger of both ways, N m or N; infinity where nothing limits it.
double most_force(const Model& model, int actuator);

}  // namespace sinew
