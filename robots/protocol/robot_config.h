#pragma once
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"
#include "core/spec.h"
#include "robots/protocol/link_timing.h"
#include "robots/safety/actuator_limits.h"
#include "robots/safety/alarms.h"
#include "robots/safety/picture_watch.h"

namespace sinew {

/// One actuator of a robot's file: its limits, and the mapping from a policy's number to its command.
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

/// The ImagePipeline steps applied to a camera's frames before the policy receives them, and when frames are unusable.
struct RobotCameraConfig {
  std::vector<ConfigNode> process;
  PictureLimits limits;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("process", process);
    limits.visit(v);
  }
};

/// The CURVE keys that protect the link: names in the folder of keys, or paths of key files. The policy's side needs
/// its own secret key and the robot's public key; the robot's side needs its own secret key and its allow-list.
struct LinkKeysConfig {
  std::string policy, robot;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("policy", policy);
    v.optional("robot", robot);
  }
};

/// The value of `adapter` that means no adapter: docs/protocol.md.
inline constexpr const char* own_protocol = "sinew";

/// A robot's file: its addresses, its protocol, and its limits. Both sides of the link read it.
struct RobotConfig {
  std::string robot;                                  // its name
  std::string adapter = own_protocol;                 // the dialect: ours, or a row of the AdapterTable
  std::vector<std::string> accept;                    // the dialect's lacks, by name; each must be accepted
  ConfigNode wire = ConfigNode::map();                // the adapter's own settings, as a struct of its own
  std::string address = "tcp://127.0.0.1:5570";       // where the robot's side listens
  std::string stop_address = "tcp://127.0.0.1:5571";  // where its emergency stop listens
  bool robot_has_stop = false;  // with an adapter: the robot itself listens at stop_address, so the policy's side does
                                // not
  LinkKeysConfig keys;
  bool allow_anybody = false;          // permits addresses beyond this computer without keys
  double rate = 0;                     // observations and actions per second
  double control_rate = 0;             // Hz: of the robot's own loop, a multiple of rate; 0: rate
  double max_age = 0.1;                // s, from an observation to the arrival of the action that answers it
  double watchdog = 0.2;               // s without a valid action, until an armed robot stops
  double link_timeout = 0.5;           // s without any message, until the other side counts as gone
  double blend = 1;                    // s, from the pose at arming to full obedience
  std::string interpolation = "hold";  // between two actions; linear: arrives one period later, without steps
  WatchLimits watches;
  std::vector<ActuatorConfig> actuators;
  std::vector<std::pair<std::string, RobotCameraConfig>> cameras;  // by sensor name

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
  /// A camera that the file does not mention gets a config that does nothing.
  const RobotCameraConfig& camera(const std::string& name) const;
  const std::vector<ConfigNode>& processing(const std::string& name) const { return camera(name).process; }
};

/// Reads and checks a file. `path`: as find_file takes it, at the shell. Throws an Error with the location, the
/// actuator, what is missing, and what to do.
RobotConfig load_robot_config(const std::string& path);
/// Checks what reading alone does not: limits, duplicate names, times that do not match the rate, settings that only
/// other dialects have.
void check_robot_config(const RobotConfig& config);

/// The actuators as an interface's actions: commands in SI units, within the range that the limits allow.
ActionSpec actions_of(const std::vector<ActuatorLimits>& limits, double rate);

}  // namespace sinew
