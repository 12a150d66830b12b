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
#include "robots/safety/robot_action.h"
#include "robots/safety/robot_mode.h"

/// The messages between a policy's side and a robot's side: versions, fields, and bytes, as docs/protocol.md specifies
/// them. A message consists of frames: a map in MessagePack, then raw numbers and images.
namespace sinew {

inline constexpr int protocol_version = 2;

/// The policy's side opens the handshake: what it is, and which sensors and actuators it expects.
struct Hello {
  int version = protocol_version;
  std::string policy;                  // its file's name
  std::string policy_hash;             // of its weights
  InterfaceSpec interface;             // sensors as the policy takes them, actuators as in the robot's file
  std::vector<ActuatorLimits> limits;  // of the robot's file
  LinkTiming timing;                   // of the robot's file
};

/// The robot's side agrees, and describes itself. Images are as the cameras deliver them.
struct Welcome {
  int version = protocol_version;
  std::string robot;
  InterfaceSpec interface;
  std::vector<ActuatorLimits> limits;
  uint64_t last_session = 0;  // the next session must be greater
  LinkTiming timing;
};

/// Either side disagrees, or refuses a request.
struct Refused {
  std::string why;
};

/// The policy's side requests motion. Its actions carry this session number from now on; it is greater than all before.
struct Arm {
  uint64_t session = 0;
};
/// After a stop: a person has seen the reason. Does not end an emergency stop.
struct Acknowledge {};
/// Stops the robot at once, whichever side sent it.
struct Stop {
  std::string why;
};
/// Ends an emergency stop; valid only on the emergency stop's own socket.
struct Release {
  std::string why;
};

/// The policy's side is alive; sent several times a second, with the time of its clock, s.
struct Heartbeat {
  double sent = 0;
};
/// The answer. The round trip and the clock offset follow from it.
struct HeartbeatReply {
  double sent = 0, received = 0;  // s: of the policy's clock; of the robot's clock
};

/// What the robot observes, and the outcome of the actions so far. Numbers are those of the interface's float32
/// sensors. Joints are the measured state of its n actuators' joints, in their order: n positions, n velocities, and n
/// torques or none. Images are as the cameras deliver them, one per image sensor, as JPEG or raw bytes.
struct ObservationMessage {
  uint64_t session = 0;   // 0: not armed
  uint64_t sequence = 0;  // from 1, across sessions
  double stamp = 0;       // s, of the robot's own clock
  Mode mode = Mode::unconfigured;
  Alarm alarm = Alarm::none;  // of a stopped robot
  uint64_t action = 0;        // sequence of the last action obeyed in this session; 0: none yet
  double action_age = 0;      // s, from the observation that it answers to its arrival
  // Counts since the robot's side started: actions that arrived, actions that its gate refused, and numbers that the
  // gate limited. An action that is overtaken within a tick counts as arrived, but as neither refused nor obeyed.
  uint64_t arrived = 0, refused = 0, limited = 0;
  std::vector<float> numbers;
  std::vector<double> joints;
  std::vector<std::string> images;
  std::string why;  // the alarm in words; "" if there is none
};

using Message = std::variant<Hello, Welcome, Refused, Arm, Acknowledge, Stop, Heartbeat, HeartbeatReply,
                             ObservationMessage, RobotAction, Release>;

/// The message's frames.
std::vector<std::string> encode(const Message& message);

/// Throws an Error that describes what is wrong with invalid frames: an unknown kind or version; a key that is missing,
/// unknown or of another type; too few or too many frames, or frames of a wrong size. No bytes have any other effect.
Message decode(std::span<const std::string_view> frames);

}  // namespace sinew
