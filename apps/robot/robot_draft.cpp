#include "apps/robot/robot_draft.h"

#include <algorithm>
#include <cmath>

namespace sinew {
namespace {

// Limits that a model lacks: rad or m, and per s and s².
constexpr double far = 1000, fast = 200, sudden = 1e5;

void check_drive(const ActionDrive& drive) {
  if (drive.joint.empty() && drive.body.empty())
    fail("no robot's actuator can obey its action '{}': {}", drive.label,
         drive.why_not.empty() ? "it drives no single joint with a name" : drive.why_not);
}

const char* command_of(ActionDrive::Kind kind) {
  switch (kind) {
    case ActionDrive::Kind::position: return "position";
    case ActionDrive::Kind::velocity: return "velocity";
    case ActionDrive::Kind::torque: break;
  }
  return "torque";
}

bool differ(double a, double b) { return std::abs(a - b) > 1e-6 * std::abs(a); }

ActuatorConfig draft_actuator(const ActionDrive& drive, double low, double high) {
  check_drive(drive);
  ActuatorConfig actuator{.scale = drive.scale, .offset = drive.offset};
  ActuatorLimits& limits = actuator.limits;
  limits.name = drive.label;
  limits.unit = drive.unit;
  limits.position = drive.range.empty() ? std::vector<double>{-far, far} : drive.range;
  limits.velocity = fast;
  limits.acceleration = sudden;
  limits.command = command_of(drive.kind);
  switch (drive.kind) {
    case ActionDrive::Kind::position:
      limits.when_stopped = "hold";
      limits.step = limits.highest() - limits.lowest();
      break;
    case ActionDrive::Kind::velocity:
      limits.when_stopped = "zero";
      limits.step = 2 * fast;
      break;
    case ActionDrive::Kind::torque:
      limits.torque =
          drive.force_limit > 0 ? drive.force_limit : std::abs(drive.scale) * std::max(std::abs(low), std::abs(high));
      limits.step = 2 * limits.torque;
      limits.when_stopped = "damp";
      limits.damping = limits.torque / 10;
      break;
  }
  return actuator;
}

}  // namespace

RobotConfig draft_robot(const TaskEnv& env, const std::string& name) {
  RobotConfig config;
  config.robot = name;
  config.rate = env.spec().actions.rate;
  config.control_rate = config.rate * env.frame_skip();
  config.watchdog = std::max(0.2, 4 / config.rate);
  config.max_age = std::max(0.1, 2 / config.rate);
  config.blend = 0;
  config.watches.range_margin = 0.5;
  size_t i = 0;
  for (const ActionPart& part : env.spec().actions.parts)
    for (size_t k = 0; k < part.low.size(); ++k, ++i)
      config.actuators.push_back(draft_actuator(env.drives()[i], part.low[k], part.high[k]));
  return config;
}

RobotConfig draft_robot(const TaskEnv& env, const std::string& name, const Adapter& adapter) {
  if (!adapter.draft)
    fail("the adapter '{}' cannot draft a robot's file; write one, and give it with --config", adapter.name);
  RobotConfig config = draft_robot(env, name);
  config.adapter = adapter.name;
  config.robot_has_stop = true;
  config.accept = adapter.always_lacks();
  const Model& model = env.model();
  std::vector<std::string> cameras;
  for (int i = 0; i < model.count(Model::Element::camera); ++i)
    cameras.push_back(model.name(Model::Element::camera, i));
  return adapter.draft(std::move(config), {one_frame_each(env.spec().sensors), env.spec().actions}, cameras);
}

std::vector<SensorSpec> one_frame_each(std::vector<SensorSpec> sensors) {
  for (SensorSpec& sensor : sensors)
    if (sensor.is_image()) {
      sensor.shape[2] /= sensor.frames;
      sensor.frames = 1;
    }
  return sensors;
}

void check_robot(const TaskEnv& env, const RobotConfig& config) {
  const std::vector<ActionDrive>& drives = env.drives();
  if (drives.size() != config.actuators.size())
    fail("the task '{}' has {} actions, the robot's file {} actuators; is it the file of another task?",
         env.spec().name, drives.size(), config.actuators.size());
  for (size_t i = 0; i < drives.size(); ++i) {
    check_drive(drives[i]);
    const ActuatorLimits& limits = config.actuators[i].limits;
    if (limits.name != drives[i].label)
      fail("actuator {} is '{}' in the task '{}', '{}' in the robot's file; is it the file of another task?", i + 1,
           drives[i].label, env.spec().name, limits.name);
    if (limits.command != command_of(drives[i].kind))
      fail("actuator '{}' takes a {} in the task '{}', a {} in the robot's file", limits.name,
           command_of(drives[i].kind), env.spec().name, limits.command);
  }
  const double rate = env.spec().actions.rate;
  if (differ(rate, config.rate) || env.frame_skip() % config.ticks() != 0)
    fail(
        "the task '{}' acts at {:.6g} Hz with physics at {:.6g} Hz; the robot's file says rate: {:.6g}, control_rate: "
        "{:.6g}, with which its time would pass at another speed: rate is the task's, and physics a multiple of "
        "control_rate",
        env.spec().name, rate, rate * env.frame_skip(), config.rate, config.rate * config.ticks());
}

std::string to_yaml(const RobotConfig& config, const std::string& task) {
  const std::string dialect = config.adapter == own_protocol
                                  ? ""
                                  : fmt::format(
                                        "# It speaks the dialect of '{}', and accepts what that lacks; `wire` names it "
                                        "to a policy of the task.\n",
                                        config.adapter);
  return fmt::format(
             "# The simulated robot of the task {}, as 'sinew robot' and 'sinew stream --robot' take it.\n"
             "# Names, units, ranges, forces, scale and offset are the model's. It knows no limits of velocity and\n"
             "# acceleration: these, step, when_stopped and the watches are drafts. On a real robot give each its "
             "own,\n"
             "# and a blend of a second or two.\n",
             task) +
         dialect + write_config(config).to_yaml();
}

}  // namespace sinew
