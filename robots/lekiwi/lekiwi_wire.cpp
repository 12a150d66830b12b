#include "robots/lekiwi/lekiwi_wire.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "core/error.h"
#include "core/text.h"
#include "robots/lekiwi/flat_json.h"
#include "robots/protocol/base64.h"

namespace sinew {
namespace {

using nlohmann::ordered_json;

constexpr size_t gripper = 5, theta = 8;
constexpr double gripper_closed = -0.174533, gripper_percent = 0.0191987;  // rad; rad per percent
constexpr double degree = std::numbers::pi / 180;
constexpr const char* cameras_key = "_cams";
// Nine numbers need about 300 bytes; two pictures of 640 x 480 need less than a megabyte.
constexpr FlatJson::Bounds numbers_alone{.bytes = size_t{1} << 16}, with_pictures{.bytes = size_t{1} << 23};

std::string keys_of(const FlatJson& json) {
  std::string keys;
  for (const auto& [key, value] : json.entries())
    if (keys.size() < 300) keys += (keys.empty() ? "'" : ", '") + key + "'";
  return keys.empty() ? "no keys" : shortened(keys, 300);
}

double number_of(const FlatJson::Value& value, const char* key) {
  if (value.kind != FlatJson::Value::Kind::number || !std::isfinite(value.number))
    fail("'{}' is {}, not a finite number", key, shortened(value.text, 40));
  return value.number;
}

void take_cameras(const FlatJson& json, std::span<const std::string> frames, LekiwiObservation& out) {
  using Kind = FlatJson::Value::Kind;
  if (const FlatJson::Value* list = json.find(cameras_key)) {
    if (list->kind != Kind::texts) fail("'{}' is not a list of names", cameras_key);
    const std::vector<std::string>& names = list->texts;
    if (names.size() + 1 != frames.size())
      fail("{} cameras are announced ({}), {} frames came with them", names.size(), shortened(join(names), 300),
           frames.size() - 1);
    for (size_t i = 0; i < names.size(); ++i) out.cameras.emplace_back(names[i], frames[i + 1]);
    return;
  }
  if (frames.size() != 1) fail("it has {} frames, and no '{}' that says what they are", frames.size(), cameras_key);
  out.wire = LekiwiWire::single;
  for (const auto& entry : json.entries())
    if (entry.second.kind == Kind::text && !lekiwi_key(entry.first))
      with_context("'" + shortened(entry.first) + "'",
                   [&] { out.cameras.emplace_back(entry.first, from_base64(entry.second.text)); });
}

}  // namespace

std::optional<size_t> lekiwi_key(std::string_view name) {
  const auto found = std::ranges::find(lekiwi_keys, name);
  if (found == lekiwi_keys.end()) return {};
  return static_cast<size_t>(found - lekiwi_keys.begin());
}

double lekiwi_from_wire(size_t key, double value) {
  if (key == gripper) return gripper_closed + gripper_percent * value;
  return key < lekiwi_arm_size || key == theta ? degree * value : value;
}

double lekiwi_to_wire(size_t key, double value) {
  if (key == gripper) return std::clamp((value - gripper_closed) / gripper_percent, 0.0, 100.0);
  return key < lekiwi_arm_size || key == theta ? value / degree : value;
}

std::string encode_lekiwi_command(const LekiwiCommand& command) {
  ordered_json json = ordered_json::object();
  for (size_t i = 0; i < lekiwi_size; ++i) {
    const double value = command[i].value_or(0);
    if (!std::isfinite(value)) fail("'{}': {} must not be sent to a motor", lekiwi_keys[i], value);
    if (command[i] || i >= lekiwi_arm_size) json[lekiwi_keys[i]] = lekiwi_to_wire(i, value);
  }
  return json.dump();
}

LekiwiCommand decode_lekiwi_command(std::string_view text) {
  const FlatJson json(text, numbers_alone);
  LekiwiCommand command;
  for (size_t i = 0; i < lekiwi_size; ++i) {
    if (const FlatJson::Value* found = json.find(lekiwi_keys[i]))
      command[i] = lekiwi_from_wire(i, number_of(*found, lekiwi_keys[i]));
    else if (i >= lekiwi_arm_size)
      fail("'{}' is missing; there are {}", lekiwi_keys[i], keys_of(json));
  }
  return command;
}

std::vector<std::string> encode_lekiwi_observation(const LekiwiObservation& observation) {
  ordered_json json = ordered_json::object();
  for (size_t i = 0; i < lekiwi_size; ++i) json[lekiwi_keys[i]] = lekiwi_to_wire(i, observation.numbers[i]);
  std::vector<std::string> frames(1);
  if (observation.wire == LekiwiWire::multipart) json[cameras_key] = ordered_json::array();
  for (const auto& [name, jpeg] : observation.cameras) {
    if (observation.wire == LekiwiWire::single) {
      json[name] = to_base64(jpeg);
    } else {
      json[cameras_key].push_back(name);
      frames.push_back(jpeg);
    }
  }
  frames.front() = json.dump();
  return frames;
}

LekiwiObservation decode_lekiwi_observation(std::span<const std::string> frames) {
  if (frames.empty()) fail("an empty message");
  const FlatJson json(frames.front(), frames.size() > 1 ? numbers_alone : with_pictures);
  LekiwiObservation out;
  for (size_t i = 0; i < lekiwi_size; ++i) {
    const FlatJson::Value* found = json.find(lekiwi_keys[i]);
    if (!found)
      fail("'{}' is missing, so it fits neither known version of LeKiwi's wire; seen: {} frames, the first with {}",
           lekiwi_keys[i], frames.size(), keys_of(json));
    out.numbers[i] = lekiwi_from_wire(i, number_of(*found, lekiwi_keys[i]));
  }
  take_cameras(json, frames, out);
  return out;
}

}  // namespace sinew
