#pragma once
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"
#include "core/spec.h"
#include "robots/protocol/link_timing.h"
#include "robots/safety/actuator_limits.h"
#include "robots/safety/picture_watch.h"
#include "robots/safety/watches.h"

namespace sinew {

/// One actuator of a robot's file: its limits, and what a policy's number means to it.
///   command = offset + scale · action
struct ActuatorConfig {
  ActuatorLimits limits;
  double scale = 1, offset = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    limits.visit(v);
    v.optional("scale", scale);
    v.optional("offset", offset);
  }
};

/// What a camera's frames go through before the policy sees them, ImagePipeline's steps, and when they are of no use.
struct RobotCameraConfig {
  std::vector<ConfigNode> process;
  PictureLimits limits;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("process", process);
    limits.visit(v);
  }
};

/// Whose CURVE keys protect the link: names in the folder of keys, or paths of key files. The policy's side needs its
/// own secret key and the robot's public one; the robot's side its own secret key and the list of those whom it lets
/// in.
struct LinkKeysConfig {
  std::string policy, robot;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("policy", policy);
    v.optional("robot", robot);
  }
};

/// The adapter that is none: docs/protocol.md.
inline constexpr const char* own_protocol = "sinew";

/// A robot's file: where it is, how it is spoken to, and what it may be told. Both sides of the link read it.
struct RobotConfig {
  std::string robot;                                  // its name
  std::string adapter = own_protocol;                 // which dialect it speaks: ours, or a row of the AdapterTable
  std::vector<std::string> accept;                    // what that dialect lacks, by name: each is to be accepted
  ConfigNode wire = ConfigNode::map();                // what the adapter needs to know, in a struct of its own
  std::string address = "tcp://127.0.0.1:5570";       // where its side listens
  std::string stop_address = "tcp://127.0.0.1:5571";  // the same of its emergency stop
  bool robot_has_stop = false;  // with an adapter: the robot itself listens there, and so its policy's side does not
  LinkKeysConfig keys;
  bool allow_anybody = false;          // without keys, beyond this computer
  double rate = 0;                     // observations and actions a second
  double control_rate = 0;             // Hz: of the robot's own loop, a multiple of rate; 0: rate
  double max_age = 0.1;                // s, from an observation to the arrival of the action that answers it
  double watchdog = 0.2;               // s without an action that may be obeyed, until an armed robot stops
  double link_timeout = 0.5;           // s without any message, until the other side counts as gone
  double blend = 1;                    // s, from the pose in which it is armed to obeying wholly
  std::string interpolation = "hold";  // between two actions; linear: arrives a period later, without steps
  WatchLimits watches;
  std::vector<ActuatorConfig> actuators;
  std::vector<std::pair<std::string, RobotCameraConfig>> cameras;  // by the sensor's name

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("robot", robot);
    v.optional("adapter", adapter);
    v.optional("accept", accept);
    v.optional("wire", wire);
    v.optional("address", address);
    v.optional("stop_address", stop_address);
    v.optional("robot_has_stop", robot_has_stop);
    v.optional("keys", keys);
    v.optional("allow_anybody", allow_anybody);
    v.required("rate", rate, above_up_to(0, 10000));
    v.optional("control_rate", control_rate, between(0, 10000));
    v.optional("max_age", max_age, above_up_to(0, 10));
    v.optional("watchdog", watchdog, above_up_to(0, 10));
    v.optional("link_timeout", link_timeout, above_up_to(0, 60));
    v.optional("blend", blend, between(0, 60));
    v.optional("interpolation", interpolation, Choices{"hold", "linear"});
    v.optional("watches", watches);
    v.required("actuators", actuators);
    v.optional("cameras", cameras);
  }

  std::vector<ActuatorLimits> limits() const;
  LinkTiming timing() const { return {max_age, watchdog, link_timeout, blend}; }
  /// Ticks of the robot's loop from one observation to the next.
  int ticks() const;
  double tick() const { return 1 / (rate * ticks()); }  // s
  /// Of a camera of which the file says nothing, one that does nothing.
  const RobotCameraConfig& camera(const std::string& name) const;
  const std::vector<ConfigNode>& processing(const std::string& name) const { return camera(name).process; }
};

/// Reads and checks it; `path`: as find_file takes it, at the shell. Throws an Error that says where, of which
/// actuator, what is missing, and what to do.
RobotConfig load_robot_config(const std::string& path);
/// What reading alone does not find: limits, names given twice, times that do not go with the rate, what is for other
/// dialects alone.
void check_robot_config(const RobotConfig& config);

/// The actuators as an interface has them: commands in SI units, within what the limits allow.
ActionSpec actions_of(const std::vector<ActuatorLimits>& limits, double rate);

}  // namespace sinew
