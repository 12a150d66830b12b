#include "robots/protocol/handshake.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace sinew {
namespace {

bool differ(double a, double b) { return a != b && !(std::abs(a - b) <= 1e-6 * std::min(std::abs(a), std::abs(b))); }

std::string parts_text(const ActionSpec& spec) {
  return spec.parts.size() == 1 ? "1 part" : fmt::format("{} parts", spec.parts.size());
}

// For images, only their presence counts: their layout may change on the way to the policy.
InterfaceSpec without_layouts(std::vector<SensorSpec> sensors) {
  InterfaceSpec spec;
  for (SensorSpec& sensor : sensors) {
    if (sensor.is_image()) sensor = {.name = sensor.name, .type = sensor.type, .shape = {1, 1, 1}};
    spec.sensors.push_back(std::move(sensor));
  }
  return spec;
}

// The name of a part does not matter to an actuator; labels, units and ranges do.
std::string actions_differ(const ActionSpec& ours, const ActionSpec& theirs, const std::string& us,
                           const std::string& them) {
  if (ours.parts.size() != theirs.parts.size())
    return fmt::format("the actions have {} in {}, {} in {}", parts_text(ours), us, parts_text(theirs), them);
  InterfaceSpec mine{{}, ours}, other{{}, theirs};
  for (InterfaceSpec* spec : {&mine, &other})
    for (ActionPart& part : spec->actions.parts) part.name = "actuators";
  return first_difference(mine, other, them);
}

// The robot's sensors that were requested, in the robot's order. It may have more; a controller that needs none accepts
// any.
std::vector<SensorSpec> asked_for(const std::vector<SensorSpec>& sensors, const std::vector<SensorSpec>& needed) {
  std::vector<SensorSpec> chosen;
  for (const SensorSpec& sensor : sensors)
    if (std::ranges::find(needed, sensor.name, &SensorSpec::name) != needed.end()) chosen.push_back(sensor);
  return chosen.empty() && !needed.empty() ? sensors : chosen;
}

std::vector<SensorSpec> needed_sensors(const Controller& policy) {
  std::vector<SensorSpec> needed;
  const std::vector<bool> is_needed = policy.acts_on();
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
  if (action.label.empty()) fail("action {} of the policy has no name, so it cannot be matched to an actuator", i + 1);
  if (action.label != limits.name)
    fail("actuator {} is '{}' in the policy, '{}' in the robot's file; bring `actuators` into the policy's order",
         i + 1, action.label, limits.name);
  if (!std::isfinite(action.low) || !std::isfinite(action.high))
    fail("the policy's action '{}' has no limits; give the actuator a range in its model, and train it again",
         action.label);
  const bool as_it_is = actuator.scale == 1 && actuator.offset == 0;
  if (as_it_is && !action.unit.empty() && action.unit != limits.command_unit())
    fail(
        "actuator '{}' takes {} in the robot's file, the policy says {}; `scale` and `offset` of the actuator turn the "
        "policy's number into a command",
        limits.name, limits.command_unit(), action.unit);
}

// A name that is missing from the file is not a question of order.
void check_is_listed(const std::string& label, const RobotConfig& config) {
  std::vector<std::string> names;
  for (const ActuatorConfig& actuator : config.actuators) names.push_back(actuator.limits.name);
  if (label.empty() || std::ranges::find(names, label) != names.end()) return;
  const std::string advice = config.adapter == own_protocol
                                 ? "; is it the file of another robot?"
                                 : fmt::format(
                                       "; if the robot's wire has another name for it, call the actuator '{}' in the "
                                       "file, and give the wire's name with `wire: {{keys: {{{}: …}}}}`",
                                       label, label);
  fail("the policy moves '{}', and the robot's file has no such actuator, but {}{}", label, join(names), advice);
}

}  // namespace

void check_policy(const Controller& policy, const RobotConfig& config) {
  const ActionSpec& spec = policy.spec().actions;
  const std::vector<Action> actions = actions_of_policy(spec);
  if (actions.size() != config.actuators.size())
    fail("the policy has {} actions, the robot's file {} actuators", actions.size(), config.actuators.size());
  for (const Action& action : actions) check_is_listed(action.label, config);
  for (size_t i = 0; i < actions.size(); ++i) check_action(actions[i], i, config.actuators[i]);
  if (spec.rate <= 0) fail("the policy's task is not tied to time, so it cannot drive a robot");
  if (differ(spec.rate, config.rate))
    fail("the policy acts at {} Hz, the robot's file says rate: {} Hz", spec.rate, config.rate);
}

Hello make_hello(const std::string& name, const Controller& policy, const RobotConfig& config) {
  return {protocol_version,  name,
          policy.identity(), {needed_sensors(policy), actions_of(config.limits(), config.rate)},
          config.limits(),   config.timing()};
}

Welcome make_welcome(const RobotConfig& config, std::vector<SensorSpec> sensors) {
  return {protocol_version,
          config.robot,
          {std::move(sensors), actions_of(config.limits(), config.rate)},
          config.limits(),
          0,
          config.timing()};
}

std::string disagreement(const Hello& hello, const Welcome& own) {
  const std::string us = "the policy's robot file", them = "the robot";
  if (std::string text = first_difference(hello.limits, own.limits, us, them); !text.empty()) return text;
  if (std::string text = actions_differ(hello.interface.actions, own.interface.actions, us, them); !text.empty())
    return text;
  if (std::string text = first_difference(hello.timing, own.timing, us, them); !text.empty()) return text;
  const std::vector<SensorSpec>& needed = hello.interface.sensors;
  return first_difference(without_layouts(needed), without_layouts(asked_for(own.interface.sensors, needed)), them);
}

std::string welcome_difference(const Welcome& welcome, const std::vector<SensorSpec>& needed,
                               const RobotConfig& config) {
  const std::string us = "the robot's file", who = fmt::format("the robot '{}'", shortened(welcome.robot));
  if (welcome.robot != config.robot)
    return fmt::format("{} answers at {}, where the robot's file has '{}'; is this the right file?", who,
                       config.address, config.robot);
  std::string text = first_difference(config.limits(), welcome.limits, us, who);
  if (text.empty()) text = actions_differ(actions_of(config.limits(), config.rate), welcome.interface.actions, us, who);
  if (text.empty()) text = first_difference(config.timing(), welcome.timing, us, who);
  if (text.empty())
    text =
        first_difference(without_layouts(needed), without_layouts(asked_for(welcome.interface.sensors, needed)), who);
  return text;
}

void check_welcome(const Welcome& welcome, const Controller& policy, const RobotConfig& config) {
  const std::string text = welcome_difference(welcome, needed_sensors(policy), config);
  if (text.empty()) return;
  if (welcome.robot != config.robot) fail("{}", text);
  fail("the robot '{}' and the policy do not fit: {}", shortened(welcome.robot), text);
}

}  // namespace sinew
