// One tick after another, without a link: modes, watchdog, blend, interpolation, safe commands.
#include "robots/control/robot_control.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

ActuatorConfig servo() {
  return {.limits = {.name = "servo",
                     .command = "position",
                     .position = {-1, 1},
                     .velocity = 10,
                     .acceleration = 1000,
                     .step = 1,
                     .when_stopped = "hold"}};
}
ActuatorConfig motor() {
  return {.limits = {.name = "motor",
                     .command = "torque",
                     .position = {-1, 1},
                     .velocity = 10,
                     .acceleration = 1000,
                     .torque = 4,
                     .step = 8,
                     .when_stopped = "damp",
                     .damping = 0.5}};
}

RobotConfig config_of(ActuatorConfig actuator) {
  RobotConfig config{.robot = "bench", .rate = 100, .max_age = 0.02, .watchdog = 0.03, .blend = 0};
  config.actuators = {std::move(actuator)};
  return config;
}

struct Body final : RobotBody {
  const std::vector<SensorSpec>& sensors() const override { return specs; }
  RobotState measure() override { return {.joints = {{&position, 1}, {&velocity, 1}, {}}, .stamp = now}; }
  void observe(std::span<float> numbers, std::string&) override { numbers[0] = static_cast<float>(position); }
  void command(std::span<const double> commands) override {
    told = commands[0];
    is_told = true;
  }
  void rest() override { is_told = ended = false; }  // after a reset, it starts again
  const char* fault() const override { return broken ? "broken" : nullptr; }
  bool has_ended() const override { return ended; }
  std::vector<SensorSpec> specs{{.name = "position", .shape = {1}}};
  double position = 0, velocity = 0, now = 50, told = 99;
  bool is_told = false, broken = false, ended = false;
};

// A robot at 100 Hz that receives an action with each tick.
struct Fixture {
  explicit Fixture(const RobotConfig& config) : control(config, body) {
    control.handle({RobotRequest::Kind::configure}, 50);
  }
  void tick(std::optional<double> action = {}, bool emergency = false, double age = 0.005) {
    body.now += 0.01;
    if (!action) return control.tick(body.now, nullptr, emergency);
    const ArrivedAction arrived{{session, ++sequence, 0, body.now - age, {*action}}, body.now - age + 0.002};
    control.tick(body.now, &arrived, emergency);
  }
  void arm() {
    control.handle({RobotRequest::Kind::arm, ++session}, body.now);
    sequence = 0;
  }
  RobotObservation observe() {
    RobotObservation out;
    out.numbers.resize(1);
    control.observe(out);
    return out;
  }
  Body body;
  RobotControl control;
  uint64_t session = 0, sequence = 0;
};

TEST(RobotControl, StopsWhereItsTaskHasEnded) {
  Fixture fixture(config_of(servo()));
  fixture.tick();
  fixture.arm();
  fixture.tick(0.1);
  ASSERT_EQ(fixture.control.mode(), Mode::armed);
  fixture.body.ended = true;
  fixture.tick(0.1);
  EXPECT_EQ(fixture.control.mode(), Mode::stopped);
  EXPECT_EQ(fixture.observe().alarm.alarm, Alarm::task_ended);
  // Acknowledged at one tick, it may be armed before the next one.
  fixture.control.handle({RobotRequest::Kind::acknowledge}, fixture.body.now);
  fixture.tick();
  EXPECT_EQ(fixture.observe().alarm.alarm, Alarm::none);
  fixture.arm();
  EXPECT_EQ(fixture.control.mode(), Mode::armed);
}

TEST(RobotControl, StopsWhereASensorReadsWhatCannotBe) {
  RobotConfig config = config_of(servo());
  config.actuators[0].limits.position = {-100, 100};
  config.watches.sensors = {{"position", 9}};
  Fixture fixture(config);
  fixture.tick();
  fixture.arm();
  fixture.body.position = -9;
  fixture.observe();
  fixture.tick();
  EXPECT_EQ(fixture.control.mode(), Mode::armed);
  fixture.body.position = -9.5;
  fixture.tick();
  fixture.observe();
  fixture.tick();
  EXPECT_EQ(fixture.control.mode(), Mode::stopped);
  const AlarmReport alarm = fixture.observe().alarm;
  EXPECT_EQ(alarm.alarm, Alarm::sensor);
  EXPECT_EQ(reading_text(fixture.body.specs, alarm.actuator, alarm.measured, alarm.limit),
            "sensor 'position', number 1, is -9.5, limit 9");
  config.watches.sensors = {{"positon", 9}};
  expect_contains(error_of([&] { Fixture other(config); }), "no sensor 'positon' of numbers; did you mean 'position'?");
  config.watches.sensors = {{"position", -1}};
  expect_contains(error_of([&] { Fixture other(config); }), "the bound of 'position' must be above 0, not -1");
}

TEST(RobotControl, TellsNothingUntilItIsArmed) {
  Fixture fixture(config_of(servo()));
  fixture.session = 1;
  for (int i = 0; i < 5; ++i) fixture.tick(0.1);
  EXPECT_FALSE(fixture.body.is_told);
  EXPECT_EQ(fixture.observe().mode, Mode::inactive);
  EXPECT_EQ(fixture.observe().session, 0u);
  fixture.session = 0;
  fixture.arm();
  fixture.tick(0.05);
  EXPECT_TRUE(fixture.body.is_told);
  EXPECT_EQ(fixture.body.told, 0.05);
  const RobotObservation seen = fixture.observe();
  EXPECT_EQ(seen.session, 1u);
  EXPECT_EQ(seen.action, 1u);
  EXPECT_NEAR(seen.action_age, 0.002, 1e-12);
}

TEST(RobotControl, IsNotArmedBeforeItHasMeasuredNorWhenSomethingIsWrong) {
  Fixture fixture(config_of(servo()));
  fixture.arm();
  EXPECT_EQ(fixture.control.mode(), Mode::inactive);
  EXPECT_EQ(fixture.observe().arm_refused.count, 1u);
  EXPECT_EQ(fixture.observe().arm_refused.alarm.alarm, Alarm::stale);
  fixture.body.position = 1.06;
  fixture.tick();
  fixture.arm();
  EXPECT_EQ(fixture.control.mode(), Mode::inactive);
  EXPECT_EQ(fixture.observe().alarm.alarm, Alarm::joint_range);
  fixture.body.position = 0;
  fixture.tick();
  fixture.arm();
  EXPECT_EQ(fixture.control.mode(), Mode::armed);
}

TEST(RobotControl, HoldsItsPoseUntilTheFirstActionComes) {
  Fixture fixture(config_of(servo()));
  fixture.body.position = 0.4;
  fixture.tick();
  fixture.arm();
  fixture.tick();
  EXPECT_EQ(fixture.body.told, 0.4);
}

TEST(RobotControl, StopsWhenItsLoopWasStuckForSoLong) {
  Fixture fixture(config_of(servo()));
  fixture.tick();
  fixture.arm();
  fixture.tick(0.05);
  fixture.body.now += 0.015;
  fixture.tick(0.06);
  EXPECT_EQ(fixture.control.mode(), Mode::armed);
  fixture.body.now += 0.025;
  fixture.tick(0.07);
  EXPECT_EQ(fixture.control.mode(), Mode::stopped);
  EXPECT_EQ(fixture.observe().alarm.alarm, Alarm::link_lost);
}

// The watchdog is 30 ms and a tick 10: it has stopped after the fourth tick without an action.
TEST(RobotControl, StopsWhenActionsStopAndStaysSo) {
  Fixture fixture(config_of(servo()));
  fixture.tick();
  fixture.arm();
  fixture.tick(0.05);
  fixture.body.position = 0.03;
  for (int i = 0; i < 3; ++i) fixture.tick();
  EXPECT_EQ(fixture.control.mode(), Mode::armed);
  EXPECT_EQ(fixture.body.told, 0.05);
  fixture.tick();
  EXPECT_EQ(fixture.control.mode(), Mode::stopped);
  EXPECT_EQ(fixture.observe().alarm.alarm, Alarm::link_lost);
  EXPECT_EQ(fixture.body.told, 0.03) << "the position measured when it stopped";
  fixture.body.position = 0.02;
  fixture.tick(0.5);
  EXPECT_EQ(fixture.body.told, 0.03) << "held, whatever comes and wherever it sags";
  fixture.control.handle({RobotRequest::Kind::configure}, fixture.body.now);
  fixture.arm();
  EXPECT_EQ(fixture.control.mode(), Mode::stopped);
  fixture.control.handle({RobotRequest::Kind::acknowledge}, fixture.body.now);
  fixture.arm();
  EXPECT_EQ(fixture.control.mode(), Mode::armed);
}

TEST(RobotControl, ActionsThatAreRefusedDoNotFeedTheWatchdog) {
  Fixture fixture(config_of(servo()));
  fixture.tick();
  fixture.arm();
  fixture.tick(0.05);
  for (int i = 0; i < 4; ++i) fixture.tick(nan);
  EXPECT_EQ(fixture.control.mode(), Mode::stopped);
  EXPECT_EQ(fixture.control.counters().refused[static_cast<size_t>(Refusal::not_finite)], 4u);
  EXPECT_EQ(fixture.body.told, 0);
}

TEST(RobotControl, StaleActionsAreAsGoodAsNone) {
  Fixture fixture(config_of(servo()));
  fixture.tick();
  fixture.arm();
  for (int i = 0; i < 4; ++i) fixture.tick(0.05, false, 0.021);
  EXPECT_EQ(fixture.control.mode(), Mode::stopped);
  EXPECT_EQ(fixture.control.counters().passed, 0u);
}

TEST(RobotControl, HoldsWhatItWasToldWhereASensorLeaps) {
  RobotConfig config = config_of(servo());
  config.actuators[0].limits.step = 0.1;
  Fixture fixture(config);
  fixture.tick();
  fixture.arm();
  fixture.tick(0.05);
  fixture.body.position = 2.5;
  fixture.tick(0.06);
  EXPECT_EQ(fixture.observe().alarm.alarm, Alarm::joint_range);
  EXPECT_EQ(fixture.body.told, 0.05);
}

// 10 rad/s for a tick of 0.01 s and the 0.01 s of `leap`: 0.2 rad.
RobotConfig config_that_doubts() {
  RobotConfig config = config_of(servo());
  config.watches.leap = 0.01;
  config.watches.age = 0.1;
  config.watchdog = 0.3;
  return config;
}

// Commanded to 0.05, it reads 0.5.
struct BenchThatLies : Fixture {
  explicit BenchThatLies(const RobotConfig& config) : Fixture(config) {
    tick();
    arm();
    tick(0.05);
    body.position = 0.5;
  }
};

TEST(RobotControl, AReadingThatLeapsOnceMovesNothing) {
  BenchThatLies fixture(config_that_doubts());
  fixture.tick(0.2);
  EXPECT_EQ(fixture.body.told, 0.05) << "the last good one is held";
  EXPECT_EQ(fixture.control.counters().refused[static_cast<size_t>(Refusal::leap)], 1u);
  fixture.body.position = 0.05;
  fixture.tick(0.1);
  EXPECT_EQ(fixture.body.told, 0.1);
  EXPECT_EQ(fixture.control.mode(), Mode::armed);
}

// Ten ticks of 0.01 s are the maximum age of the last believed reading.
TEST(RobotControl, AReadingThatLeaptAndStaysStopsIt) {
  BenchThatLies fixture(config_that_doubts());
  for (int i = 0; i < 9; ++i) {
    fixture.tick(0.2);
    ASSERT_EQ(fixture.body.told, 0.05) << i;
    ASSERT_EQ(fixture.control.mode(), Mode::armed) << i;
  }
  for (int i = 0; i < 2; ++i) fixture.tick(0.2);
  EXPECT_EQ(fixture.control.mode(), Mode::stopped);
  EXPECT_EQ(fixture.body.told, 0.05) << "it does not follow the sensor";
  const std::vector<ActuatorLimits> limits = {servo().limits};
  EXPECT_EQ(text_of(fixture.observe().alarm, limits),
            "'servo': what is measured leapt further than the joint can have moved: 0.5 rad, limit 0.3");
  fixture.control.handle({RobotRequest::Kind::acknowledge}, fixture.body.now);
  for (int i = 0; i < 2; ++i) fixture.tick();
  fixture.arm();
  EXPECT_EQ(fixture.control.mode(), Mode::armed) << "a person has checked it: it is where it is";
}

// The controller acts on the same readings and may send nothing meanwhile: the reason is still the reading.
TEST(RobotControl, TheWatchdogOfALyingReadingSaysSo) {
  RobotConfig config = config_that_doubts();
  config.watchdog = 0.03;
  BenchThatLies fixture(config);
  for (int i = 0; i < 4; ++i) fixture.tick();
  EXPECT_EQ(fixture.observe().alarm.alarm, Alarm::leap);
}

TEST(RobotControl, IsNotArmedInAPoseThatItIsNotIn) {
  Fixture fixture(config_that_doubts());
  fixture.tick();
  fixture.body.position = 0.5;
  fixture.tick();
  fixture.arm();
  EXPECT_EQ(fixture.control.mode(), Mode::inactive);
  EXPECT_EQ(fixture.observe().arm_refused.alarm.alarm, Alarm::leap);
  fixture.tick();
  fixture.arm();
  EXPECT_EQ(fixture.control.mode(), Mode::armed);
}

TEST(RobotControl, AJointThatStaysWhereItIsWhateverItIsToldStopsIt) {
  RobotConfig config = config_of(servo());
  config.watches.follow = 0.2;
  config.actuators[0].limits.step = 0.1;
  Fixture fixture(config);
  fixture.tick();
  fixture.arm();
  for (int i = 0; i < 20; ++i) {
    fixture.tick(0.5);
    ASSERT_EQ(fixture.control.mode(), Mode::armed) << i;
    ASSERT_LE(fixture.body.told, 0.1 + 1e-12) << "no more than a step away";
  }
  for (int i = 0; i < 5; ++i) fixture.tick(0.5);
  EXPECT_EQ(fixture.control.mode(), Mode::stopped);
  const std::vector<ActuatorLimits> limits = {servo().limits};
  EXPECT_EQ(text_of(fixture.observe().alarm, limits),
            "'servo': the joint is far from where it is told to be: 0.1 rad, limit 0.1");
}

TEST(RobotControl, DampsWithTheVelocityOfEachTick) {
  Fixture fixture(config_of(motor()));
  fixture.tick();
  fixture.arm();
  fixture.tick(2);
  EXPECT_EQ(fixture.body.told, 2);
  fixture.body.velocity = 3;
  fixture.tick({}, true);
  EXPECT_EQ(fixture.observe().alarm.alarm, Alarm::emergency);
  EXPECT_EQ(fixture.body.told, -1.5);
  fixture.body.velocity = -1;
  fixture.tick();
  EXPECT_EQ(fixture.body.told, 0.5);
}

TEST(RobotControl, WhatItSaysOfItselfStopsIt) {
  Fixture fixture(config_of(servo()));
  fixture.tick();
  fixture.arm();
  fixture.body.broken = true;
  fixture.tick(0.05);
  EXPECT_EQ(fixture.observe().alarm.alarm, Alarm::fault);
}

// Armed at 0 with a blend of 0.1 s: the action has half its weight after 50 ms and full weight after 100 ms.
TEST(RobotControl, BlendsFromThePoseInWhichItWasArmed) {
  RobotConfig config = config_of(servo());
  config.blend = 0.1;
  Fixture fixture(config);
  fixture.tick();
  fixture.arm();
  for (int i = 0; i < 5; ++i) fixture.tick(0.4);
  EXPECT_NEAR(fixture.body.told, 0.2, 1e-9);
  for (int i = 0; i < 5; ++i) fixture.tick(0.4);
  EXPECT_NEAR(fixture.body.told, 0.4, 1e-9);
}

// Four ticks per action: the command moves in four equal steps.
TEST(RobotControl, InterpolatesBetweenActions) {
  RobotConfig config = config_of(servo());
  config.rate = 25;
  config.control_rate = 100;
  config.max_age = config.watchdog = 0.1;
  config.interpolation = "linear";
  Fixture fixture(config);
  fixture.tick();
  fixture.arm();
  fixture.tick(0.08);
  EXPECT_EQ(fixture.body.told, 0);
  for (const double expected : {0.02, 0.04, 0.06, 0.08, 0.08}) {
    fixture.tick();
    EXPECT_NEAR(fixture.body.told, expected, 1e-9);
  }
}

TEST(RobotControl, SendsAnObservationEachPeriod) {
  RobotConfig config = config_of(servo());
  config.rate = 25;
  config.control_rate = 100;
  config.watchdog = 0.1;
  Fixture fixture(config);
  int due = 0;
  for (int i = 0; i < 40; ++i) {
    fixture.tick();
    due += fixture.control.observation_is_due();
  }
  EXPECT_EQ(due, 10);
}

// The actual command, not the requested one: after the blend and the gate, and between two actions.
TEST(RobotControl, AnObservationTellsWhatTheActuatorsAreTold) {
  RobotConfig config = config_of(servo());
  config.blend = 0.1;
  config.interpolation = "linear";
  config.control_rate = 400;
  config.actuators[0].limits.step = 0.2;
  Fixture fixture(config);
  fixture.body.position = 0.1;
  fixture.tick();
  fixture.arm();
  EXPECT_EQ(fixture.observe().told, std::vector{0.1});
  fixture.tick(0.9);
  EXPECT_EQ(fixture.observe().action, 1u);
  EXPECT_EQ(fixture.observe().wanted, std::vector{0.9});
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(fixture.observe().told, std::vector{fixture.body.told});
    EXPECT_LE(fixture.body.told, 0.1 + 0.2 + 1e-12);
    fixture.tick(i == 1 ? std::optional(nan) : std::nullopt);
  }
  EXPECT_EQ(fixture.observe().wanted, std::vector{0.9}) << "a refused action is not a wish";
}

TEST(RobotControl, AllocatesNothing) {
  Fixture fixture(config_of(servo()));
  fixture.tick();
  fixture.arm();
  RobotObservation out = fixture.control.empty_observation();
  ArrivedAction action{{1, 0, 0, 0, {0.1}}};
  const long before = allocations();
  for (int i = 0; i < 100; ++i) {
    fixture.body.now += 0.01;
    action.sequence = static_cast<uint64_t>(i) + 1;
    action.observed_at = action.arrived = fixture.body.now;
    fixture.control.tick(fixture.body.now, &action, i == 90);
    fixture.control.observe(out);
  }
  EXPECT_EQ(allocations(), before);
  EXPECT_EQ(out.mode, Mode::stopped);
}

}  // namespace
}  // namespace sinew
