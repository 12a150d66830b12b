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
    v.optional("scale", scale, "the command is `offset` + `scale` times the policy's number");
    v.optional("offset", offset, "see `scale`; in the command's unit");
  }
};

/// The ImagePipeline steps applied to a camera's frames before the policy receives them, and when frames are unusable.
struct RobotCameraConfig {
  std::vector<ConfigNode> process;
  PictureLimits limits;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("process", process, "steps from the robot's picture to the policy's, as in a task's camera");
    limits.visit(v);
  }
};

/// The CURVE keys that protect the link. The policy's side needs its own secret key and the robot's public key; the
/// robot's side needs its own secret key and its allow-list.
struct LinkKeysConfig {
  std::string policy, robot;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("policy", policy, "the policy's key: its name in the folder of keys (`sinew keys`), or a key file");
    v.optional("robot", robot, "the robot's key, likewise");
  }
};

/// The value of `adapter` that means no adapter: docs/protocol.md.
inline constexpr const char* own_protocol = "sinew";

/// A robot's file: its addresses, its protocol, and its limits. Both sides of the link read it.
struct RobotConfig {
  std::string robot;
  std::string adapter = own_protocol;
  std::vector<std::string> accept;
  ConfigNode wire = ConfigNode::map();  // a struct of the adapter's own
  std::string address = "tcp://127.0.0.1:5570";
  std::string stop_address = "tcp://127.0.0.1:5571";
  bool robot_has_stop = false;
  LinkKeysConfig keys;
  bool allow_anybody = false;
  double rate = 0, control_rate = 0;                                    // Hz
  double max_age = 0.1, watchdog = 0.2, link_timeout = 0.5, blend = 1;  // s
  std::string interpolation = "hold";
  WatchLimits watches;
  std::vector<ActuatorConfig> actuators;
  std::vector<std::pair<std::string, RobotCameraConfig>> cameras;  // by sensor name

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("robot", robot, "the robot's name");
    v.optional("adapter", adapter, "the dialect that the robot speaks: ours, or one of the adapters below");
    v.optional("accept", accept, "what the dialect lacks, by name; each lack must be accepted");
    v.optional("wire", wire, "the adapter's own settings, below");
    v.optional("address", address, "where the robot's side listens");
    v.optional("stop_address", stop_address, "where its emergency stop listens");
    v.optional("robot_has_stop", robot_has_stop,
               "with an adapter: the robot itself listens at `stop_address`, so that the policy's side does not");
    v.optional("keys", keys, "CURVE keys that protect the link");
    v.optional("allow_anybody", allow_anybody, "permits addresses beyond this computer without keys");
    v.required("rate", rate, above_up_to(0, 10000), "observations and actions a second, as in the policy's training");
    v.optional("control_rate", control_rate, between(0, 10000),
               "ticks a second of the robot's own loop, a multiple of `rate`; 0: `rate`");
    v.optional("max_age", max_age, above_up_to(0, 10),
               "from an observation to the arrival of the action that answers it, s; an older one is refused");
    v.optional("watchdog", watchdog, above_up_to(0, 10), "time without a valid action until an armed robot stops, s");
    v.optional("link_timeout", link_timeout, above_up_to(0, 60),
               "time without any message until the other side counts as gone, s");
    v.optional("blend", blend, between(0, 60), "from the pose at arming to full obedience, s");
    v.optional("interpolation", interpolation, Choices{"hold", "linear"},
               "between two actions: hold the last, or move in equal steps and arrive one period later");
    v.optional("watches", watches, "thresholds beyond which the robot stops");
    v.required("actuators", actuators, "all actuators, in the policy's order; a missing limit is refused");
    v.optional("cameras", cameras, "what is done with a camera's pictures");
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
