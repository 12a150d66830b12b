#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a LeKiwi (LeRobot's arm on a mobile base) and those who drive it tell each other over ZeroMQ: numbers as JSON,
/// pictures as JPEG. Numbers here are in SI units: rad, m/s, rad/s. On the wire they are in degrees, m/s and degrees/s,
/// and the gripper's in percent of its opening.
namespace sinew {

inline constexpr size_t lekiwi_arm_size = 6, lekiwi_size = 9;
/// The wire's names, the arm's first. This order is that of all arrays here.
inline constexpr std::array<const char*, lekiwi_size> lekiwi_keys = {"arm_shoulder_pan.pos",
                                                                     "arm_shoulder_lift.pos",
                                                                     "arm_elbow_flex.pos",
                                                                     "arm_wrist_flex.pos",
                                                                     "arm_wrist_roll.pos",
                                                                     "arm_gripper.pos",
                                                                     "x.vel",
                                                                     "y.vel",
                                                                     "theta.vel"};
/// Of a name, its place in this order; none: it is none of these.
std::optional<size_t> lekiwi_key(std::string_view name);

using LekiwiNumbers = std::array<double, lekiwi_size>;
/// A command may leave joints of the arm out.
using LekiwiCommand = std::array<std::optional<double>, lekiwi_size>;

/// Of one number, between the wire's unit and ours. The gripper's 0 (closed) is -0.174533 rad, its 100 is 1.745337 rad;
/// to the wire it is cut to 0…100.
double lekiwi_from_wire(size_t key, double value);
double lekiwi_to_wire(size_t key, double value);

/// How an observation travels. single: one JSON with pictures as base64, up to LeRobot 0.6.0; multipart: JSON, then
/// each picture in a frame of its own, from 0.6.1 on. The former's joints are degrees from 0.6.0 on; before that they
/// were -100…100, and nothing on the wire says which.
enum class LekiwiWire { single, multipart };

struct LekiwiObservation {
  LekiwiNumbers numbers{};
  /// Name and JPEG; empty: the robot could not encode it. Red and blue are swapped in it: what a decoder of JPEG calls
  /// red is blue.
  std::vector<std::pair<std::string, std::string>> cameras;
  LekiwiWire wire = LekiwiWire::multipart;
};

/// The three velocities are always there: 0 where the command has none, for the robot ignores a command without one.
/// Throws an Error for a number that is not finite.
std::string encode_lekiwi_command(const LekiwiCommand& command);
/// Throws an Error for what is no JSON (so for NaN), a number that is none, a velocity that is missing, and more than a
/// command can have: 64 KiB, 1,000 keys and values.
LekiwiCommand decode_lekiwi_command(std::string_view text);

/// To the frames of one ZeroMQ message.
std::vector<std::string> encode_lekiwi_observation(const LekiwiObservation& observation);
/// Tells the two versions apart by "_cams". Throws an Error that says what was seen, for what is neither, for a key
/// that is missing, for a number that is none or not finite, and for more than an observation can have: as of a
/// command, with its pictures in the same frame 8 MiB.
LekiwiObservation decode_lekiwi_observation(std::span<const std::string> frames);

}  // namespace sinew
