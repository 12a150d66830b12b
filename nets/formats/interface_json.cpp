#include "nets/formats/interface_json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace sinew {
namespace {

using nlohmann::json;

constexpr int most_numbers = 1 << 24;  // of all sensors, of all actions; a broken file must not claim all memory

// JSON has no infinity: null stands for an actuator's missing limit.
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

// Positive whole numbers. JSON's own conversion would turn 2.7 into 2 and 1e300 into anything.
std::vector<int> extents(const json& list, const std::string& whose) {
  std::vector<int> values;
  for (const json& item : list) {
    const bool fits = item.is_number_integer() && item.get<double>() >= 1 && item.get<double>() <= most_numbers;
    if (!fits) fail("{} of {}", whose, item.is_number() ? item.dump() : item.type_name());
    values.push_back(item.get<int>());
  }
  return values;
}

// One word per number, or none at all.
void check_words(const std::string& whose, const char* what, size_t words, int numbers) {
  if (words != 0 && words != static_cast<size_t>(numbers))
    fail("{} has {} {} for {} numbers", whose, words, what, numbers);
}

SensorSpec sensor_from(const json& item) {
  SensorSpec sensor;
  item.at("name").get_to(sensor.name);
  sensor.type = item.at("type") == "uint8" ? SensorSpec::Type::uint8 : SensorSpec::Type::float32;
  sensor.shape = extents(item.at("shape"), fmt::format("sensor '{}' has an extent", sensor.name));
  item.at("labels").get_to(sensor.labels);
  item.at("units").get_to(sensor.units);
  sensor.format = item.value("format", "");
  const std::vector<int> frames = extents(json::array({item.value("frames", json(1))}),
                                          fmt::format("sensor '{}' has a number of frames", sensor.name));
  sensor.frames = frames.front();
  if (sensor.is_image() && (sensor.shape.size() != 3 || sensor.shape[2] % sensor.frames != 0))
    fail("the image '{}' needs the shape [height, width, channels], its channels a multiple of its {} frames",
         sensor.name, sensor.frames);
  int64_t size = 1;
  for (const int extent : sensor.shape) {
    size *= extent;
    if (size > most_numbers) fail("sensor '{}' has more than {} numbers", sensor.name, most_numbers);
  }
  check_words(fmt::format("sensor '{}'", sensor.name), "labels", sensor.labels.size(), sensor.size());
  check_words(fmt::format("sensor '{}'", sensor.name), "units", sensor.units.size(), sensor.size());
  return sensor;
}

ActionPart part_from(const json& item) {
  ActionPart part;
  item.at("name").get_to(part.name);
  item.at("labels").get_to(part.labels);
  item.at("units").get_to(part.units);
  if (item.contains("choices")) {
    part.choices = extents(item.at("choices"), fmt::format("action '{}' has a number of choices", part.name));
  } else {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    part.low = limits(item.at("low"), -infinity);
    part.high = limits(item.at("high"), infinity);
    if (part.low.size() != part.high.size())
      fail("action '{}' has {} lower and {} upper limits", part.name, part.low.size(), part.high.size());
  }
  if (part.size() == 0) fail("action '{}' has neither numbers nor choices", part.name);
  check_words(fmt::format("action '{}'", part.name), "labels", part.labels.size(), part.size());
  check_words(fmt::format("action '{}'", part.name), "units", part.units.size(), part.size());
  return part;
}

// Later code adds sizes up as int.
void check_totals(const InterfaceSpec& spec) {
  int64_t sensed = 0, acted = 0;
  for (const SensorSpec& sensor : spec.sensors) sensed += sensor.size();
  for (const ActionPart& part : spec.actions.parts) {
    acted += part.size();
    for (const int n : part.choices) acted += n;
  }
  if (sensed > most_numbers) fail("its sensors have more than {} numbers together", most_numbers);
  if (acted > most_numbers) fail("its actions have more than {} numbers and choices together", most_numbers);
}

}  // namespace

std::string interface_to_json(const InterfaceSpec& spec) {
  json sensors = json::array(), parts = json::array();
  for (const SensorSpec& sensor : spec.sensors) {
    json item{{"name", sensor.name},
              {"type", sensor.is_image() ? "uint8" : "float32"},
              {"shape", sensor.shape},
              {"labels", sensor.labels},
              {"units", sensor.units}};
    if (sensor.is_image()) {
      item["frames"] = sensor.frames;
      item["format"] = sensor.format;
    }
    sensors.push_back(std::move(item));
  }
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
    check_totals(spec);
    return spec;
  } catch (const json::exception& error) {
    fail("the description of sensors and actions is broken: {}", error.what());
  }
}

}  // namespace sinew
