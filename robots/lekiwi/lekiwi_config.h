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

/// A sensor of the policy, composed of LeKiwi's numbers.
struct LekiwiSensorConfig {
  std::string name;
  std::vector<std::string> numbers, labels, units;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("name", name, "the sensor's name in the policy");
    v.required("numbers", numbers,
               "its numbers, each a key of the wire (arm_gripper.pos, x.vel), the estimated velocity of an arm joint "
               "(arm_gripper.vel), an actuator's last command in the policy's terms (arm_gripper.pos.last, 0 until "
               "armed), or a constant");
    v.optional("labels", labels, "of the numbers, as in the policy; unless given, their names");
    v.optional("units", units, "of the numbers, as in the policy; rad, rad/s or m/s unless given");
  }
};

/// The word in a robot's file that accepts a host whose version of the wire leaves the arm's unit open.
inline constexpr const char* lekiwi_old_wire = "old_wire";

/// The `wire` section of a LeKiwi's robot file.
struct LekiwiConfig {
  std::string commands, observations;  // addresses
  double connect_timeout = 5;          // s
  std::vector<std::pair<std::string, std::string>> keys;
  std::vector<LekiwiSensorConfig> sensors;
  std::vector<std::pair<std::string, std::vector<int>>> cameras;  // name to [height, width]
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("commands", commands, "address at which the host takes commands; LeRobot's port is 5555");
    v.required("observations", observations, "address at which the host sends observations; LeRobot's port is 5556");
    v.optional("connect_timeout", connect_timeout, above_up_to(0, 600), "time until the first observation, s");
    v.optional("keys", keys, "an actuator's name: its name on the wire, where they differ");
    v.optional("sensors", sensors, "the policy's sensors, composed of the wire's numbers");
    v.optional("cameras", cameras, "NAME: [height, width] of its pictures");
  }
};

/// Reads the section and checks it against the file's actuators.
LekiwiConfig read_lekiwi_config(const RobotConfig& config);

/// The key of each actuator. Throws an Error for an unknown name, a duplicate, or an actuator whose command differs
/// from that of its motor: positions in rad, velocities in m/s and rad/s.
std::vector<size_t> lekiwi_keys_of(const RobotConfig& config, const LekiwiConfig& wire);

/// The source of one number of a sensor: one of the robot's known numbers, or a constant.
struct LekiwiSource {
  static constexpr size_t velocities = lekiwi_size, told = 2 * lekiwi_size, constant = 3 * lekiwi_size;
  size_t place = constant;  // a key, or velocities + key, or told + key
  double value = 0;
};
/// The numeric sensors, and the sources of their numbers, concatenated.
std::pair<std::vector<SensorSpec>, std::vector<LekiwiSource>> lekiwi_sensors(const LekiwiConfig& wire);
/// The cameras as they are on the wire: red and blue swapped.
std::vector<SensorSpec> lekiwi_cameras(const LekiwiConfig& wire);

}  // namespace sinew
