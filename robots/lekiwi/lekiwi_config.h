#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"
#include "core/spec.h"
#include "robots/lekiwi/lekiwi_wire.h"
#include "robots/protocol/robot_config.h"

namespace sinew {

/// A sensor as the policy knows it, made of LeKiwi's numbers.
struct LekiwiSensorConfig {
  std::string name;
  /// Each one of: a key of the wire ("arm_gripper.pos", "x.vel"); the velocity of a joint of the arm
  /// ("arm_gripper.vel"), estimated; what an actuator was told last, as the policy says it ("arm_gripper.pos.last", 0
  /// until it is armed); a number, which stays so.
  std::vector<std::string> numbers;
  std::vector<std::string> labels, units;  // empty: the numbers' names; rad, rad/s or m/s
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("name", name);
    v.required("numbers", numbers);
    v.optional("labels", labels);
    v.optional("units", units);
  }
};

/// The word in a robot's file that accepts a host of the wire which leaves open what its arm counts in.
inline constexpr const char* lekiwi_old_wire = "old_wire";

/// What `wire` of a robot's file says of a LeKiwi.
struct LekiwiConfig {
  std::string commands;                                   // the host's address of commands; LeRobot's port is 5555
  std::string observations;                               // and of observations: 5556
  double connect_timeout = 5;                             // s, until the first observation
  std::vector<std::pair<std::string, std::string>> keys;  // an actuator's name to the wire's, where they differ
  std::vector<LekiwiSensorConfig> sensors;
  std::vector<std::pair<std::string, std::vector<int>>> cameras;  // name to [height, width]
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("commands", commands);
    v.required("observations", observations);
    v.optional("connect_timeout", connect_timeout, above_up_to(0, 600));
    v.optional("keys", keys);
    v.optional("sensors", sensors);
    v.optional("cameras", cameras);
  }
};

/// Reads and checks it against the file's actuators.
LekiwiConfig read_lekiwi_config(const RobotConfig& config);

/// Of each actuator, its key. Throws an Error for a name that is none, one that is there twice, and for an actuator
/// that takes something else than its motor does: positions in rad, velocities in m/s and rad/s.
std::vector<size_t> lekiwi_keys_of(const RobotConfig& config, const LekiwiConfig& wire);

/// A number of a sensor: one of all that is known of the robot, or a constant.
struct LekiwiSource {
  static constexpr size_t velocities = lekiwi_size, told = 2 * lekiwi_size, constant = 3 * lekiwi_size;
  size_t place = constant;  // a key, or velocities + key, or told + key
  double value = 0;
};
/// The sensors that are numbers, and where these come from, side by side.
std::pair<std::vector<SensorSpec>, std::vector<LekiwiSource>> lekiwi_sensors(const LekiwiConfig& wire);
/// Its cameras, as they are on the wire: red and blue swapped.
std::vector<SensorSpec> lekiwi_cameras(const LekiwiConfig& wire);

}  // namespace sinew
