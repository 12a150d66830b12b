// The demonstrations in a recorded session.
#include "robots/recording/recorded_demonstrations.h"

#include <limits>

#include "robots/protocol/robot_config.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr const char* robot_file = R"(
robot: walker
rate: 50
watchdog: 0.2
cameras: {eye: {process: [{crop: [0, 1, 1, 1]}, bgr]}}
actuators:
  - {name: hip, command: position, position: [-1, 1], velocity: 2, acceleration: 10, step: 1, when_stopped: hold,
     scale: 0.5, offset: 0.25}
  - {name: knee, command: position, position: [-1, 3], velocity: 2, acceleration: 10, step: 1, when_stopped: hold,
     scale: -2}
)";

// A session of a robot with a camera of 1 × 2 pixels, blue first.
Recording session() {
  Recording recording;
  RecordedSession& session = recording.session;
  session.robot = "walker";
  session.robot_config = robot_file;
  const RobotConfig config = read_config<RobotConfig>(ConfigNode::parse_text(robot_file, "walker.yaml"));
  session.limits = config.limits();
  session.mapping = {{0.5, 0.25}, {-2, 0}};
  session.interface.sensors = {
      {.name = "joints", .shape = {2}, .units = {"rad", "rad"}},
      {.name = "eye", .type = SensorSpec::Type::uint8, .shape = {1, 2, 3}, .format = "blue, green, red"}};
  return recording;
}

// Adds observation `sequence` at time `stamp`, and the action that answers it, in session `armed`.
void add(Recording& recording, uint64_t sequence, double stamp, uint64_t armed, std::vector<double> command) {
  ObservationMessage message;
  message.sequence = sequence;
  message.stamp = stamp;
  message.numbers = {static_cast<float>(sequence), 0.5f};
  message.images = {std::string("\0\0\0", 3) + static_cast<char>(sequence) + "\x02\x03"};
  recording.observations.push_back({stamp, message});
  RecordedAction action;
  action.session = armed;
  action.sequence = action.answers = sequence;
  action.observed_at = stamp;
  action.values = std::move(command);
  recording.actions.push_back(action);
}

TEST(RecordedDemonstrations, AreWhatWasSeenAndDone) {
  Recording recording = session();
  add(recording, 1, 0.00, 0, {0, 0});  // not armed
  add(recording, 2, 0.02, 1, {0.75, 1});
  add(recording, 3, 0.04, 1, {0.25, -1});
  add(recording, 4, 0.06, 1, {0, 0});
  recording.actions.back().refusal = Refusal::stale;
  add(recording, 5, 0.08, 1, {0.5, 2});
  add(recording, 6, 0.50, 1, {0.5, 2});  // after a gap
  add(recording, 7, 0.52, 2, {0.5, 2});  // armed again
  recording.observations.push_back(recording.observations.back());
  recording.observations.back().message.sequence = 8;  // nothing answers it
  add(recording, 9, 0.54, 2, {0, 0});
  recording.observations.back().message.images[0] = "\xff\xd8 no picture";
  add(recording, 10, 0.56, 2, {0, 0});
  recording.observations.back().message.numbers[1] = std::numeric_limits<float>::infinity();
  const RecordedDemonstrations made = demonstrations_of(recording, "by hand");

  const Demonstrations& set = made.demonstrations;
  EXPECT_EQ(set.rows, 5);
  EXPECT_EQ(set.numbers, (std::vector<float>{2, 0.5f, 3, 0.5f, 5, 0.5f, 6, 0.5f, 7, 0.5f}));
  EXPECT_EQ(set.actions, (std::vector<float>{1, -0.5f, 0, 0.5f, 0.5f, -1, 0.5f, -1, 0.5f, -1}));
  EXPECT_EQ(set.starts, (std::vector<uint8_t>{1, 0, 0, 1, 1}));
  // The right pixel, red first.
  EXPECT_EQ(set.images, (std::vector<uint8_t>{3, 2, 2, 3, 2, 3, 3, 2, 5, 3, 2, 6, 3, 2, 7}));
  EXPECT_EQ(set.spec.sensors[1].shape, (std::vector<int>{1, 1, 3}));
  EXPECT_EQ(set.spec.sensors[1].format, "red, green, blue");
  EXPECT_EQ(set.spec.actions.parts[0].labels, (std::vector<std::string>{"hip", "knee"}));
  EXPECT_NEAR(set.spec.actions.parts[0].low[0], -2.5, 1e-6);
  EXPECT_NEAR(set.spec.actions.parts[0].high[1], 0.5, 1e-6);
  EXPECT_EQ(set.spec.actions.rate, 50);
  EXPECT_EQ(set.origin, "by hand");
  EXPECT_EQ(made.unarmed, 1u);
  EXPECT_EQ(made.refused, 1u);
  EXPECT_EQ(made.of_no_use, 2u);
}

TEST(RecordedDemonstrations, ARobotThatWasStartedAgainIsNotMistakenForTheFirst) {
  Recording recording = session();
  add(recording, 1, 5.00, 1, {0.75, 0});
  add(recording, 2, 5.02, 1, {0.75, 0});
  add(recording, 1, 9.00, 2, {0.25, 0});  // counts from 1 again
  const Demonstrations set = demonstrations_of(recording, "").demonstrations;
  EXPECT_EQ(set.starts, (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ(set.actions, (std::vector<float>{1, 0, 1, 0, 0, 0}));
}

TEST(RecordedDemonstrations, NothingToLearnFromIsAnError) {
  Recording recording = session();
  expect_contains(error_of([&] { demonstrations_of(recording, ""); }), "it holds no action of an armed robot");
  add(recording, 1, 0, 0, {0, 0});
  expect_contains(error_of([&] { demonstrations_of(recording, ""); }), "so there is nothing to learn from");
  recording.session.mapping[1].scale = 0;
  expect_contains(error_of([&] { demonstrations_of(recording, ""); }), "'knee' has the scale 0");
  recording.session.mapping.pop_back();
  expect_contains(error_of([&] { demonstrations_of(recording, ""); }), "actuators without a mapping");
}

}  // namespace
}  // namespace sinew
