#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/spec.h"
#include "robots/protocol/link_timing.h"
#include "robots/safety/actuator_limits.h"
#include "robots/safety/robot_mode.h"

/// What a policy's side and a robot's side tell each other: versions, fields, and bytes. docs/protocol.md has them one
/// by one. A message is some frames: a map in MessagePack, then the numbers and images as they are.
namespace sinew {

inline constexpr int protocol_version = 2;

/// The policy's side begins: what it is, and what it expects to see and to move.
struct Hello {
  int version = protocol_version;
  std::string policy;       // its file's name
  std::string policy_hash;  // of its weights
  InterfaceSpec interface;  // the sensors as the policy takes them, the actuators as the robot's file has them
  std::vector<ActuatorLimits> limits;  // of the robot's file
  LinkTiming timing;                   // likewise
};

/// The robot's side agrees: what it has. Images are as the cameras deliver them.
struct Welcome {
  int version = protocol_version;
  std::string robot;
  InterfaceSpec interface;
  std::vector<ActuatorLimits> limits;
  uint64_t last_session = 0;  // the next one is to be greater
  LinkTiming timing;
};

/// Either side does not agree, or will not do what was asked.
struct Refused {
  std::string why;
};

/// The policy's side asks for motion. Its actions carry this number from now on; it is greater than all before.
struct Arm {
  uint64_t session = 0;
};
/// After a stop: somebody has seen why. Ends no emergency stop.
struct Acknowledge {};
/// At once, by whomever.
struct Stop {
  std::string why;
};
/// Ends an emergency stop; of the emergency stop's own socket.
struct Release {
  std::string why;
};

/// The policy's side lives, as it says some times a second, and what its clock says, s.
struct Heartbeat {
  double sent = 0;
};
/// The answer: from it follow the way there and back, and the difference of the clocks.
struct HeartbeatReply {
  double sent = 0, received = 0;  // s: of the policy's clock, of the robot's
};

/// What the robot sees, and what became of the actions so far. Numbers are those of the interface's float32 sensors;
/// joints what is measured of its n actuators' joints, in their order: n positions, n velocities, and n torques or
/// none; images are as the cameras deliver them, one for each of its image sensors, in JPEG or as raw bytes.
struct ObservationMessage {
  uint64_t session = 0;   // 0: not armed
  uint64_t sequence = 0;  // from 1, whatever the session
  double stamp = 0;       // s, of the robot's own clock
  Mode mode = Mode::unconfigured;
  Alarm alarm = Alarm::none;  // of a robot that is stopped
  uint64_t action = 0;        // sequence of the last action that was obeyed in this session; 0: none yet
  double action_age = 0;      // s, from the observation that it answers to its arrival
  // Since the robot's side began: actions that arrived, those that its gate refused, and numbers that it limited. What
  // is overtaken within a tick has arrived, and was neither refused nor obeyed.
  uint64_t arrived = 0, refused = 0, limited = 0;
  std::vector<float> numbers;
  std::vector<double> joints;
  std::vector<std::string> images;
  std::string why;  // the alarm in words; "" where there is none
};

/// What it shall do: one command for each of its actuators, in SI units.
struct ActionMessage {
  uint64_t session = 0, sequence = 0;
  uint64_t answers = 0;    // sequence of the observation
  double observed_at = 0;  // its stamp, as it came: an action with another one is refused
  std::vector<double> values;
};

using Message = std::variant<Hello, Welcome, Refused, Arm, Acknowledge, Stop, Heartbeat, HeartbeatReply,
                             ObservationMessage, ActionMessage, Release>;

/// Its frames.
std::vector<std::string> encode(const Message& message);

/// Throws an Error that says what is wrong with frames that are no message: an unknown kind or version, a key that is
/// missing, unknown or of another type, frames too few, too many or of a wrong size. Whatever the bytes, nothing else
/// happens.
Message decode(std::span<const std::string_view> frames);

}  // namespace sinew
