#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "robots/link/link_keys.h"
#include "robots/link/link_socket.h"
#include "robots/protocol/robot_config.h"

/// Whether somebody else's side of the link does what docs/protocol.md asks of it, duty by duty.
namespace sinew {

struct DutyReport {
  enum class Outcome { kept, broken, untried };
  std::string duty;
  Outcome outcome = Outcome::untried;
  std::string remark;  // what was seen
};

struct LinkCheckOptions {
  SecureSocket secure = {};                    // of check_robot: this side's keys
  std::optional<RobotSecurity> security = {};  // of check_policy_side: the robot's keys, and those of whom it lets in
  bool arm = false;               // also what moves it, or could; else the robot is never asked to be armed
  double connect_timeout = 5;     // s
  std::vector<std::string> only;  // of the duties; empty: all
  std::function<void(const DutyReport&)> on_report;  // as soon as it is known
};

/// A robot that listens where its file says. Unarmed, nothing that could move it is said. Armed, it holds its pose but
/// for some periods in which it is told to go beyond its range, and in the end its emergency stop is pressed, and
/// released. Throws an Error for a duty in `only` that there is not.
std::vector<DutyReport> check_robot(const RobotConfig& config, const LinkCheckOptions& options);

/// A policy's side that connects to where the robot's file says: this is the robot, whose joints are simulated. It is
/// to arm the robot when it can (`sinew stream --arm`). `only` and `arm` mean nothing here.
std::vector<DutyReport> check_policy_side(const RobotConfig& config, const LinkCheckOptions& options);

}  // namespace sinew
