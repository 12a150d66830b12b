#include "robots/lekiwi/lekiwi_draft.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/text.h"
#include "robots/lekiwi/lekiwi_config.h"

namespace sinew {
namespace {

constexpr double least_control_rate = 100;  // Hz
// For the arm's motors, rad, and for the base's; the base's speeds follow from the task's actions.
constexpr double arm_velocity = 1, arm_acceleration = 30, arm_step = 0.5;
constexpr double base_acceleration[] = {0.7, 0.7, 4};

// As LeRobot opens them: [height, width].
const std::vector<std::pair<std::string, std::vector<int>>>& usual_cameras() {
  static const std::vector<std::pair<std::string, std::vector<int>>> cameras = {{"front", {480, 640}},
                                                                                {"wrist", {640, 480}}};
  return cameras;
}

std::string key_of(const std::string& actuator) {
  for (const std::string& name : {actuator, "arm_" + actuator + ".pos", actuator + ".vel"})
    if (lekiwi_key(name)) return name;
  fail("LeKiwi has no actuator '{}'; it has: {}", actuator,
       join(std::vector<std::string>(lekiwi_keys.begin(), lekiwi_keys.end())));
}

void set_limits(ActuatorConfig& actuator, size_t key, double most) {
  ActuatorLimits& limits = actuator.limits;
  const bool of_arm = key < lekiwi_arm_size;
  limits.velocity = of_arm ? arm_velocity : most;
  limits.acceleration = of_arm ? arm_acceleration : base_acceleration[key - lekiwi_arm_size];
  limits.step = of_arm ? arm_step : 2 * most;
}

// For each action, the largest command by magnitude.
std::vector<double> largest_commands(const RobotConfig& config, const ActionSpec& actions) {
  std::vector<double> most;
  for (const ActionPart& part : actions.parts)
    for (size_t k = 0; k < part.low.size(); ++k) {
      const ActuatorConfig& actuator = config.actuators.at(most.size());
      most.push_back(std::abs(actuator.scale) * std::max(std::abs(part.low[k]), std::abs(part.high[k])));
    }
  return most;
}

bool ends_with(const std::string& text, const std::string& ending, std::string& before) {
  if (!text.ends_with(ending)) return false;
  before = text.substr(0, text.size() - ending.size());
  return true;
}

// The wire's name for a number of the task; "": there is none.
std::string number_of(const std::string& label, const std::map<std::string, std::string>& keys) {
  std::string name;
  const auto key = [&] { return keys.contains(name) ? keys.at(name) : ""; };
  if (ends_with(label, " pos", name)) return key();
  if (ends_with(label, " last action", name)) return keys.contains(name) ? key() + ".last" : "";
  if (ends_with(label, " vel", name) && key().ends_with(".pos")) return key().substr(0, key().size() - 3) + "vel";
  if (ends_with(label, " vx", name)) return "x.vel";
  if (ends_with(label, " vy", name)) return "y.vel";
  return ends_with(label, " wz", name) ? "theta.vel" : "";
}

// The sensors whose numbers are all available on the wire; those left out may be for the critic only.
std::vector<LekiwiSensorConfig> sensors_of(const InterfaceSpec& spec, const std::map<std::string, std::string>& keys) {
  std::vector<LekiwiSensorConfig> sensors;
  for (const SensorSpec& sensor : spec.sensors) {
    if (sensor.is_image()) continue;
    std::vector<std::string> numbers;
    for (const std::string& label : sensor.labels) numbers.push_back(number_of(label, keys));
    if (numbers.empty() || std::ranges::find(numbers, "") != numbers.end()) continue;
    sensors.push_back({sensor.name, std::move(numbers), sensor.labels, sensor.units});
  }
  return sensors;
}

// From a picture on the wire to the task's.
RobotCameraConfig processing_for(const SensorSpec& image) {
  RobotCameraConfig camera;
  camera.process.push_back(ConfigNode::scalar("bgr"));
  if (image.shape[2] == 1) camera.process.push_back(ConfigNode::scalar("grey"));
  camera.process.push_back(
      ConfigNode::map({{"resize", write_value(std::vector<int>{image.shape[0], image.shape[1]})}}));
  return camera;
}

int ticks_of(const RobotConfig& config) {
  const int most = config.ticks();
  for (int ticks = 1; ticks < most; ++ticks)
    if (most % ticks == 0 && config.rate * ticks >= least_control_rate) return ticks;
  return most;
}

}  // namespace

RobotConfig draft_lekiwi(RobotConfig config, const InterfaceSpec& spec, const std::vector<std::string>& cameras) {
  LekiwiConfig wire{.commands = "tcp://127.0.0.1:5555", .observations = "tcp://127.0.0.1:5556"};
  std::map<std::string, std::string> keys;
  const std::vector<double> most = largest_commands(config, spec.actions);
  for (size_t i = 0; i < config.actuators.size(); ++i) {
    const std::string& name = config.actuators[i].limits.name;
    const std::string key = keys[name] = key_of(name);
    if (key != name) wire.keys.emplace_back(name, key);
    set_limits(config.actuators[i], *lekiwi_key(key), most[i]);
  }
  if (keys.size() != lekiwi_size) fail("LeKiwi has {} actuators, this robot {}", lekiwi_size, keys.size());
  wire.sensors = sensors_of(spec, keys);
  for (const auto& [name, size] : usual_cameras()) {
    if (std::ranges::find(cameras, name) == cameras.end()) continue;
    wire.cameras.emplace_back(name, size);
    const auto image = std::ranges::find(spec.sensors, name, &SensorSpec::name);
    if (image != spec.sensors.end() && image->is_image() && (image->shape[2] == 1 || image->shape[2] == 3))
      config.cameras.emplace_back(name, processing_for(*image));
  }
  config.wire = write_config(wire);
  config.control_rate = config.rate * ticks_of(config);
  config.blend = 2;
  config.watches.range_margin = 0.15;  // the zero of a calibration is off by some degrees
  config.watches.temperature = 65;
  config.watches.age = std::max(0.2, config.max_age);
  return config;
}

}  // namespace sinew
