#include "core/spec.h"

#include <gtest/gtest.h>

#include <functional>

namespace sinew {
namespace {

InterfaceSpec example() {
  InterfaceSpec spec;
  spec.sensors = {{"camera", SensorSpec::Type::uint8, {84, 84, 3}, {}, {}, 3, "grey"},
                  {"state", SensorSpec::Type::float32, {2}, {"hip", "knee"}, {"rad", "rad"}}};
  spec.actions.parts = {{"arm", {"bthigh", "fthigh"}, {"N m", "N m"}, {-1, -1}, {1, 1}, {}},
                        {"gripper", {"mode"}, {}, {}, {}, {3}}};
  spec.actions.rate = 20;
  return spec;
}

// What first_difference says once the target has been changed.
std::string after(const std::function<void(InterfaceSpec&)>& change) {
  InterfaceSpec target = example();
  change(target);
  return first_difference(example(), target, "the task");
}

TEST(Spec, Sizes) {
  EXPECT_EQ(example().sensors[0].size(), 84 * 84 * 3);
  EXPECT_EQ(example().sensors[0].frame_size(), 84 * 84);
  EXPECT_EQ(example().observation_size(), 2);
  EXPECT_EQ(example().image_size(), 84 * 84 * 3);
  EXPECT_EQ(example().actions.size(), 3);
  EXPECT_EQ(InterfaceSpec{}.observation_size(), 0);
  EXPECT_EQ(InterfaceSpec{}.image_size(), 0);
}

TEST(Spec, EqualSpecsDoNotDiffer) {
  EXPECT_EQ(after([](InterfaceSpec&) {}), "");
  EXPECT_EQ(first_difference({}, {}, "the task"), "");
}

TEST(Spec, SensorDifferencesAreNamed) {
  EXPECT_EQ(after([](InterfaceSpec& s) { s.sensors[1].name = "joints"; }),
            "sensor 2 is 'state' in the policy, 'joints' in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.sensors.pop_back(); }),
            "the policy has 2 sensors (camera, state), the task has 1 (camera)");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.sensors[0].type = SensorSpec::Type::float32; }),
            "sensor 'camera' is an image in the policy, numbers in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.sensors[0].shape = {64, 64, 3}; }),
            "sensor 'camera' has shape [84, 84, 3] in the policy, [64, 64, 3] in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.sensors[0].frames = 1; }),
            "sensor 'camera' is a stack of 3 frames in the policy, of 1 in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.sensors[0].format = "red"; }),
            "sensor 'camera' has the channels 'grey' in the policy, 'red' in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.sensors[1].labels[1] = "ankle"; }),
            "sensor 'state': number 2 is 'knee' in the policy, 'ankle' in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.sensors[1].units[0] = "deg"; }),
            "sensor 'state': unit 1 is 'rad' in the policy, 'deg' in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.sensors[1].units.clear(); }),
            "sensor 'state': the policy names its units, the task does not");
}

TEST(Spec, ActionDifferencesAreNamed) {
  EXPECT_EQ(after([](InterfaceSpec& s) { s.actions.parts[0].labels[1] = "fshin"; }),
            "actuator 2 is 'fthigh' in the policy, 'fshin' in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.actions.parts[0].units[1] = "N"; }),
            "action 'arm': unit 2 is 'N m' in the policy, 'N' in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.actions.parts[0].high[1] = 0.5; }),
            "actuator 'fthigh' has the range [-1, 1] in the policy, [-1, 0.5] in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.actions.parts[0].choices = {2, 2}; }),
            "action 'arm' is continuous in the policy, discrete in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.actions.parts[1].choices = {4}; }),
            "action 'gripper' has [3] choices in the policy, [4] in the task");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.actions.parts.pop_back(); }),
            "the policy has 2 actions (arm, gripper), the task has 1 (arm)");
  EXPECT_EQ(after([](InterfaceSpec& s) { s.actions.rate = 10; }), "the policy acts at 20 Hz, the task at 10 Hz");
}

// Policies from before actuators without a name had one.
TEST(Spec, MissingNamesAreCompletedAndOthersStay) {
  InterfaceSpec target = example(), older = example();
  target.sensors[1].labels = {"hip pos", "hip last action"};
  older.sensors[1].labels = {" pos", " last action"};
  older.actions.parts[0].labels = {"", ""};
  EXPECT_EQ(first_difference(with_missing_names(older, target), target, "the task"), "");
  EXPECT_NE(first_difference(older, target, "the task"), "");  // on a robot, a name is needed
  older.sensors[1].labels = {" vel", " last action"};
  EXPECT_NE(first_difference(with_missing_names(older, target), target, "the task"), "");
  older = target;
  older.actions.parts[0].labels[1] = "bthigh";
  EXPECT_NE(first_difference(with_missing_names(older, target), target, "the task"), "");
}

}  // namespace
}  // namespace sinew
