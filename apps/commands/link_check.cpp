// sinew link-check: checks, duty by duty, whether a third-party robot follows the protocol.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/command_line/json_file_internal.h"
#include "apps/robot_commands.h"
#include "robots/check/link_check.h"
#include "robots/link/link_keys.h"

namespace sinew {
namespace {

struct LinkCheckArguments {
  std::string robot, keys;
  std::optional<std::string> json;
  std::vector<std::string> only;
  double connect_timeout = 5;
  bool arm = false, policy = false;
};

const std::string policy_plan =
    "This is the simulated robot: connect the policy's side now, and arm the robot ('sinew stream --arm').\n";

const char* name_of(DutyReport::Outcome outcome) {
  switch (outcome) {
    case DutyReport::Outcome::kept: return "kept";
    case DutyReport::Outcome::broken: return "broken";
    case DutyReport::Outcome::untried: return "untried";
  }
  return "";
}

std::string plan(const RobotConfig& config, const LinkCheckArguments& arguments) {
  if (!arguments.arm) return "The robot is not armed, so nothing moves; --arm tries the other duties, too.\n";
  std::string text =
      "The robot is armed some thirty times, and holds its pose: position commands say where it is, the others 0.\n"
      "For three periods it is told to go far beyond its range. If it keeps its limits, that moves it by at most";
  for (const ActuatorConfig& actuator : config.actuators)
    text += fmt::format("{} {:.2g} ({})", &actuator == &config.actuators.front() ? "" : ",",
                        std::min(actuator.limits.velocity * (3 / config.rate + config.max_age),
                                 actuator.limits.highest() - actuator.limits.lowest()),
                        actuator.limits.name);
  return text + ".\nAt the end its emergency stop is pressed and released. Keep your hand on the robot's own stop.\n";
}

void print(const DutyReport& report) {
  const char* outcome = report.outcome == DutyReport::Outcome::broken ? "BROKEN" : name_of(report.outcome);
  fmt::print("  {:<32}{:<9}{}\n", report.duty, outcome, report.remark);
  std::fflush(stdout);
}

struct Counts {
  ptrdiff_t kept, broken, untried;
};
Counts count(const std::vector<DutyReport>& reports) {
  const auto of = [&](DutyReport::Outcome outcome) {
    return std::ranges::count(reports, outcome, &DutyReport::outcome);
  };
  return {of(DutyReport::Outcome::kept), of(DutyReport::Outcome::broken), of(DutyReport::Outcome::untried)};
}

nlohmann::ordered_json json_of(const RobotConfig& config, const LinkCheckArguments& arguments,
                               const std::vector<DutyReport>& reports) {
  const Counts counts = count(reports);
  nlohmann::ordered_json json = {{"robot", config.robot},
                                 {"address", config.address},
                                 {"side", arguments.policy ? "policy" : "robot"},
                                 {"kept", counts.kept},
                                 {"broken", counts.broken},
                                 {"untried", counts.untried},
                                 {"duties", nlohmann::ordered_json::array()}};
  for (const DutyReport& report : reports)
    json["duties"].push_back({{"duty", report.duty}, {"outcome", name_of(report.outcome)}, {"remark", report.remark}});
  return json;
}

int link_check(const LinkCheckArguments& arguments) {
  const RobotConfig config = load_robot_config(arguments.robot);
  if (config.adapter != own_protocol)
    fail("{} speaks '{}'; this checks only robots that speak our own protocol", arguments.robot, config.adapter);
  if (arguments.policy && (arguments.arm || !arguments.only.empty()))
    fail("--policy tries the policy's side as a whole, which arms by itself; leave out --arm and --only");
  LinkCheckOptions options{
      .arm = arguments.arm, .connect_timeout = arguments.connect_timeout, .only = arguments.only, .on_report = print};
  if (arguments.policy)
    options.security = robot_security(config, arguments.keys);
  else
    options.secure = policy_security(config, arguments.keys);
  fmt::print("{}, at {}\n{}\n", config.robot, config.address, arguments.policy ? policy_plan : plan(config, arguments));
  std::fflush(stdout);
  const std::vector<DutyReport> reports =
      arguments.policy ? check_policy_side(config, options) : check_robot(config, options);
  const Counts counts = count(reports);
  fmt::print("\n{} kept, {} broken, {} untried\n", counts.kept, counts.broken, counts.untried);
  if (arguments.json) write_json(*arguments.json, json_of(config, arguments, reports));
  return counts.broken > 0 ? 1 : 0;
}

}  // namespace

Command::Work declare_link_check(CommandLine& line) {
  auto arguments = std::make_shared<LinkCheckArguments>();
  line.argument("ROBOT.yaml", arguments->robot, "the robot's file; its side of the link must run, without a controller")
      .is_input();
  line.flag("--arm", arguments->arm, "also tries what needs an armed robot: it holds its pose, and may move a little");
  line.flag("--policy", arguments->policy,
            "tries the policy's side instead: listens as this robot, and tries the one that connects");
  line.option("--only", arguments->only, "DUTY", "tries only this duty; may be given several times");
  line.option("--connect-timeout", arguments->connect_timeout, "S", "how long it waits for the robot; by default 5");
  line.option("--json", arguments->json, "F", "also writes the table to a file")
      .is_output(json_result("'sinew link-check'", {"robot", "side", "kept", "duties"}));
  line.option("--keys", arguments->keys, "FOLDER", "where the CURVE keys are, instead of ~/.config/sinew/keys")
      .is_folder();
  line.example("sinew link-check examples/robot.yaml     # first, in another terminal: python3 examples/robot.py");
  return [arguments] { return link_check(*arguments); };
}

}  // namespace sinew
