#include "robots/check/link_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/text.h"
#include "robots/check/link_check_internal.h"
#include "robots/link/emergency_stop.h"

namespace sinew {

RobotCheck::RobotCheck(const RobotConfig& config, const LinkCheckOptions& options)
    : config_(config), options_(options), probe_(config, options.secure) {
  hello_ = {protocol_version, "sinew link-check", "none", {{}, actions_of(config.limits(), config.rate)},
            config.limits(),  config.timing()};
}

double RobotCheck::soon() const { return 2 / config_.rate + slack; }

void RobotCheck::greet() {
  if (const std::string why = probe_.greet(hello_, options_.connect_timeout); !why.empty())
    fail("it does not welcome this side: {}", why);
  hello_.interface.sensors = probe_.welcome.interface.sensors;
}

void RobotCheck::make_inactive() {
  probe_.is_silent = false;
  probe_.acts = true;
  probe_.on_observation = nullptr;
  greet();
  const uint64_t before = probe_.observations;
  if (!probe_.until([&] { return probe_.observations > before + 1; }, patience)) fail("it sends no observations");
  if (std::exchange(is_pressed_, false))
    release_emergency_stop(config_.stop_address, options_.secure, "sinew link-check", stop_timeout);
  if (probe_.seen.mode == Mode::stopped) probe_.say(Acknowledge{});
  if (!probe_.until([&] { return probe_.seen.mode == Mode::inactive; }, patience))
    fail("it does not become inactive: it is {} ({})", name_of(probe_.seen.mode), shortened(probe_.seen.why));
}

void RobotCheck::make_armed() {
  make_inactive();
  const uint64_t refusals = probe_.refusals;
  if (!probe_.arm(patience))
    fail("it does not obey after it was asked to arm: it is {}{}", name_of(probe_.seen.mode),
         probe_.refusals > refusals ? ", and says: " + shortened(probe_.refusal) : "");
}

namespace {

struct NamedDuty {
  const char* name;
  bool is_for_armed;
  std::string (RobotCheck::*test)();  // returns what is wrong; "": nothing
};

// In the order of the tests.
const NamedDuty duties[] = {
    {"welcomes", false, &RobotCheck::welcomes},
    {"is what its file says", false, &RobotCheck::is_what_its_file_says},
    {"refuses other versions", false, &RobotCheck::refuses_other_versions},
    {"refuses other limits", false, &RobotCheck::refuses_other_limits},
    {"refuses other actions", false, &RobotCheck::refuses_other_actions},
    {"refuses other times", false, &RobotCheck::refuses_other_times},
    {"refuses other sensors", false, &RobotCheck::refuses_other_sensors},
    {"obeys one controller", false, &RobotCheck::obeys_one_controller},
    {"lets a silent controller go", false, &RobotCheck::lets_a_silent_controller_go},
    {"observes at its rate", false, &RobotCheck::observes_at_its_rate},
    {"counts and stamps", false, &RobotCheck::counts_and_stamps},
    {"says what was announced", false, &RobotCheck::says_what_was_announced},
    {"answers heartbeats", false, &RobotCheck::answers_heartbeats},
    {"survives rubbish", false, &RobotCheck::survives_rubbish},
    {"obeys", true, &RobotCheck::obeys},
    {"refuses numbers that are none", true, &RobotCheck::refuses_what_is_not_finite},
    {"refuses other sizes", true, &RobotCheck::refuses_other_sizes},
    {"refuses other sessions", true, &RobotCheck::refuses_other_sessions},
    {"refuses what is repeated", true, &RobotCheck::refuses_what_is_repeated},
    {"refuses what is too late", true, &RobotCheck::refuses_what_is_late},
    {"refuses other stamps", true, &RobotCheck::refuses_other_stamps},
    {"limits", true, &RobotCheck::limits},
    {"stops by its watchdog", true, &RobotCheck::stops_by_its_watchdog},
    {"stays stopped", true, &RobotCheck::stays_stopped},
    {"takes no session twice", true, &RobotCheck::takes_no_session_twice},
    {"stops when told to", true, &RobotCheck::stops_when_told_to},
    {"stops at a greeting", true, &RobotCheck::stops_at_a_greeting},
    {"stops in silence", true, &RobotCheck::stops_in_silence},
    {"has an emergency stop", true, &RobotCheck::has_an_emergency_stop},
    {"keeps its emergency stop", true, &RobotCheck::keeps_its_emergency_stop},
    {"releases its emergency stop", true, &RobotCheck::releases_its_emergency_stop},
};

void check_names(const std::vector<std::string>& only) {
  std::vector<std::string> names;
  for (const NamedDuty& duty : duties) names.emplace_back(duty.name);
  for (const std::string& name : only)
    if (std::ranges::find(names, name) == names.end()) fail("no duty is called '{}'{}", name, suggestion(name, names));
}

DutyReport try_duty(RobotCheck& check, const NamedDuty& duty) {
  DutyReport report{.duty = duty.name};
  try {
    report.remark = (check.*duty.test)();
    report.outcome = report.remark.empty() ? DutyReport::Outcome::kept : DutyReport::Outcome::broken;
  } catch (const Error& error) {
    report.remark = error.what();
    report.outcome = DutyReport::Outcome::broken;
  }
  return report;
}

}  // namespace

std::vector<DutyReport> check_robot(const RobotConfig& config, const LinkCheckOptions& options) {
  check_names(options.only);
  RobotCheck check(config, options);
  std::vector<DutyReport> reports;
  bool answers = true;
  for (const NamedDuty& duty : duties) {
    if (!options.only.empty() && std::ranges::find(options.only, duty.name) == options.only.end()) continue;
    DutyReport report{.duty = duty.name};
    if (!answers)
      report.remark = "it does not welcome this side";
    else if (duty.is_for_armed && !options.arm)
      report.remark = "the robot is not armed for it";
    else
      report = try_duty(check, duty);
    if (duty.test == &RobotCheck::welcomes) answers = report.outcome == DutyReport::Outcome::kept;
    if (options.on_report) options.on_report(report);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace sinew
