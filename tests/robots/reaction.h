#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/robots/fake_robot.h"

/// How fast a robot becomes safe when something goes wrong.
namespace sinew {

/// How long it may go on: its watchdog's period and one tick.
double reaction_bound(const RobotConfig& config);

/// One line for a fault, on standard output and among the test's properties. Where other threads and processes take
/// part, a busy machine may take some seconds more than the bound; beyond that it is a mistake.
void report_reaction(const std::string& fault, double seconds, double bound, const std::string& remark = "");

/// The robot has stopped, and was not late: none of its own ticks, but one that had begun, left it armed once it had
/// obeyed nothing for its watchdog since `since`, s. However busy the machine is: a tick that comes late does not
/// count.
void expect_in_time(const std::string& fault, double since, const RunningRobot& robot, const RobotConfig& config);

/// Waits until the robot has stopped since `fault_at`, s, and reports how long that took from then, or from the last
/// action that it obeyed, if that came later; it was in time, as above. Then its motors hold still, and none of them
/// was ever told anything outside of its limits. `meanwhile` is called over and over.
void expect_stop(
    const std::string& fault, double fault_at, RunningRobot& robot, FakeBody& body,
    const std::function<void()>& meanwhile = [] {});

}  // namespace sinew
