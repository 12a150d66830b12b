#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/robots/fake_robot.h"

/// How fast a robot becomes safe when something goes wrong.
namespace sinew {

/// How long it may go on: its watchdog's period and one tick.
double reaction_bound(const RobotConfig& config);

/// One line for a fault, on standard output and among the test's properties. A busy machine may take 0.5 s more than
/// the bound, or 3 s under a sanitizer; beyond that it is a mistake.
void report_reaction(const std::string& fault, double seconds, double bound, const std::string& remark = "");

/// Waits until the robot has stopped since `fault_at`, s, and reports how long that took from then, or from the last
/// action that it obeyed, if that came later. Then its motors hold still, and none of them was ever told anything
/// outside of its limits. `meanwhile` is called over and over.
void expect_stop(
    const std::string& fault, double fault_at, RunningRobot& robot, FakeBody& body,
    const std::function<void()>& meanwhile = [] {});

}  // namespace sinew
