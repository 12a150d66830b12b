#include "robots/handshake.h"

#include <algorithm>
#include <cmath>

namespace sinew {
namespace {

bool differ(double a, double b) { return std::abs(a - b) > 1e-6 * std::abs(a); }

// Of images, only which there are: their layout may change on the way to the policy.
InterfaceSpec without_layouts(std::vector<SensorSpec> sensors) {
  InterfaceSpec spec;
  for (SensorSpec& sensor : sensors) {
    if (sensor.is_image()) sensor = {.name = sensor.name, .type = sensor.type, .shape = {1, 1, 1}};
    spec.sensors.push_back(std::move(sensor));
  }
  return spec;
}

// Those of a robot's sensors that are asked for, in the robot's order. It may have more.
std::vector<SensorSpec> asked_for(const std::vector<SensorSpec>& sensors, const std::vector<SensorSpec>& needed) {
  std::vector<SensorSpec> chosen;
  for (const SensorSpec& sensor : sensors)
    if (std::ranges::find(needed, sensor.name, &SensorSpec::name) != needed.end()) chosen.push_back(sensor);
  return chosen.empty() ? sensors : chosen;
}

std::vector<SensorSpec> needed_sensors(const Policy& policy) {
  std::vector<SensorSpec> needed;
  const std::vector<bool> is_needed = acts_on(policy);
  for (size_t i = 0; i < is_needed.size(); ++i)
    if (is_needed[i]) needed.push_back(policy.spec().sensors[i]);
  return needed;
}

// One number of the policy's actions.
struct Action {
  std::string label, unit;  // may be empty
  double low, high;
};

std::vector<Action> actions_of_policy(const ActionSpec& spec) {
  std::vector<Action> actions;
  for (const ActionPart& part : spec.parts) {
    if (part.is_discrete())
      fail("its action '{}' is a choice; a robot's actuators need numbers, so train it with a continuous action",
           part.name);
    for (size_t i = 0; i < part.low.size(); ++i)
      actions.push_back({i < part.labels.size() ? part.labels[i] : "", i < part.units.size() ? part.units[i] : "",
                         part.low[i], part.high[i]});
  }
  return actions;
}

void check_action(const Action& action, size_t i, const ActuatorConfig& actuator) {
  const ActuatorLimits& limits = actuator.limits;
  if (action.label.empty())
    fail("action {} of the policy has no name, so nobody knows which actuator it is meant for", i + 1);
  if (action.label != limits.name)
    fail("actuator {} is '{}' in the policy, '{}' in the robot's file; bring `actuators` into the policy's order", i + 1,
         action.label, limits.name);
  if (!std::isfinite(action.low) || !std::isfinite(action.high))
    fail("the policy's action '{}' has no limits; give the actuator a range in its model, and train it again",
         action.label);
  const bool as_it_is = actuator.scale == 1 && actuator.offset == 0;
  if (as_it_is && !action.unit.empty() && action.unit != limits.command_unit())
    fail("actuator '{}' takes {} in the robot's file, the policy says {}; `scale` and `offset` of the actuator turn the "
         "policy's number into a command",
         limits.name, limits.command_unit(), action.unit);
}

}  // namespace

void check_policy(const Policy& policy, const RobotConfig& config) {
  const ActionSpec& spec = policy.spec().actions;
  const std::vector<Action> actions = actions_of_policy(spec);
  if (actions.size() != config.actuators.size())
    fail("the policy has {} actions, the robot's file {} actuators", actions.size(), config.actuators.size());
  for (size_t i = 0; i < actions.size(); ++i) check_action(actions[i], i, config.actuators[i]);
  if (spec.rate <= 0) fail("the policy's task is not tied to time, so it cannot drive a robot");
  if (differ(spec.rate, config.rate))
    fail("the policy acts at {} Hz, the robot's file says rate: {} Hz", spec.rate, config.rate);
}

Hello make_hello(const std::string& name, const Policy& policy, const RobotConfig& config) {
  return {protocol_version, name, policy.weights_hash(),
          {needed_sensors(policy), actions_of(config.limits(), config.rate)}, config.limits()};
}

Welcome make_welcome(const RobotConfig& config, std::vector<SensorSpec> sensors) {
  return {protocol_version, config.robot, {std::move(sensors), actions_of(config.limits(), config.rate)},
          config.limits(), 0};
}

std::string disagreement(const Hello& hello, const Welcome& own) {
  if (std::string text = first_difference(hello.limits, own.limits, "the policy's robot file", "the robot"); !text.empty())
    return text;
  if (differ(hello.interface.actions.rate, own.interface.actions.rate))
    return fmt::format("the policy acts at {} Hz, the robot at {} Hz", hello.interface.actions.rate,
                       own.interface.actions.rate);
  const std::vector<SensorSpec>& needed = hello.interface.sensors;
  return first_difference(without_layouts(needed), without_layouts(asked_for(own.interface.sensors, needed)), "the robot");
}

void check_welcome(const Welcome& welcome, const Policy& policy, const RobotConfig& config) {
  const std::string who = fmt::format("the robot '{}'", welcome.robot);
  const auto refuse = [&](const std::string& difference) {
    if (!difference.empty()) fail("{} and the policy do not fit: {}", who, difference);
  };
  if (welcome.robot != config.robot)
    fail("{} answers at {}, where the robot's file has '{}'; is this the right file?", who, config.address, config.robot);
  refuse(first_difference(config.limits(), welcome.limits, "the robot's file", who));
  if (differ(config.rate, welcome.interface.actions.rate))
    refuse(fmt::format("the policy acts at {} Hz, {} at {} Hz", config.rate, who, welcome.interface.actions.rate));
  const std::vector<SensorSpec> needed = needed_sensors(policy);
  refuse(first_difference(without_layouts(needed), without_layouts(asked_for(welcome.interface.sensors, needed)), who));
}

}  // namespace sinew
