#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The messages that a LeKiwi (LeRobot's arm on a mobile base) and its clients exchange over ZeroMQ: numbers as JSON,
/// pictures as JPEG. Numbers here are in SI units: rad, m/s, rad/s. On the wire they are in degrees, m/s and degrees/s,
/// and the gripper's is in percent of its opening.
namespace sinew {

inline constexpr size_t lekiwi_arm_size = 6, lekiwi_size = 9;
/// The names on the wire, the arm's first. All arrays here have this order.
inline constexpr std::array<const char*, lekiwi_size> lekiwi_keys = {"arm_shoulder_pan.pos",
                                                                     "arm_shoulder_lift.pos",
                                                                     "arm_elbow_flex.pos",
                                                                     "arm_wrist_flex.pos",
                                                                     "arm_wrist_roll.pos",
                                                                     "arm_gripper.pos",
                                                                     "x.vel",
                                                                     "y.vel",
                                                                     "theta.vel"};
/// The index of a name in this order; none if the name is unknown.
std::optional<size_t> lekiwi_key(std::string_view name);

using LekiwiNumbers = std::array<double, lekiwi_size>;
/// A command may omit joints of the arm.
using LekiwiCommand = std::array<std::optional<double>, lekiwi_size>;

/// Converts one number between the wire's unit and ours. The gripper's 0 (closed) is -0.174533 rad, its 100 is 1.745337
/// rad. Values sent to the wire are clipped to 0…100.
double lekiwi_from_wire(size_t key, double value);
double lekiwi_to_wire(size_t key, double value);

/// The encoding of an observation. single: one JSON with pictures as base64, up to LeRobot 0.6.0. multipart: JSON, then
/// one frame per picture, from 0.6.1 on. With single, joints are in degrees from 0.6.0 on and in -100…100 before;
/// nothing on the wire distinguishes the two.
enum class LekiwiWire { single, multipart };

struct LekiwiObservation {
  LekiwiNumbers numbers{};
  /// Name and JPEG; empty if the robot could not encode it. Red and blue are swapped: what a JPEG decoder reports as
  /// red is blue.
  std::vector<std::pair<std::string, std::string>> cameras;
  LekiwiWire wire = LekiwiWire::multipart;
};

/// Always includes the three velocities, as 0 where the command has none, because the robot ignores a command without
/// one. Throws an Error for a number that is not finite.
std::string encode_lekiwi_command(const LekiwiCommand& command);
/// Throws an Error for invalid JSON (including NaN), a value that is not a number, a missing velocity, or a text beyond
/// a command's bounds: 64 KiB, 1,000 keys and values.
LekiwiCommand decode_lekiwi_command(std::string_view text);

/// Encodes an observation as the frames of one ZeroMQ message.
std::vector<std::string> encode_lekiwi_observation(const LekiwiObservation& observation);
/// Distinguishes the two versions by "_cams". Throws an Error, with what was received, for a message of neither
/// version, a missing key, a number that is invalid or not finite, or a message beyond the bounds: those of a command,
/// or 8 MiB with pictures in the same frame.
LekiwiObservation decode_lekiwi_observation(std::span<const std::string> frames);

}  // namespace sinew
