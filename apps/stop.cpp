// sinew stop: the emergency stop of a robot.
#include <fmt/core.h>

#include <memory>

#include "apps/robot_commands.h"
#include "robots/emergency_stop.h"
#include "robots/link_keys.h"

namespace sinew {

Command::Work declare_stop(CommandLine& line) {
  struct Arguments {
    std::string robot, keys, why = "sinew stop";
    double timeout = 2;
  };
  auto arguments = std::make_shared<Arguments>();
  line.argument("ROBOT.yaml", arguments->robot, "the robot's file");
  line.option("--why", arguments->why, "TEXT", "what the robot's side says of it");
  line.option("--timeout", arguments->timeout, "S", "how long it waits for the robot's answer; by default 2");
  line.option("--keys", arguments->keys, "FOLDER", "where the CURVE keys are, instead of ~/.config/sinew/keys");
  line.example("sinew stop pendulum.yaml");
  return [arguments] {
    const RobotConfig config = load_robot_config(arguments->robot);
    emergency_stop(config.stop_address, policy_security(config, arguments->keys), arguments->why, arguments->timeout);
    fmt::print("the robot '{}' confirms that it stops; it stays so until somebody acknowledges it\n", config.robot);
    return 0;
  };
}

}  // namespace sinew
