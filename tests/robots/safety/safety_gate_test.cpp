#include "robots/safety/safety_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"

// Invalid actions are refused, and accepted ones stay within every limit.
namespace sinew {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

ActuatorLimits servo() {
  return {.name = "servo",
          .command = "position",
          .position = {-1, 1},
          .velocity = 2,
          .acceleration = 10,
          .step = 0.5,
          .when_stopped = "hold"};
}
ActuatorLimits wheel() {
  return {.name = "wheel",
          .command = "velocity",
          .position = {-1, 1},
          .velocity = 2,
          .acceleration = 10,
          .step = 1,
          .when_stopped = "zero"};
}
ActuatorLimits motor() {
  return {.name = "motor",
          .command = "torque",
          .position = {-1, 1},
          .velocity = 2,
          .acceleration = 10,
          .torque = 4,
          .step = 3,
          .when_stopped = "damp",
          .damping = 0.5};
}

// A gate with one actuator, its joint, and a clock of 100 Hz.
struct Fixture {
  explicit Fixture(const ActuatorLimits& limits, double at = 0) : gate({limits}, 0.05), position(at) {
    gate.begin(7, measured(), now);
  }
  MeasuredJoints measured() const { return {{&position, 1}, {&velocity, 1}, {&torque, 1}, now}; }
  // Places the joint as if it had always been there.
  void put(double at) {
    position = at;
    gate.believe(measured());
  }
  Refusal pass(double value) {
    now += 0.01;
    return gate.pass({7, ++sequence, 0, now - 0.005, {value}}, measured(), now, {&command, 1});
  }
  uint64_t limited(Limit limit) const { return gate.counters().limited[static_cast<size_t>(limit)]; }
  SafetyGate gate;
  double position, velocity = 0, torque = 0, command = 99, now = 1000;
  uint64_t sequence = 0;
};

TEST(SafetyGate, RefusesWhatMustNotBeObeyed) {
  Fixture fixture(servo());
  const std::vector<double> values = {0.01};
  const auto pass = [&](const RobotAction& action) {
    return fixture.gate.pass(action, fixture.measured(), 1000, {&fixture.command, 1});
  };
  const std::vector<double> two = {0, 0};
  for (const double wrong : {nan, infinity, -infinity}) EXPECT_EQ(pass({7, 5, 0, 1000, {wrong}}), Refusal::not_finite);
  EXPECT_EQ(pass({7, 5, 0, 1000, two}), Refusal::wrong_size);
  EXPECT_EQ(pass({7, 5, 0, 1000, {}}), Refusal::wrong_size);
  EXPECT_EQ(pass({8, 5, 0, 1000, values}), Refusal::wrong_session);
  EXPECT_EQ(pass({7, 5, 0, 999.9, values}), Refusal::stale);
  EXPECT_EQ(pass({7, 5, 0, 1000.1, values}), Refusal::stale);  // of the future
  EXPECT_EQ(pass({7, 5, 0, nan, values}), Refusal::stale);
  EXPECT_EQ(fixture.command, 99);  // unchanged by all of them
  EXPECT_EQ(pass({7, 5, 0, 1000, values}), Refusal::none);
  EXPECT_EQ(pass({7, 5, 0, 1000, values}), Refusal::repeated);
  EXPECT_EQ(pass({7, 4, 0, 1000, values}), Refusal::reordered);
  EXPECT_EQ(pass({7, 6, 0, 1000, values}), Refusal::none);
  EXPECT_EQ(fixture.gate.counters().passed, 2u);
  EXPECT_EQ(fixture.gate.counters().total_refused(), 11u);
  EXPECT_EQ(fixture.gate.counters().refused[static_cast<size_t>(Refusal::not_finite)], 3u);
}

TEST(SafetyGate, RefusesWithoutSightOfTheJoints) {
  Fixture fixture(servo());
  fixture.velocity = nan;
  EXPECT_EQ(fixture.pass(0), Refusal::blind);
  fixture.velocity = 0;
  fixture.put(1.6);  // 0.6 outside, and a step is 0.5
  EXPECT_EQ(fixture.pass(0), Refusal::beyond_range);
  fixture.put(1.4);
  EXPECT_EQ(fixture.pass(0), Refusal::none);
}

TEST(SafetyGate, ObeysNobodyBeforeASessionBegins) {
  SafetyGate gate({servo()}, 0.05);
  const double zero = 0;
  double command = 0;
  EXPECT_EQ(gate.pass({0, 1, 0, 0, {zero}}, {{&zero, 1}, {&zero, 1}, {}}, 0, {&command, 1}), Refusal::wrong_session);
}

// 10 rad/s² · 0.01 s = 0.1 rad/s more in each step, up to 2 rad/s.
TEST(SafetyGate, APositionFollowsByHand) {
  Fixture fixture(servo());
  ASSERT_EQ(fixture.pass(0.9), Refusal::none);
  EXPECT_NEAR(fixture.command, 0.001, 1e-12);
  fixture.position = fixture.command;
  ASSERT_EQ(fixture.pass(0.9), Refusal::none);
  EXPECT_NEAR(fixture.command, 0.003, 1e-12);
  EXPECT_EQ(fixture.limited(Limit::acceleration), 2u);
  EXPECT_EQ(fixture.limited(Limit::velocity), 0u);
}

TEST(SafetyGate, APositionIsReachedAndNoLimitIsPassedOnTheWay) {
  Fixture fixture(servo(), -1);
  double before = -1, rate = 0, fastest = 0;
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(fixture.pass(1000), Refusal::none);
    const double own_rate = (fixture.command - before) / 0.01;
    EXPECT_LE(std::abs(own_rate - rate), 0.1 + 1e-9) << i;
    EXPECT_LE(fixture.command, 1);
    fastest = std::max(fastest, own_rate);
    rate = own_rate;
    fixture.position = before = fixture.command;
  }
  EXPECT_NEAR(fastest, 2, 1e-9);
  EXPECT_NEAR(fixture.command, 1, 1e-9);
}

TEST(SafetyGate, AMotorThatDoesNotFollowIsNotLeftBehind) {
  Fixture fixture(servo());
  for (int i = 0; i < 200; ++i) fixture.pass(1);  // the joint stays at 0
  EXPECT_NEAR(fixture.command, 0.5, 1e-12);
  EXPECT_GT(fixture.limited(Limit::step), 0u);
}

TEST(SafetyGate, AWheelStopsBeforeItsEnd) {
  Fixture fixture(wheel());
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(fixture.pass(1000), Refusal::none);
    EXPECT_LE(fixture.command, 2);
    fixture.velocity = fixture.command;
    fixture.position += 0.01 * fixture.velocity;
    EXPECT_LE(fixture.position, 1 + 1e-9);
  }
  EXPECT_NEAR(fixture.position, 1, 1e-6);
  EXPECT_NEAR(fixture.command, 0, 1e-3);
  EXPECT_GT(fixture.limited(Limit::position), 0u);
}

TEST(SafetyGate, ATorqueOnlySlowsDownAtTheEnds) {
  Fixture fixture(motor());
  ASSERT_EQ(fixture.pass(2), Refusal::none);
  EXPECT_EQ(fixture.command, 2);
  fixture.torque = 2;
  fixture.pass(100);
  EXPECT_EQ(fixture.command, 4);  // a step of 3 would be 5
  fixture.torque = 0;
  fixture.velocity = 2.5;
  fixture.pass(3);
  EXPECT_EQ(fixture.command, 0);
  fixture.pass(-3);
  EXPECT_EQ(fixture.command, -3);
  fixture.velocity = 1.9;
  fixture.put(0.9);  // too fast for the remaining 0.1 rad: √(2 · 10 · 0.1) = 1.41
  fixture.pass(3);
  EXPECT_EQ(fixture.command, 0);
  fixture.velocity = 0;
  fixture.put(-1.2);
  fixture.pass(-3);
  EXPECT_EQ(fixture.command, 0);
  fixture.pass(3);
  EXPECT_EQ(fixture.command, 3);
}

TEST(SafetyGate, AfterAGapNothingJumps) {
  Fixture fixture(servo());
  fixture.now += 60;
  fixture.pass(1);
  EXPECT_LE(fixture.command, 10 * 0.05 * 0.05 + 1e-12);
}

TEST(SafetyGate, WhatIsToldWhenActionsStop) {
  const SafetyGate gate({servo(), wheel(), motor()}, 0.05);
  std::vector<double> command(3), position = {0.3, 0, 0}, velocity = {1, 1, 1};
  gate.stop({position, velocity, {}}, command);
  EXPECT_EQ(command, (std::vector<double>{0.3, 0, -0.5}));
  position[0] = 5;
  velocity[2] = -100;
  gate.stop({position, velocity, {}}, command);
  EXPECT_EQ(command, (std::vector<double>{1, 0, 4}));
  position[0] = velocity[2] = nan;
  gate.stop({position, velocity, {}}, command);
  EXPECT_EQ(command, (std::vector<double>{0, 0, 0}));
}

// For any action and any measurement, the command is finite and within the actuator's limits.
TEST(SafetyGate, NothingGetsPast) {
  SafetyGate gate({servo(), wheel(), motor()}, 0.05, infinity);
  const double highest[] = {1, 2, 4};
  Rng rng(3);
  const double odd[] = {nan, infinity, -infinity, 1e300, -1e300, 0, -0.0, 5e-324};
  const auto draw = [&](double range, uint32_t one_in) {
    return rng.below(one_in) == 0 ? odd[rng.below(8)] : rng.uniform(-range, range);
  };
  std::vector<double> position(3), velocity(3), torque(3), command(3);
  RobotAction action{.values = std::vector<double>(3)};
  const MeasuredJoints measured{position, velocity, torque};
  double now = 0;
  gate.begin(1, measured, now);
  const int64_t before = allocations();
  for (int i = 0; i < 200000; ++i) {
    now += rng.uniform(0, 0.03);
    for (int k = 0; k < 3; ++k) {
      action.values[k] = draw(5, 20);
      position[k] = draw(1.5, 40);
      velocity[k] = draw(3, 40);
      torque[k] = draw(5, 40);
    }
    if (rng.below(50) == 0) gate.begin(1 + rng.below(2), measured, now);
    action.session = 1 + rng.below(2);
    action.sequence = static_cast<uint64_t>(i) + rng.below(3);
    action.observed_at = now - draw(0.06, 50);
    gate.pass(action, measured, now, command);
    for (int k = 0; k < 3; ++k) ASSERT_LE(std::abs(command[k]), highest[k]) << "actuator " << k << ", action " << i;
    if (rng.below(100) == 0) gate.stop(measured, command);
    for (int k = 0; k < 3; ++k) ASSERT_LE(std::abs(command[k]), highest[k]);
  }
  EXPECT_EQ(allocations() - before, 0);
  EXPECT_GT(gate.counters().passed, 1000u);
  for (const Refusal refusal : {Refusal::not_finite, Refusal::wrong_session, Refusal::repeated, Refusal::reordered,
                                Refusal::stale, Refusal::blind, Refusal::beyond_range})
    EXPECT_GT(gate.counters().refused[static_cast<size_t>(refusal)], 0u) << name_of(refusal);
  for (const uint64_t limited : gate.counters().limited) EXPECT_GT(limited, 0u);
}

// 2 rad/s for the 0.01 s since the last reading and the 0.1 s of `leap`: 0.22 rad.
TEST(SafetyGate, AReadingThatItsVelocityDoesNotExplainIsNotBelieved) {
  Fixture fixture(servo());
  ASSERT_EQ(fixture.pass(0.1), Refusal::none);
  const double before = fixture.command;
  for (const double lie : {0.23, -0.23, 0.9, -0.9}) {
    fixture.position = before + lie;
    EXPECT_EQ(fixture.pass(0.1), Refusal::leap) << lie;
    EXPECT_EQ(fixture.command, before) << "held";
    fixture.position = 0;
    EXPECT_EQ(fixture.pass(0.1), Refusal::none) << "once, and it goes on";
    EXPECT_LE(std::abs(fixture.command - before), 2 * 0.02 + 1e-12);
    fixture.gate.begin(7, fixture.measured(), fixture.now);
    fixture.sequence = 0;
    fixture.pass(0.1);
  }
  fixture.position = 0.21;
  EXPECT_EQ(fixture.pass(0.1), Refusal::none);
}

// In the 0.05 s of an action's age and those of `leap` a joint moves by 0.3 rad: no gap explains more.
TEST(SafetyGate, ALieDoesNotBecomeTrueWithTime) {
  Fixture fixture(servo());
  for (int i = 0; i < 1000; ++i) {
    fixture.position = 0.31;
    ASSERT_EQ(fixture.pass(0), Refusal::leap) << i;
  }
  const std::optional<Leap> leap = fixture.gate.look(fixture.measured());
  ASSERT_TRUE(leap);
  EXPECT_NEAR(leap->moved, 0.31, 1e-12);
  EXPECT_NEAR(leap->explained, 0.3, 1e-12);
  EXPECT_NEAR(leap->seconds, 10, 1e-9);
  fixture.gate.begin(7, fixture.measured(), fixture.now);
  EXPECT_FALSE(fixture.gate.look(fixture.measured())) << "a session begins where it is";
}

TEST(SafetyGate, AJointThatWasHeldBackMaySnapToWhereItIsTold) {
  Fixture fixture(servo());
  for (int i = 0; i < 200; ++i) fixture.pass(1);  // the joint stays at 0, with the command 0.5
  fixture.position = 0.45;
  EXPECT_EQ(fixture.pass(1), Refusal::none);
}

TEST(SafetyGate, ReadingsThatAreExchangedAreNotBelieved) {
  ActuatorLimits other = servo();
  other.name = "other";
  SafetyGate gate({servo(), other}, 0.05);
  std::vector<double> position = {0.4, -0.3}, velocity = {0, 0}, command(2);
  double now = 0;
  gate.begin(1, {position, velocity, {}, now}, now);
  const auto pass = [&](uint64_t sequence) {
    now += 0.01;
    return gate.pass({1, sequence, 0, now, position}, {position, velocity, {}, now}, now, command);
  };
  EXPECT_EQ(pass(1), Refusal::none);
  std::swap(position[0], position[1]);
  EXPECT_EQ(pass(2), Refusal::leap);
  EXPECT_NEAR(command[0], 0.4, 1e-12);
  std::swap(position[0], position[1]);
  EXPECT_EQ(pass(3), Refusal::none);
}

// Includes `step`, which pulls a command back to the measured position, which may be wrong.
TEST(SafetyGate, NothingThatIsMeasuredMovesACommandFasterThanItMay) {
  ActuatorLimits free_wheel = wheel();
  free_wheel.position = {-1000, 1000};
  SafetyGate gate({servo(), free_wheel}, 0.05, infinity);
  Rng rng(5);
  std::vector<double> values(2), position(2), velocity(2), command(2), before(2);
  double now = 0;
  gate.begin(1, {position, velocity, {}, now}, now);
  for (uint64_t i = 1; i < 20000; ++i) {
    const double seconds = rng.uniform(0.001, 0.05);
    now += seconds;
    for (size_t k = 0; k < 2; ++k) {
      values[k] = rng.uniform(-2, 2);
      position[k] = rng.uniform(-1.4, 1.4);
      velocity[k] = rng.uniform(-5, 5);
    }
    ASSERT_EQ(gate.pass({1, i, 0, now, values}, {position, velocity, {}, now}, now, command), Refusal::none);
    ASSERT_LE(std::abs(command[0] - before[0]), 2 * seconds + 1e-9) << i;
    ASSERT_LE(std::abs(command[1] - before[1]), 10 * seconds + 1e-9) << i;
    before = command;
  }
  EXPECT_GT(gate.counters().limited[static_cast<size_t>(Limit::step)], 1000u);
}

}  // namespace
}  // namespace sinew
