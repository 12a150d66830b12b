// sinew stop: a robot's emergency stop, and its release.
#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>

#include "apps/robot_commands.h"
#include "robots/link/emergency_stop.h"
#include "robots/link/link_keys.h"

namespace sinew {

Command::Work declare_stop(CommandLine& line) {
  struct Arguments {
    std::string robot, keys;
    std::optional<std::string> why;
    bool release = false;
    double timeout = 2;
  };
  auto arguments = std::make_shared<Arguments>();
  line.argument("ROBOT.yaml", arguments->robot, "the robot's file").is_input();
  line.flag("--release", arguments->release,
            "ends the emergency stop: the robot may be armed again, and does not move before; only this or a restart "
            "of the robot's side ends it");
  line.option("--why", arguments->why, "TEXT", "the reason, which the robot's side reports");
  line.option("--timeout", arguments->timeout, "S", "how long it waits for the robot's answer; by default 2");
  line.option("--keys", arguments->keys, "FOLDER", "where the CURVE keys are, instead of ~/.config/sinew/keys")
      .is_folder();
  line.example(
      "sinew stop pendulum.yaml\n  sinew stop pendulum.yaml --release     # once the person who stopped it agrees");
  return [arguments] {
    const RobotConfig config = load_robot_config(arguments->robot);
    const SecureSocket secure = policy_security(config, arguments->keys);
    if (arguments->release) {
      release_emergency_stop(config.stop_address, secure, arguments->why.value_or("sinew stop --release"),
                             arguments->timeout);
      fmt::print("the emergency stop of the robot '{}' is released; it moves once it is armed\n", config.robot);
      return 0;
    }
    emergency_stop(config.stop_address, secure, arguments->why.value_or("sinew stop"), arguments->timeout);
    fmt::print(
        "the robot '{}' confirms that it stops; it stays stopped, whatever its policy says, until 'sinew stop {} "
        "--release'\n",
        config.robot, arguments->robot);
    return 0;
  };
}

}  // namespace sinew
