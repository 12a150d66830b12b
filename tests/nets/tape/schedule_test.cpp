#include "nets/tape/schedule.h"

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

Schedule read(const std::string& yaml) {
  Schedule schedule;
  read_value(*ConfigNode::parse_text("rate: " + yaml, "f.yaml").find("rate"), schedule);
  return schedule;
}

TEST(Schedule, ANumberIsConstant) {
  const Schedule schedule = read("3e-4");
  for (const double progress : {0.0, 0.5, 1.0}) EXPECT_EQ(schedule.at(progress), 3e-4);
}

TEST(Schedule, AStraightLine) {
  const Schedule schedule = read("{start: 4, end: 1}");
  EXPECT_EQ(schedule.at(0), 4);
  EXPECT_EQ(schedule.at(0.5), 2.5);
  EXPECT_EQ(schedule.at(1), 1);
}

TEST(Schedule, IsWrittenAsItWasRead) {
  for (const char* yaml : {"0.25", "{start: 0.5, end: 0}"}) {
    const Schedule schedule = read(yaml);
    Schedule again;
    read_value(write_value(schedule), again);
    EXPECT_EQ(again.start, schedule.start);
    EXPECT_EQ(again.end, schedule.end);
    EXPECT_EQ(write_value(schedule).is_map(), yaml[0] == '{');
  }
}

TEST(Schedule, Errors) {
  const auto message = [](const char* yaml) { return error_of([&] { read(yaml); }); };
  expect_contains(message("fast"), "f.yaml:1:7");
  expect_contains(message("-1"), "rate");
  expect_contains(message("{start: 1}"), "end");
  expect_contains(message("{start: 1, end: 0, step: 2}"), "step");
  expect_contains(message("{start: 1, end: -1}"), "f.yaml:1:23");
  expect_contains(message("[1, 0]"), "f.yaml:1:7");
}

}  // namespace
}  // namespace sinew
