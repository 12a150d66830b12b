#pragma once
#include <string>
#include <vector>

namespace sinew {

/// The output of one named sensor: float32 numbers, or an 8-bit image [height, width, channels]. Names, order, shapes
/// and units are stored with a policy and compared before it may act.
///
/// An image may be a stack of a camera's last frames, their channels side by side in each pixel, the oldest first. The
/// camera delivers one frame at a time; the observer stacks them. While an episode has fewer frames than the stack, its
/// first frame takes the place of the missing ones.
struct SensorSpec {
  enum class Type { float32, uint8 };
  std::string name;
  Type type = Type::float32;
  std::vector<int> shape;
  std::vector<std::string> labels;  // of each number ("qpos[1] rootz", …); may be empty
  std::vector<std::string> units;   // of each number ("rad", "m/s"); may be empty
  int frames = 1;                   // of an image: the number of stacked frames in its channels
  std::string format = {};          // of an image: the channels of a frame, "red, green, blue"
  bool is_image() const { return type == Type::uint8; }
  int size() const;  // numbers, or bytes, in one observation
  int frame_size() const { return size() / frames; }
  bool operator==(const SensorSpec&) const = default;
};

/// One part of an action. Continuous: low.size() numbers in [low, high]. Discrete: one choice out of choices[i] for
/// each i (a single i is a Categorical, several are a MultiDiscrete).
struct ActionPart {
  std::string name;
  std::vector<std::string> labels;  // of each number, e.g. the actuators
  std::vector<std::string> units;   // may be empty
  std::vector<double> low, high;    // continuous
  std::vector<int> choices;         // discrete
  bool is_discrete() const { return !choices.empty(); }
  int size() const { return static_cast<int>(is_discrete() ? choices.size() : low.size()); }
  bool operator==(const ActionPart&) const = default;
};

/// An action row is the parts side by side, as float32; a choice is stored as its index.
struct ActionSpec {
  std::vector<ActionPart> parts;
  double rate = 0;  // actions per second; 0: not tied to time
  int size() const;
  bool operator==(const ActionSpec&) const = default;
};

/// The inputs and outputs of a policy, and of anything that it acts on.
struct InterfaceSpec {
  std::vector<SensorSpec> sensors;
  ActionSpec actions;
  /// Sum of the float32 sensors' sizes: numbers in one observation row.
  int observation_size() const;
  /// Sum of the images' sizes: bytes in one observation row.
  int image_size() const;
};

/// Older policies have no names where the model has none: an actuator is "", the observation of its last action
/// " last action". Replaces such names with those of the target; others stay.
InterfaceSpec with_missing_names(InterfaceSpec policy, const InterfaceSpec& target);

/// "" when a policy made for `policy` can act on `target`, else a sentence that names the first difference
/// ("actuator 3 is 'fthigh' in the policy, 'fshin' in the task").
std::string first_difference(const InterfaceSpec& policy, const InterfaceSpec& target, const std::string& target_name);

}  // namespace sinew
