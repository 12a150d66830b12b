#include "robots/lekiwi_wire.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "core/error.h"
#include "core/text.h"
#include "robots/base64.h"

namespace sinew {
namespace {

using nlohmann::ordered_json;

constexpr size_t gripper = 5, theta = 8;
constexpr double gripper_closed = -0.174533, gripper_percent = 0.0191987;  // rad, rad for each percent
constexpr double degree = std::numbers::pi / 180;
constexpr const char* cameras_key = "_cams";
constexpr int deepest = 2;  // a list in a map

// Python's encoder writes NaN and Infinity, which are no JSON: they end here, too.
ordered_json parse(std::string_view text) {
  try {
    ordered_json json = ordered_json::parse(
        text, [](int depth, ordered_json::parse_event_t, ordered_json&) { return depth <= deepest; });
    if (!json.is_object()) fail("no map of numbers");
    return json;
  } catch (const ordered_json::exception& error) {
    const bool not_finite = text.find("NaN") != text.npos || text.find("Infinity") != text.npos;
    fail("{}: {}", not_finite ? "a number is not finite" : "no JSON", shortened(error.what(), 160));
  }
}

std::string keys_of(const ordered_json& json) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back("'" + key + "'");
  return keys.empty() ? "no keys" : shortened(join(keys), 300);
}

double number_of(const ordered_json& value, const char* key) {
  const double number = value.is_number() ? value.get<double>() : std::nan("");
  if (!std::isfinite(number)) fail("'{}' is {}, not a finite number", key, shortened(value.dump(-1, ' ', true), 40));
  return number;
}

std::vector<std::string> camera_names(const ordered_json& list) {
  std::vector<std::string> names;
  if (!list.is_array()) fail("'{}' is no list of names", cameras_key);
  for (const ordered_json& name : list) {
    if (!name.is_string()) fail("'{}' is no list of names", cameras_key);
    names.push_back(name.get<std::string>());
  }
  return names;
}

void take_cameras(const ordered_json& json, std::span<const std::string> frames, LekiwiObservation& out) {
  if (json.contains(cameras_key)) {
    const std::vector<std::string> names = camera_names(json[cameras_key]);
    if (names.size() + 1 != frames.size())
      fail("{} cameras are announced ({}), {} frames came with them", names.size(), join(names), frames.size() - 1);
    for (size_t i = 0; i < names.size(); ++i) out.cameras.emplace_back(names[i], frames[i + 1]);
    return;
  }
  if (frames.size() != 1) fail("it has {} frames, and no '{}' that says what they are", frames.size(), cameras_key);
  out.wire = LekiwiWire::single;
  for (const auto& [key, value] : json.items())
    if (value.is_string() && !lekiwi_key(key))
      with_context("'" + key + "'",
                   [&] { out.cameras.emplace_back(key, from_base64(value.get_ref<const std::string&>())); });
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
    if (!std::isfinite(value)) fail("'{}': {} is told to no motor", lekiwi_keys[i], value);
    if (command[i] || i >= lekiwi_arm_size) json[lekiwi_keys[i]] = lekiwi_to_wire(i, value);
  }
  return json.dump();
}

LekiwiCommand decode_lekiwi_command(std::string_view text) {
  const ordered_json json = parse(text);
  LekiwiCommand command;
  for (size_t i = 0; i < lekiwi_size; ++i) {
    const auto found = json.find(lekiwi_keys[i]);
    if (found != json.end())
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
  const ordered_json json = parse(frames.front());
  LekiwiObservation out;
  for (size_t i = 0; i < lekiwi_size; ++i) {
    const auto found = json.find(lekiwi_keys[i]);
    if (found == json.end())
      fail(
          "'{}' is missing, so it is of neither version of LeKiwi's wire that is known; seen: {} frames, the first "
          "with {}",
          lekiwi_keys[i], frames.size(), keys_of(json));
    out.numbers[i] = lekiwi_from_wire(i, number_of(*found, lekiwi_keys[i]));
  }
  take_cameras(json, frames, out);
  return out;
}

}  // namespace sinew
