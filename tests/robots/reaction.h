#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/robots/fake_robot.h"

/// How fast a robot becomes safe after a fault.
namespace sinew {

/// The time for which it may continue: its watchdog's period and one tick.
double reaction_bound(const RobotConfig& config);

/// Reports a fault in one line, on standard output and among the test's properties. If other threads and processes take
/// part, a busy machine may exceed the bound by some seconds; more than that is a failure.
void report_reaction(const std::string& fault, double seconds, double bound, const std::string& remark = "");

/// Expects that the robot has stopped in time: once it had obeyed nothing for its watchdog's period since `since`, s,
/// none of its ticks left it armed, except one that had already begun. This holds on a busy machine, because a tick
/// that starts late does not count.
void expect_in_time(const std::string& fault, double since, const RunningRobot& robot, const RobotConfig& config);

/// Waits until the robot has stopped since `fault_at`, s, and reports the time from then or from the last action that
/// it obeyed, whichever is later; checks that it was in time, as above. Then checks that its motors hold still and that
/// none was ever commanded outside its limits. `meanwhile` is called repeatedly.
void expect_stop(
    const std::string& fault, double fault_at, RunningRobot& robot, FakeBody& body,
    const std::function<void()>& meanwhile = [] {});

}  // namespace sinew
