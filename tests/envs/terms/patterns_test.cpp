// Names, one name, and patterns of names, in every term that takes a list of them.
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "envs/terms/element_selection.h"
#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

using Element = Model::Element;

class Patterns : public TermTest {
 protected:
  Patterns()
      : TermTest(R"(<mujoco><worldbody>
          <geom name="floor" type="plane" size="5 5 1"/>
          <body name="trunk" pos="0 0 1"><freejoint/><geom name="trunk_box" size=".1"/><site name="imu"/>
            <body name="leg_left"><joint name="hip_left" axis="0 1 0" range="-1 1" limited="true"/>
              <geom name="leg_left_box" size=".1"/><site name="foot_left"/></body>
            <body name="leg_right"><joint name="hip_right" axis="0 1 0" range="-1 1" limited="true"/>
              <geom name="leg_right_box" size=".1"/><site name="foot_right"/></body>
            <body name="tail"><joint name="tail" axis="0 1 0"/><geom size=".1"/></body>
            <body name="wheel"><joint axis="1 0 0"/><geom size=".1"/></body>
          </body>
        </worldbody><actuator>
          <position name="hip_left" joint="hip_left" kp="5" ctrlrange="-1 1" ctrllimited="true"/>
          <position name="hip_right" joint="hip_right" kp="5" ctrlrange="-1 1" ctrllimited="true"/>
          <motor name="tail" joint="tail" ctrlrange="-1 1" ctrllimited="true"/>
        </actuator><sensor>
          <touch name="foot_left" site="foot_left"/><touch name="foot_right" site="foot_right"/><gyro name="gyro" site="imu"/>
        </sensor></mujoco>)") {}

  std::vector<std::string> chosen(Element element, const std::string& yaml) {
    const ConfigNode node = ConfigNode::parse_text("names: " + yaml, "term.yaml");
    std::vector<std::string> names;
    for (const int index : select_elements(element, *node.find("names"), source(node)))
      names.push_back(model_->called(element, index));
    return names;
  }
  std::string refusal(Element element, const std::string& yaml) {
    return error_of([&] { chosen(element, yaml); });
  }
};

using Names = std::vector<std::string>;

TEST_F(Patterns, StandForTheirElementsInTheModelsOrder) {
  for (const auto& [element, pattern, meant] : std::vector<std::tuple<Element, std::string, Names>>{
           {Element::joint, "hip_.*", {"hip_left", "hip_right"}},
           {Element::joint, "(tail|trunk)", {"trunk", "tail"}},
           {Element::body, "leg_.*", {"leg_left", "leg_right"}},
           {Element::geom, ".*_box", {"trunk_box", "leg_left_box", "leg_right_box"}},
           {Element::site, "foot_(left|right)", {"foot_left", "foot_right"}},
           {Element::sensor, "foot.*", {"foot_left", "foot_right"}},
           {Element::actuator, "hip_[lr].*", {"hip_left", "hip_right"}}}) {
    SCOPED_TRACE(pattern);
    EXPECT_EQ(chosen(element, "\"" + pattern + "\""), meant);
    EXPECT_EQ(chosen(element, "[\"" + pattern + "\"]"), meant);
    EXPECT_EQ(chosen(element, meant[0]), Names{meant[0]}) << "one name where a list is meant";
    EXPECT_EQ(chosen(element, "[" + meant.back() + ", \"" + pattern + "\"]")[0], meant.back())
        << "the list's order counts";
    EXPECT_EQ(chosen(element, "[" + meant.back() + ", \"" + pattern + "\"]").size(), meant.size()) << "each once";
    // The whole name has to match; what matches nothing says what there is.
    expect_contains(refusal(element, meant[0].substr(0, 3)), "term.yaml:1:8");
    expect_contains(refusal(element, "\"" + meant[0] + "_.*\""), meant[0]);
    expect_contains(refusal(element, "[" + meant[0] + ", " + meant[0] + "]"), "is named twice");
    expect_contains(refusal(element, "\"hip_(\""), "is neither a name nor a pattern");
  }
}

TEST_F(Patterns, EveryTermTakesThem) {
  EXPECT_EQ(observe("{joint_pos: {joints: \"hip_.*\"}}").size(), 2u);
  EXPECT_EQ(observe("{joint_vel: {joints: \".*\"}}").size(), 4u) << "hinges and slides; the free joint is passed over";
  EXPECT_EQ(observe("{sensor: \"foot_.*\"}").size(), 2u);
  EXPECT_EQ(observe("{sensor: {name: [gyro, foot_left]}}").size(), 4u);
  EXPECT_EQ(observe("{contact: {geoms: \".*_box\"}}").size(), 3u);
  EXPECT_EQ(observe("{contact: {bodies: \"leg_.*\", with: floor}}").size(), 2u);
  EXPECT_EQ(observe("{contact: {bodies: \"leg_.*\", with: \"fl.*\"}}").size(), 2u);
  EXPECT_EQ(make(registry_.actions, "actuators", "{names: \"hip_.*\"}")->part().labels,
            (Names{"hip_left", "hip_right"}));
  EXPECT_EQ(make(registry_.actions, "position_targets", "{actuators: \".*\"}")->part().labels,
            (Names{"hip_left", "hip_right"}))
      << "a motor is passed over";
  EXPECT_EQ(make(registry_.actions, "joint_torque", "{joints: {tail: 1, \"hip.*\": 2}}")->part().labels,
            (Names{"tail", "hip_left", "hip_right"}));
  const auto pose = make(registry_.resets, "pose", "{joints: {\"hip_.*\": 0.5, hip_right: -0.5}}");
  pose->apply(state_, rng_);
  EXPECT_EQ(sim_.qpos()[7], 0.5);
  EXPECT_EQ(sim_.qpos()[8], -0.5);
  const auto noise = make(registry_.resets, "uniform", "{joints: \"hip_.*\", qpos: 0.1}");
  const std::vector<double> before(sim_.qpos().begin(), sim_.qpos().end());
  noise->apply(state_, rng_);
  for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(sim_.qpos()[i] != before[i], i == 7 || i == 8) << i;
  for (const char* randomization : {"{joint_friction: {joints: \"hip_.*\", scale: [1, 2]}}"}) {
    const ConfigNode node = ConfigNode::parse_text(randomization, "term.yaml");
    const auto& [name, parameters] = node.single_entry();
    EXPECT_NO_THROW(find_row(registry_.randomizations, name, node, "term").make(source(parameters)));
  }
}

TEST_F(Patterns, AJointWithoutANameGoesByItsBodys) {
  EXPECT_EQ(model_->find(Element::joint, "trunk"), 0);
  EXPECT_EQ(model_->called(Element::joint, 0), "trunk");
  EXPECT_EQ(model_->name(Element::joint, 0), "");
  EXPECT_EQ(model_->called(Element::joint, 3), "tail") << "a name of its own is the joint's";
  EXPECT_NO_THROW(make(registry_.resets, "yaw", "{joint: trunk}"));
  EXPECT_EQ(observe("{joint_pos: {joints: wheel}}").size(), 1u);
  expect_contains(error_of([&] { model_->find(Element::joint, "trunkk"); }), "did you mean 'trunk'?");
  EXPECT_FALSE(model_->has(Element::joint, "leg_left")) << "its joint has a name";
}

}  // namespace
}  // namespace sinew
