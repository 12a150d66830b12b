#include "tests/robots/reaction.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "core/clock.h"

namespace sinew {
namespace {

constexpr double slack = 5;  // s: allowance beyond a bound for a busy machine

void report(const std::string& fault, double seconds, double bound, const std::string& remark) {
  fmt::print("reaction: {:<60} {:6.1f} ms of {:.0f} ms{}\n", fault, 1000 * seconds, 1000 * bound, remark);
  std::string key = fault;
  std::ranges::replace_if(key, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  testing::Test::RecordProperty(key, fmt::format("{:.4f}", seconds));
  EXPECT_GE(seconds, 0) << fault;
}

}  // namespace

double reaction_bound(const RobotConfig& config) { return config.watchdog + config.tick(); }

void report_reaction(const std::string& fault, double seconds, double bound, const std::string& remark) {
  report(fault, seconds, bound, remark);
  EXPECT_LE(seconds, bound + slack) << fault;
}

// A tick that measured just after its own clock reading may still have been in time.
void expect_in_time(const std::string& fault, double since, const RunningRobot& robot, const RobotConfig& config) {
  EXPECT_LE(robot.ticks_armed_after(since + config.watchdog), 1u) << fault << ": its watchdog is late";
}

void expect_stop(const std::string& fault, double fault_at, RunningRobot& robot, FakeBody& body,
                 const std::function<void()>& meanwhile) {
  const bool stopped = soon([&] {
    meanwhile();
    return robot.stopped_at() > fault_at && robot.server().mode() == Mode::stopped;
  });
  ASSERT_TRUE(stopped) << fault << ": the robot goes on";
  const double stopped_at = robot.stopped_at(), since = std::max(fault_at, robot.obeyed_at());
  report(fault, stopped_at - since, reaction_bound(robot.config()),
         since > fault_at ? fmt::format("; {:.1f} ms since the fault", 1000 * (stopped_at - fault_at)) : "");
  expect_in_time(fault, since, robot, robot.config());
  const uint64_t commands = body.commands;
  EXPECT_TRUE(soon([&] {
    meanwhile();
    return body.commands > commands + 3;
  })) << fault
      << ": its motors are not held";
  EXPECT_EQ(robot.server().mode(), Mode::stopped) << fault << ": it goes on by itself";
  EXPECT_LE(body.changed_at, stopped_at) << fault << ": its motors do not hold still";
  EXPECT_EQ(body.outside, 0u) << fault;
}

}  // namespace sinew
