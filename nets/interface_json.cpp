#include "nets/interface_json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace sinew {
namespace {

using nlohmann::json;

constexpr int most_numbers = 1 << 24;  // of a sensor: a broken file shall not ask for all memory

// JSON has no infinity: an actuator without a limit has null there.
json limits(const std::vector<double>& values) {
  json list = json::array();
  for (const double value : values) list.push_back(std::isfinite(value) ? json(value) : json());
  return list;
}

std::vector<double> limits(const json& list, double missing) {
  std::vector<double> values;
  for (const json& item : list) values.push_back(item.is_null() ? missing : item.get<double>());
  return values;
}

SensorSpec sensor_from(const json& item) {
  SensorSpec sensor;
  item.at("name").get_to(sensor.name);
  sensor.type = item.at("type") == "uint8" ? SensorSpec::Type::uint8 : SensorSpec::Type::float32;
  item.at("shape").get_to(sensor.shape);
  item.at("labels").get_to(sensor.labels);
  item.at("units").get_to(sensor.units);
  int64_t size = 1;
  for (const int extent : sensor.shape) {
    if (extent < 1 || extent > most_numbers) fail("sensor '{}' has an extent of {}", sensor.name, extent);
    size *= extent;
    if (size > most_numbers) fail("sensor '{}' has more than {} numbers", sensor.name, most_numbers);
  }
  return sensor;
}

ActionPart part_from(const json& item) {
  ActionPart part;
  item.at("name").get_to(part.name);
  item.at("labels").get_to(part.labels);
  item.at("units").get_to(part.units);
  if (item.contains("choices")) {
    item.at("choices").get_to(part.choices);
    for (const int n : part.choices)
      if (n < 1 || n > most_numbers) fail("action '{}' has {} choices", part.name, n);
  } else {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    part.low = limits(item.at("low"), -infinity);
    part.high = limits(item.at("high"), infinity);
    if (part.low.size() != part.high.size())
      fail("action '{}' has {} lower and {} upper limits", part.name, part.low.size(), part.high.size());
  }
  if (part.size() == 0) fail("action '{}' has neither numbers nor choices", part.name);
  return part;
}

}  // namespace

std::string interface_to_json(const InterfaceSpec& spec) {
  json sensors = json::array(), parts = json::array();
  for (const SensorSpec& sensor : spec.sensors)
    sensors.push_back({{"name", sensor.name},
                       {"type", sensor.type == SensorSpec::Type::uint8 ? "uint8" : "float32"},
                       {"shape", sensor.shape},
                       {"labels", sensor.labels},
                       {"units", sensor.units}});
  for (const ActionPart& part : spec.actions.parts) {
    json item{{"name", part.name}, {"labels", part.labels}, {"units", part.units}};
    if (part.is_discrete()) {
      item["choices"] = part.choices;
    } else {
      item["low"] = limits(part.low);
      item["high"] = limits(part.high);
    }
    parts.push_back(std::move(item));
  }
  return json{{"sensors", sensors}, {"actions", {{"rate", spec.actions.rate}, {"parts", parts}}}}.dump();
}

InterfaceSpec interface_from_json(const std::string& text) {
  try {
    const json root = json::parse(text);
    InterfaceSpec spec;
    for (const json& item : root.at("sensors")) spec.sensors.push_back(sensor_from(item));
    root.at("actions").at("rate").get_to(spec.actions.rate);
    for (const json& item : root.at("actions").at("parts")) spec.actions.parts.push_back(part_from(item));
    return spec;
  } catch (const json::exception& error) {
    fail("the description of sensors and actions is broken: {}", error.what());
  }
}

}  // namespace sinew
