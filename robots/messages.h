#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/spec.h"
#include "robots/actuator_limits.h"
#include "robots/robot_mode.h"

/// What a policy's side and a robot's side tell each other: versions, fields, and bytes. docs/protocol.md has them one by
/// one. A message is some frames: a map in MessagePack, then the numbers and images as they are.
namespace sinew {

inline constexpr int protocol_version = 1;

/// The policy's side begins: what it is, and what it wants to see and to move.
struct Hello {
  int version = protocol_version;
  std::string policy;       // its file's name
  std::string policy_hash;  // of its weights
  InterfaceSpec interface;
};

/// The robot's side agrees: what it has.
struct Welcome {
  int version = protocol_version;
  std::string robot;
  InterfaceSpec interface;
  std::vector<ActuatorLimits> limits;
};

/// Either side does not agree, or will not do what was asked.
struct Refused {
  std::string why;
};

/// The policy's side asks for motion. Its actions carry this number from now on; it is greater than all before.
struct Arm {
  uint64_t session = 0;
};
/// After a stop: somebody has seen why.
struct Acknowledge {};
/// At once, by whomever.
struct Stop {
  std::string why;
};

/// What the robot sees. Numbers are those of the interface's float32 sensors; images are as the camera delivers them,
/// one for each of its image sensors, in JPEG or as raw bytes.
struct ObservationMessage {
  uint64_t session = 0;   // 0: not armed
  uint64_t sequence = 0;  // from 1, whatever the session
  double stamp = 0;       // s, of the robot's own clock
  Mode mode = Mode::unconfigured;
  Alarm alarm = Alarm::none;  // of a robot that is stopped
  std::vector<float> numbers;
  std::vector<std::string> images;
};

/// What it shall do: one number for each of the interface's actions.
struct ActionMessage {
  uint64_t session = 0, sequence = 0;
  uint64_t answers = 0;    // sequence of the observation
  double observed_at = 0;  // its stamp
  std::vector<float> values;
};

using Message = std::variant<Hello, Welcome, Refused, Arm, Acknowledge, Stop, ObservationMessage, ActionMessage>;

/// Its frames.
std::vector<std::string> encode(const Message& message);

/// Throws an Error that says what is wrong with frames that are no message: an unknown kind or version, a key that is
/// missing, unknown or of another type, frames too few, too many or of a wrong size. Whatever the bytes, nothing else
/// happens.
Message decode(std::span<const std::string_view> frames);

}  // namespace sinew
