// From an observation to a command, without a link: the same bits as in an evaluation, and when the memory is reset.
#include "robots/control/policy_control.h"

#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"
#include "tests/robots/fake_robot.h"

namespace sinew {
namespace {

const std::string lstm = "{actor: [{linear: 8}, tanh, {lstm: 8}], actor_gain: 1}";

// The i-th of a stream of observations.
void fill(ArrivedObservation& out, uint64_t session, int i) {
  out.session = session;
  out.sequence = static_cast<uint64_t>(i) + 1;
  out.stamp = 100 + 0.01 * i;
  out.received = 7 + 0.01 * i;
  for (size_t k = 0; k < out.numbers.size(); ++k)
    out.numbers[k] = static_cast<float>(0.1 * ((i + static_cast<int>(k)) % 7));
  out.joints = {0, 0, 0, 0};
}

// The output of an evaluation's runner for the same observations, with the memory empty before the first.
std::vector<float> evaluated(const Policy& policy, int from, int to) {
  PolicyRunner runner(policy);
  std::vector<float> state(static_cast<size_t>(policy.state_size())), action(2);
  ArrivedObservation observation = PolicyControl(policy, fake_config()).empty_observation();
  for (int i = from; i <= to; ++i) {
    fill(observation, 1, i);
    const uint8_t reset = i == from;
    runner.act({1, observation.numbers.data(), nullptr}, state, {&reset, 1}, action);
  }
  return action;
}

TEST(PolicyControl, GivesTheBitsOfAnEvaluation) {
  const Policy policy = fake_policy(lstm);
  PolicyControl control(policy, fake_config());
  ArrivedObservation observation = control.empty_observation();
  PolicyDecision decision = control.empty_decision();
  for (int i = 0; i < 10; ++i) {
    fill(observation, 1, i);
    control.act(observation, observation.received + 0.001, decision);
    EXPECT_EQ(decision.starts_anew, i == 0);
    EXPECT_EQ(decision.sequence, static_cast<uint64_t>(i) + 1);
    EXPECT_EQ(decision.policy, evaluated(policy, 0, i)) << "step " << i;
    EXPECT_EQ(decision.refusal, Refusal::none);
  }
}

TEST(PolicyControl, ItsMemoryBeginsAnewWithASessionAndAfterAGap) {
  const Policy policy = fake_policy(lstm);
  PolicyControl control(policy, fake_config());
  ArrivedObservation observation = control.empty_observation();
  PolicyDecision decision = control.empty_decision();
  const auto act = [&](uint64_t session, int i) {
    fill(observation, session, i);
    control.act(observation, observation.received, decision);
  };
  for (int i = 0; i < 4; ++i) act(0, i);
  act(1, 4);  // armed
  EXPECT_TRUE(decision.starts_anew);
  EXPECT_EQ(decision.sequence, 1u);
  EXPECT_EQ(decision.policy, evaluated(policy, 4, 4));
  act(1, 5);
  EXPECT_FALSE(decision.starts_anew);
  act(1, 5 + 19);  // 0.19 s later: within the watchdog
  EXPECT_FALSE(decision.starts_anew);
  act(1, 24 + 21);
  EXPECT_TRUE(decision.starts_anew);
  EXPECT_EQ(decision.policy, evaluated(policy, 45, 45));
  EXPECT_EQ(decision.sequence, 4u) << "the robot still counts in the same session";
  EXPECT_EQ(decision.refusal, Refusal::none);
}

TEST(PolicyControl, ScaleAndOffsetTurnANumberIntoACommand) {
  const Policy policy = fake_policy();
  RobotConfig config = fake_config();
  config.actuators[0].scale = 0.25;
  config.actuators[0].offset = 0.1;
  PolicyControl control(policy, config);
  ArrivedObservation observation = control.empty_observation();
  PolicyDecision decision = control.empty_decision();
  fill(observation, 1, 3);
  control.act(observation, observation.received, decision);
  EXPECT_EQ(decision.wanted[0], 0.1 + 0.25 * static_cast<double>(decision.policy[0]));
  EXPECT_EQ(decision.wanted[1], static_cast<double>(decision.policy[1]));
}

// 4 rad/s at 100 Hz, from rest with at most 100 rad/s²: 0.01 rad in the first period.
TEST(PolicyControl, TheFirstActionMovesAsFarAsAPeriodLets) {
  const Policy policy = fake_policy(lstm);
  PolicyControl control(policy, fake_config());
  ArrivedObservation observation = control.empty_observation();
  PolicyDecision decision = control.empty_decision();
  fill(observation, 1, 0);
  observation.joints = {0.5, -0.5, 0, 0};
  control.act(observation, observation.received, decision);
  EXPECT_NEAR(std::abs(decision.values[0] - 0.5), 0.01, 1e-9);
  EXPECT_NEAR(std::abs(decision.values[1] + 0.5), 0.01, 1e-9);
}

TEST(PolicyControl, WhatIsNotMeasuredIsNotActedOn) {
  const Policy policy = fake_policy();
  PolicyControl control(policy, fake_config());
  ArrivedObservation observation = control.empty_observation();
  PolicyDecision decision = control.empty_decision();
  fill(observation, 1, 0);
  observation.joints = {0, 0, 0};
  control.act(observation, observation.received, decision);
  EXPECT_EQ(decision.refusal, Refusal::blind);
  fill(observation, 1, 1);
  control.act(observation, observation.received + 1, decision);
  EXPECT_EQ(decision.refusal, Refusal::stale);
}

TEST(PolicyControl, AllocatesNothing) {
  const Policy policy = fake_policy(lstm);
  PolicyControl control(policy, fake_config());
  ArrivedObservation observation = control.empty_observation();
  PolicyDecision decision = control.empty_decision();
  for (int i = 0; i < 3; ++i) {
    fill(observation, 1, i);
    control.act(observation, observation.received, decision);
  }
  observation.sequence = 4;
  observation.stamp += 0.01;
  const long before = allocations();
  for (int i = 0; i < 100; ++i) {
    observation.stamp += 0.01;
    control.act(observation, observation.received, decision);
  }
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace sinew
