// From a robot's message to the policy's row: each sensor in its place, images stacked, messages that do not fit
// ignored.
#include "robots/control/policy_input.h"

#include <limits>

#include "robots/protocol/handshake.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"
#include "tests/robots/fake_robot.h"

namespace sinew {
namespace {

SensorSpec camera(int frames) {
  return {.name = "eye", .type = SensorSpec::Type::uint8, .shape = {1, 2, frames}, .frames = frames, .format = "grey"};
}

// The policy: truth, for the critic only, joints, and a stack of two frames. The robot: battery, the eye, joints.
struct InputFixture {
  InputFixture() {
    InterfaceSpec robot;
    robot.sensors = {{.name = "battery", .shape = {2}}, camera(1), fake_interface().sensors[0]};
    check_welcome(make_welcome(fake_config(), robot.sensors), PolicyRunner(policy), fake_config());
    input.emplace(PolicyRunner(policy), fake_config(), robot);
  }
  static Policy make() {
    InterfaceSpec spec = fake_interface();
    spec.sensors.insert(spec.sensors.begin(), {.name = "truth", .shape = {3}});
    spec.sensors.insert(spec.sensors.begin() + 1, camera(2));
    return make_policy(spec, "{encoders: {truth: {used_by: critic}, eye: {layers: [flatten]}}, actor: [], critic: []}");
  }
  bool accept(uint64_t session, double stamp, std::string image) {
    ObservationMessage message{.session = session, .sequence = 1, .stamp = stamp};
    message.numbers = {80, 81, 1, 2, 3, 4};
    message.joints = {5, 6, 7, 8};
    message.images = {std::move(image)};
    return input->accept(message, 9, out);
  }
  Policy policy = make();
  std::optional<PolicyInput> input;
  ArrivedObservation out = PolicyControl(policy, fake_config()).empty_observation();
};

TEST(PolicyInput, PutsEachSensorIntoItsPlace) {
  InputFixture fixture;
  ASSERT_TRUE(fixture.accept(1, 10, "ab"));
  EXPECT_EQ(fixture.out.numbers, (std::vector<float>{0, 0, 0, 1, 2, 3, 4}));
  EXPECT_EQ(fixture.out.joints, (std::vector<double>{5, 6, 7, 8}));
  EXPECT_EQ(fixture.out.received, 9);
}

TEST(PolicyInput, AStackBeginsAnewWithASessionAndAfterAGap) {
  InputFixture fixture;
  const auto shown = [&] { return std::string(fixture.out.images.begin(), fixture.out.images.end()); };
  ASSERT_TRUE(fixture.accept(1, 10, "ab"));
  EXPECT_EQ(shown(), "aabb") << "two pixels, of each the older frame first";
  ASSERT_TRUE(fixture.accept(1, 10.01, "cd"));
  EXPECT_EQ(shown(), "acbd");
  ASSERT_TRUE(fixture.accept(2, 10.02, "ef"));
  EXPECT_EQ(shown(), "eeff");
  ASSERT_TRUE(fixture.accept(2, 10.5, "gh"));
  EXPECT_EQ(shown(), "gghh");
}

TEST(PolicyInput, WhatDoesNotFitIsNotActedOn) {
  InputFixture fixture;
  ASSERT_TRUE(fixture.accept(1, 10, "ab"));
  EXPECT_FALSE(fixture.accept(1, 10.01, "abc"));
  expect_contains(fixture.input->problem(), "'eye'");
  ObservationMessage message{.session = 1, .sequence = 1, .stamp = 10.02};
  message.numbers = {1, 2, 3};
  EXPECT_FALSE(fixture.input->accept(message, 9, fixture.out));
  expect_contains(fixture.input->problem(), "3 numbers and 0 images; the robot announced 6 and 1");
}

// It would stay in a policy's memory. What the policy does not take, such as the battery, may be anything.
TEST(PolicyInput, ANumberThatIsNotFiniteIsNotActedOn) {
  InputFixture fixture;
  ASSERT_TRUE(fixture.accept(1, 10, "ab"));
  const std::vector<float> numbers = fixture.out.numbers;
  const std::vector<uint8_t> images = fixture.out.images;
  for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()})
    for (const size_t place : {0, 1, 2, 3, 4, 5}) {
      ObservationMessage message{.session = 1, .sequence = 2, .stamp = 10.01, .numbers = {80, 81, 1, 2, 3, 4}};
      message.images = {"ab"};
      message.numbers[place] = wrong;
      EXPECT_EQ(fixture.input->accept(message, 9, fixture.out), place < 2) << place;
      EXPECT_EQ(fixture.out.numbers, numbers) << place;
      EXPECT_EQ(fixture.out.images, images) << place;
    }
}

}  // namespace
}  // namespace sinew
