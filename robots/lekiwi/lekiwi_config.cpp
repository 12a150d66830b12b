#include "robots/lekiwi/lekiwi_config.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <set>
#include <tuple>

#include "core/text.h"
#include "robots/protocol/link_address.h"

namespace sinew {
namespace {

constexpr int most_pixels = 4096;  // per side

std::vector<std::string> all_keys() { return {lekiwi_keys.begin(), lekiwi_keys.end()}; }

const char* unit_of(size_t key) { return key < lekiwi_arm_size ? "rad" : key == lekiwi_size - 1 ? "rad/s" : "m/s"; }

void check_actuator(const ActuatorLimits& limits, size_t key) {
  const bool of_arm = key < lekiwi_arm_size;
  if (limits.kind() != (of_arm ? ActuatorLimits::Kind::position : ActuatorLimits::Kind::velocity) ||
      limits.command_unit() != unit_of(key))
    fail("actuator '{}' takes a {} in {}; LeKiwi's {} takes a {} in {} (`command`, `unit`)", limits.name,
         limits.command, limits.command_unit(), lekiwi_keys[key], of_arm ? "position" : "velocity", unit_of(key));
}

std::optional<double> as_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

// "arm_gripper.vel" → the velocity of arm_gripper.pos.
std::optional<size_t> arm_velocity_key(const std::string& name) {
  if (!name.ends_with(".vel")) return {};
  const std::optional<size_t> key = lekiwi_key(name.substr(0, name.size() - 4) + ".pos");
  return key ? std::optional(LekiwiSource::velocities + *key) : std::nullopt;
}

// "x.vel.last" → the last command of x.vel.
std::optional<size_t> told(const std::string& name) {
  if (!name.ends_with(".last")) return {};
  const std::optional<size_t> key = lekiwi_key(name.substr(0, name.size() - 5));
  return key ? std::optional(LekiwiSource::told + *key) : std::nullopt;
}

LekiwiSource source_of(const std::string& name) {
  if (const auto key = lekiwi_key(name)) return {*key};
  if (const auto velocity = arm_velocity_key(name)) return {*velocity};
  if (const auto last = told(name)) return {*last};
  if (const auto value = as_number(name)) return {LekiwiSource::constant, *value};
  std::vector<std::string> known = all_keys();
  for (size_t i = 0; i < lekiwi_arm_size; ++i) {
    const std::string position = lekiwi_keys[i];
    known.push_back(position.substr(0, position.size() - 3) + "vel");
  }
  fail("'{}' is neither a number nor anything that LeKiwi measures{}", name, suggestion(name, known));
}

const char* unit_of(const LekiwiSource& source) {
  if (source.place >= LekiwiSource::told) return "";
  return source.place < LekiwiSource::velocities ? unit_of(source.place) : "rad/s";
}

SensorSpec sensor_of(const LekiwiSensorConfig& config, std::vector<LekiwiSource>& sources) {
  SensorSpec sensor{.name = config.name,
                    .shape = {static_cast<int>(config.numbers.size())},
                    .labels = config.labels,
                    .units = config.units};
  if (config.numbers.empty()) fail("`numbers` is empty");
  for (const std::string& name : config.numbers) {
    sources.push_back(source_of(name));
    if (config.labels.empty()) sensor.labels.push_back(name);
    if (config.units.empty()) sensor.units.emplace_back(unit_of(sources.back()));
  }
  for (const std::vector<std::string>* words : {&sensor.labels, &sensor.units})
    if (words->size() != config.numbers.size())
      fail("it has {} numbers, and {} labels or units", config.numbers.size(), words->size());
  return sensor;
}

}  // namespace

LekiwiConfig read_lekiwi_config(const RobotConfig& config) {
  LekiwiConfig wire = read_config<LekiwiConfig>(config.wire);
  for (const auto& [key, address, port] :
       {std::tuple("commands", &wire.commands, 5555), std::tuple("observations", &wire.observations, 5556)})
    if (const std::string why = why_no_address(*address, port); !why.empty()) throw config.wire.find(key)->error(why);
  const bool is_of_a_file = !config.wire.file().empty();
  with_context(is_of_a_file ? config.wire.where() + ": wire" : "wire", [&] {
    lekiwi_keys_of(config, wire);
    lekiwi_sensors(wire);
    lekiwi_cameras(wire);
  });
  return wire;
}

std::vector<size_t> lekiwi_keys_of(const RobotConfig& config, const LekiwiConfig& wire) {
  std::vector<size_t> keys;
  std::set<size_t> seen;
  std::vector<std::string> names;
  for (const ActuatorConfig& actuator : config.actuators) {
    std::string name = names.emplace_back(actuator.limits.name);
    for (const auto& [ours, theirs] : wire.keys)
      if (ours == name) name = theirs;
    const std::optional<size_t> key = lekiwi_key(name);
    if (!key)
      fail(
          "actuator '{}': LeKiwi has no '{}'{}; if the policy uses another name for it, map that name with `keys: "
          "{{{}: …}}`",
          actuator.limits.name, name, suggestion(name, all_keys()), actuator.limits.name);
    if (!seen.insert(*key).second)
      fail("'{}' belongs to two actuators, one of them '{}'", lekiwi_keys[*key], actuator.limits.name);
    check_actuator(actuator.limits, *key);
    keys.push_back(*key);
  }
  for (const auto& [ours, theirs] : wire.keys)
    if (std::ranges::find(names, ours) == names.end())
      fail("keys: there is no actuator '{}'{}", ours, suggestion(ours, names));
  return keys;
}

std::pair<std::vector<SensorSpec>, std::vector<LekiwiSource>> lekiwi_sensors(const LekiwiConfig& wire) {
  std::pair<std::vector<SensorSpec>, std::vector<LekiwiSource>> all;
  for (const LekiwiSensorConfig& config : wire.sensors)
    all.first.push_back(
        with_context(fmt::format("sensor '{}'", config.name), [&] { return sensor_of(config, all.second); }));
  return all;
}

std::vector<SensorSpec> lekiwi_cameras(const LekiwiConfig& wire) {
  std::vector<SensorSpec> cameras;
  for (const auto& [name, size] : wire.cameras) {
    if (size.size() != 2 || std::ranges::min(size) < 1 || std::ranges::max(size) > most_pixels)
      fail("camera '{}': its size is [height, width], each from 1 to {}", name, most_pixels);
    cameras.push_back(
        {.name = name, .type = SensorSpec::Type::uint8, .shape = {size[0], size[1], 3}, .format = "blue, green, red"});
  }
  return cameras;
}

}  // namespace sinew
