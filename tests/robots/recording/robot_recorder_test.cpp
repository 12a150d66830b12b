// The recording that a robot's side makes of the driving side.
#include "robots/recording/robot_recorder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>

#include "core/safe_file.h"
#include "robots/recording/replay_recording.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"
#include "tests/fuzz/memory_file.h"
#include "tests/robots/fake_robot.h"
#include "tests/robots/file_size_limit.h"

namespace sinew {
namespace {

class RobotRecorderTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  std::string folder_ = testing::TempDir() + "sinew_robot_recorder_" + std::to_string(::getpid());
};

// An observation that is armed if `session` is not 0.
SentObservation sent(uint64_t session, uint64_t sequence, uint64_t action = 0, double told = 0, uint64_t limited = 0) {
  return {.message = {.session = session,
                      .sequence = sequence,
                      .stamp = 10 + 0.01 * static_cast<double>(sequence),
                      .mode = session > 0 ? Mode::armed : Mode::inactive,
                      .action = action,
                      .action_age = 0.003,
                      .limited = limited,
                      .numbers = {1, 2, 3, 4},
                      .joints = {0, 0, 0, 0}},
          .wanted = {told + 1, told + 2},
          .told = {told, told}};
}

Recording record(const std::string& path, std::vector<SentObservation> all) {
  RobotRecorder recorder(path, fake_config(), fake_interface().sensors);
  for (SentObservation& one : all) recorder.observation(std::move(one));
  recorder.file().finish();
  EXPECT_EQ(recorder.file().failure(), "");
  return read_recording(path);
}

TEST_F(RobotRecorderTest, EachObservationOfAnArmedRobotIsAnsweredByWhatItWasToldThen) {
  const Recording recording = record(file("a.mcap"), {sent(0, 1, 0, 9), sent(1, 2, 0, 0.1), sent(1, 3, 0, 0.1, 4),
                                                      sent(1, 4, 1, 0.2, 5), sent(1, 6, 1, 0.3, 7), sent(0, 7, 1, 9)});
  EXPECT_EQ(recording.observations.size(), 6u);
  ASSERT_EQ(recording.actions.size(), 3u) << "none before it was armed, nor of what was told to stop it";
  const auto& [holds, first, second] = std::tie(recording.actions[0], recording.actions[1], recording.actions[2]);
  EXPECT_EQ(holds.answers, 2u);
  EXPECT_EQ(holds.observed_at, 10.02);
  EXPECT_EQ(holds.session, 1u);
  EXPECT_EQ(holds.sequence, 0u);
  EXPECT_TRUE(holds.wanted.empty());
  EXPECT_EQ(holds.values, (std::vector{0.1, 0.1}));
  EXPECT_TRUE(holds.policy.empty());
  EXPECT_TRUE(holds.starts_anew);
  EXPECT_EQ(holds.limited, 4u);
  EXPECT_EQ(holds.refusal, Refusal::none);
  EXPECT_EQ(holds.time, recording.observations[2].received);
  EXPECT_EQ(first.answers, 3u);
  EXPECT_EQ(first.sequence, 1u);
  EXPECT_EQ(first.wanted, (std::vector{1.2, 2.2}));
  EXPECT_EQ(first.values, (std::vector{0.2, 0.2}));
  EXPECT_FALSE(first.starts_anew);
  EXPECT_EQ(first.limited, 1u);
  EXPECT_EQ(second.answers, 4u) << "where one is missing, by the next one that there is";
  EXPECT_EQ(second.values, (std::vector{0.3, 0.3}));
  ASSERT_EQ(recording.latencies.size(), 1u) << "an action tells of its age once";
  EXPECT_EQ(recording.latencies[0].sequence, 4u);
  EXPECT_EQ(recording.latencies[0].action_age, 0.003);
}

TEST_F(RobotRecorderTest, ANewSessionStartsAnew) {
  const Recording recording = record(
      file("a.mcap"), {sent(1, 1), sent(1, 2), sent(1, 3), sent(2, 4), sent(2, 5), sent(0, 6), sent(3, 7), sent(3, 8)});
  std::vector<std::pair<uint64_t, bool>> answers;
  for (const RecordedAction& action : recording.actions) answers.emplace_back(action.answers, action.starts_anew);
  EXPECT_EQ(answers, (std::vector<std::pair<uint64_t, bool>>{{1, true}, {2, false}, {4, true}, {7, true}}));
}

TEST_F(RobotRecorderTest, ItsSessionIsTheRobotsAndOfWhoeverConnects) {
  RobotConfig config = fake_config();
  config.actuators[1].scale = 0.5;
  config.actuators[1].offset = -0.25;
  const auto with_policy = [](SentObservation one, const std::string& policy) {
    one.policy = policy;
    one.policy_hash = policy + "'s hash";
    return one;
  };
  {
    RobotRecorder recorder(file("a.mcap"), config, fake_interface().sensors);
    recorder.file().event("a person comes");
  }
  RecordedSession session = read_recording(file("a.mcap")).session;
  EXPECT_EQ(session.side, "robot");
  EXPECT_EQ(session.policy + session.policy_hash + session.policy_path, "");
  EXPECT_EQ(session.robot, "fake");
  EXPECT_EQ(session.interface.sensors, fake_interface().sensors);
  EXPECT_EQ(first_difference(session.limits, config.limits(), "read", "written"), "");
  ASSERT_EQ(session.mapping.size(), 2u);
  EXPECT_EQ(session.mapping[1].scale, 0.5);
  EXPECT_EQ(session.mapping[1].offset, -0.25);
  const auto again =
      read_config<RobotConfig>(ConfigNode::parse_text(read_recording(file("a.mcap")).session.robot_config, "recorded"));
  EXPECT_EQ(again.actuators[1].offset, -0.25);

  session = record(file("b.mcap"), {with_policy(sent(0, 1), "hands"), with_policy(sent(0, 2), "gloves"),
                                    with_policy(sent(0, 3), "gloves")})
                .session;
  EXPECT_EQ(session.policy, "gloves");
  EXPECT_EQ(session.policy_hash, "gloves's hash");
  EXPECT_EQ(session.side, "robot");
}

TEST_F(RobotRecorderTest, WhatOnlyAPolicysSideKnowsIsRefused) {
  const Recording recording = record(file("a.mcap"), {sent(1, 1), sent(1, 2, 1)});
  const Policy policy = fake_policy();
  const std::string why = "it was recorded on the robot's side, which knows neither what a policy said";
  expect_contains(error_of([&] { replay_recording(recording, policy); }), why);
  expect_contains(error_of([&] { measured_profile(recording); }), why);
}

TEST_F(RobotRecorderTest, NothingIsOverwritten) {
  record(file("a.mcap"), {});
  expect_contains(error_of([&] { record(file("a.mcap"), {}); }), "a.mcap' is there already");
  expect_contains(error_of([&] { record(file("no/a.mcap"), {}); }), "No such file or directory");
}

// Every action comes after the observation it answers, wherever the file ends.
TEST_F(RobotRecorderTest, CutShort) {
  std::vector<SentObservation> all;
  for (uint64_t i = 1; i <= 40; ++i) all.push_back(sent(1, i, i - 1, 0.01 * static_cast<double>(i)));
  record(file("whole.mcap"), std::move(all));
  const std::string bytes = read_file(file("whole.mcap"));
  fuzz::MemoryFile cut("cut.mcap");
  size_t most = 0;
  for (size_t size = bytes.size() / 4; size < bytes.size(); size += 101) {
    cut.set(std::string_view(bytes).substr(0, size));
    const Recording recording = read_recording(cut.path());
    EXPECT_EQ(recording.session.side, "robot");
    for (size_t i = 0; i < recording.actions.size(); ++i) {
      ASSERT_LT(i, recording.observations.size());
      EXPECT_EQ(recording.actions[i].answers, recording.observations[i].message.sequence);
    }
    EXPECT_GE(recording.actions.size(), most);
    most = recording.actions.size();
  }
  EXPECT_GT(most, 0u);
}

// A robot over real sockets, driven by a policy whose every decision is stored in `decisions`.
struct Driven {
  Driven(FakeBody& body, const RobotConfig& config, const std::string& path, std::vector<PolicyDecision>& decisions)
      : recorder(path, config, body.sensors()),
        robot(config, body,
              {.link = {.on_observation = [this](SentObservation&& one) { recorder.observation(std::move(one)); }},
               .after_tick = [this] { note_allocations(); }}),
        client(policy, robot.config(),
               {.link = {.policy_name = "fake"},
                .real_time = false,
                .on_decision = [&decisions](const PolicyDecision& one) {
                  if (one.session > 0) decisions.push_back(one);
                }}) {}
  bool arm() {
    if (!soon([&] { return client.robot().mode == Mode::inactive; })) return false;
    client.arm();
    return soon([&] { return client.robot().mode == Mode::armed; });
  }
  bool acts(uint64_t count) {
    const uint64_t before = client.counters().actions;
    return soon([&] { return client.counters().actions > before + count; });
  }
  void note_allocations() {
    if (++ticks == 50) allocations_before = thread_allocations();
    if (ticks > 50) allocations = thread_allocations() - allocations_before;
  }
  const Policy policy = fake_policy();
  uint64_t ticks = 0, allocations_before = 0;
  std::atomic<uint64_t> allocations{0};
  RobotRecorder recorder;
  RunningRobot robot;
  PolicyClient client;
};

TEST_F(RobotRecorderTest, ASessionOverTheLink) {
  RobotConfig config = patient_config();
  config.blend = 0;
  FakeBody body(config);
  body.stir = 0.5;
  body.add_camera({.name = "eye", .type = SensorSpec::Type::uint8, .shape = {1, 2, 1}, .format = "grey"},
                  [&] { return std::string("\x01") + static_cast<char>(body.commands); });
  std::vector<PolicyDecision> decisions;
  {
    Driven driven(body, config, file("a.mcap"), decisions);
    ASSERT_TRUE(driven.arm());
    ASSERT_TRUE(driven.acts(60));
    driven.client.stop("enough");
    ASSERT_TRUE(soon([&] { return driven.client.robot().mode == Mode::stopped; }));
    EXPECT_EQ(driven.allocations, 0u);
  }
  std::map<uint64_t, std::vector<double>> sent_commands;
  for (const PolicyDecision& one : decisions) sent_commands[one.sequence] = one.values;
  const Recording recording = read_recording(file("a.mcap"));
  EXPECT_EQ(recording.damage, "");
  EXPECT_EQ(recording.session.policy, "fake");
  EXPECT_EQ(recording.session.policy_hash.size(), 64u);
  std::map<uint64_t, const RecordedObservation*> observations;
  for (const RecordedObservation& one : recording.observations) {
    observations[one.message.sequence] = &one;
    ASSERT_EQ(one.message.images.size(), 1u);
    EXPECT_EQ(one.message.images[0].size(), 2u);
  }
  std::set<uint64_t> limited;
  size_t unlimited = 0;
  ASSERT_GT(recording.actions.size(), 10u);
  for (const RecordedAction& action : recording.actions) {
    ASSERT_TRUE(observations.contains(action.answers));
    EXPECT_EQ(observations[action.answers]->message.session, action.session);
    EXPECT_EQ(observations[action.answers]->message.stamp, action.observed_at);
    if (action.sequence == 0) continue;
    ASSERT_TRUE(sent_commands.contains(action.sequence));
    EXPECT_EQ(action.wanted, sent_commands[action.sequence]);
    if (action.limited > 0) limited.insert(action.sequence);
    if (limited.contains(action.sequence)) continue;
    for (size_t i = 0; i < 2; ++i) EXPECT_NEAR(action.values[i], action.wanted[i], 1e-12);  // the gate adds rates
    ++unlimited;
  }
  EXPECT_GT(unlimited, 5u);
}

TEST_F(RobotRecorderTest, ADiskThatIsFullEndsTheRecordingAlone) {
  const RobotConfig config = patient_config();
  FakeBody body(config);
  std::vector<PolicyDecision> decisions;
  Driven driven(body, config, file("a.mcap"), decisions);
  {
    const FileSizeLimit limit(20000);
    ASSERT_TRUE(driven.arm());
    ASSERT_TRUE(soon([&] { return !driven.recorder.file().failure().empty(); }));
  }
  ASSERT_TRUE(driven.acts(20));
  EXPECT_EQ(driven.client.robot().mode, Mode::armed);
  expect_contains(driven.recorder.file().failure(), "a.mcap', which ends here: File too large");
  EXPECT_GT(driven.recorder.file().left_out(), 0u);
  EXPECT_GT(read_recording(file("a.mcap")).observations.size(), 0u);
}

}  // namespace
}  // namespace sinew
