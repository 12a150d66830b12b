// Actuators without a ctrlrange: named by index, kind and joint where they have no name, with their place; a task may
// give limits itself.
#include <fmt/core.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

std::string model_with(const std::string& actuators) {
  return "<mujoco><compiler autolimits='true'/><worldbody><body><joint name='wheel' damping='1'/><geom "
         "size='.1'/></body>\n"
         "</worldbody><actuator>\n<motor name='first' joint='wheel' ctrlrange='-1 1'/>\n" +
         actuators + "</actuator></mujoco>";
}

std::unique_ptr<Env> env_of(const TemporaryModel& model, const std::string& actions) {
  return load_task(ConfigNode::parse_text("model: " + model.path() +
                                              "\nobservations: {state: [qpos]}\nreward: {alive: "
                                              "{term: alive}}\n" +
                                              actions,
                                          "task.yaml"),
                   "test", "")
      .factory();
}

TEST(ActuatorLimits, WhatHasNoneIsNamedWithItsPlace) {
  const std::pair<std::string, std::string> kinds[] = {
      {"<motor joint='wheel'/>", "motor"},
      {"<velocity joint='wheel' kv='2'/>", "velocity"},
      {"<position joint='wheel' kp='2'/>", "position"},
      {"<general joint='wheel' gainprm='3' biastype='affine'/>", "general"}};
  for (const auto& [element, kind] : kinds)
    for (const bool named : {false, true}) {
      std::string xml = element;
      if (named) xml.insert(xml.find(' '), " name='left'");
      const TemporaryModel model(model_with(xml));
      for (const char* actions : {"", "actions: {actuators: all}\n", "actions: {actuators: {wait: 1}}\n"}) {
        const std::string error = error_of([&] { env_of(model, actions); });
        expect_contains(error, model.path() +
                                   ":4: " + (named ? "'left'" : fmt::format("actuator 1 ({}, joint wheel)", kind)) +
                                   " has no limits; give it a ctrlrange there, or limits in the task");
      }
      const auto env = env_of(model, "actions: {actuators: {limits: [-3, 4]}}\n");
      const ActionPart& part = env->spec().actions.parts[0];
      EXPECT_EQ(part.low, (std::vector<double>{-1, -3})) << "a ctrlrange stays";
      EXPECT_EQ(part.high, (std::vector<double>{1, 4}));
      Rng rng(1);
      env->reset(rng);
      env->step(std::array{0.0, 9.0}, rng);
      EXPECT_EQ(dynamic_cast<TaskEnv&>(*env).simulation().ctrl()[1], 4) << "what is beyond is held";
    }
}

TEST(ActuatorLimits, OfTheTaskLieWithinACtrlrange) {
  const TemporaryModel model(model_with("<velocity name='left' joint='wheel' kv='2'/>"));
  const auto env = env_of(model, "actions: {actuators: {limits: {first: [-0.5, 0.5], left: [-2, 2]}}}\n");
  EXPECT_EQ(env->spec().actions.parts[0].high, (std::vector<double>{0.5, 2}));
  const auto error = [&](const std::string& limits) {
    return error_of([&] { env_of(model, "actions: {actuators: {limits: " + limits + "}}\n"); });
  };
  expect_contains(error("{first: [-2, 2], left: [-2, 2]}"), "is beyond the ctrlrange of 'first', [-1, 1]");
  expect_contains(error("{frist: [-1, 1], left: [-2, 2]}"), "has no actuator 'frist'; did you mean 'first'?");
  expect_contains(error("{first: [-1, 1]}"), "'left' has no limits");
  for (const char* bad : {"[1]", "[1, 1]", "[2, 1]", "[-.inf, 1]", "[1, 2, 3]"})
    expect_contains(error(bad), "task.yaml:4:");
}

}  // namespace
}  // namespace sinew
