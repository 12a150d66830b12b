#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "robots/link/link_keys.h"
#include "robots/link/link_socket.h"
#include "robots/protocol/robot_config.h"

/// Checks whether another implementation of one side of the link fulfils docs/protocol.md, duty by duty.
namespace sinew {

struct DutyReport {
  enum class Outcome { kept, broken, untried };
  std::string duty;
  Outcome outcome = Outcome::untried;
  std::string remark;  // what was observed
};

struct LinkCheckOptions {
  SecureSocket secure = {};                    // for check_robot: this side's keys
  std::optional<RobotSecurity> security = {};  // for check_policy_side: the robot's keys, and the peers that it admits
  bool arm = false;               // also duties that move the robot, or could; else the check never requests arming
  double connect_timeout = 5;     // s
  std::vector<std::string> only;  // duties to check; empty: all
  std::function<void(const DutyReport&)> on_report;  // called as soon as a duty's outcome is known
};

/// Checks a robot that listens where its file says. Unarmed, the check sends nothing that could move it. Armed, the
/// robot holds its pose, except for some periods in which it is commanded beyond its range; at the end its emergency
/// stop is pressed and released. Throws an Error for an unknown duty in `only`.
std::vector<DutyReport> check_robot(const RobotConfig& config, const LinkCheckOptions& options);

/// Checks a policy's side that connects to the address in the robot's file; this process acts as the robot, with
/// simulated joints. The policy's side must arm the robot when it can (`sinew stream --arm`). `only` and `arm` are
/// ignored.
std::vector<DutyReport> check_policy_side(const RobotConfig& config, const LinkCheckOptions& options);

}  // namespace sinew
