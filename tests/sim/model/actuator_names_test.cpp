// Each actuator is called something, no two the same, whatever it drives, and found by that.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/random.h"
#include "sim/model/model.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

using Element = Model::Element;

std::shared_ptr<const Model> model_with(const std::string& actuators) {
  const TemporaryModel xml(fmt::format(R"(<mujoco><worldbody>
    <body name="arm" pos="0 0 1"><joint name="elbow"/><geom size=".1"/><site name="tip"/>
      <body name="hand" pos=".3 0 0"><joint type="slide"/><geom size=".05"/></body></body>
    <body pos="0 1 1"><joint/><joint axis="1 0 0"/><geom size=".1"/></body></worldbody>
    <tendon><fixed name="cord"><joint joint="elbow" coef="1"/></fixed></tendon>
    <actuator>{}</actuator></mujoco>)",
                                       actuators));
  return Model::load(xml.path());
}

std::vector<std::string> called(const Model& model) {
  std::vector<std::string> names;
  for (int i = 0; i < model.nu(); ++i) names.push_back(model.called(Element::actuator, i));
  return names;
}

TEST(ActuatorNames, AreThoseOfWhatTheyDrive) {
  const auto model = model_with(R"(<motor joint="elbow"/><motor tendon="cord"/><motor site="tip"/>
    <adhesion body="hand" ctrlrange="0 1"/><motor name="own" joint="elbow"/>)");
  EXPECT_EQ(called(*model), (std::vector<std::string>{"elbow", "cord", "tip", "hand", "own"}));
  EXPECT_EQ(model->name(Element::actuator, 0), "");
}

TEST(ActuatorNames, SayTheirKindWhereTwoDriveTheSame) {
  const auto model = model_with(R"(<position joint="elbow" kp="5"/><velocity joint="elbow"/><motor joint="elbow"/>
    <motor joint="elbow"/><motor name="cord" joint="elbow"/><motor tendon="cord"/>)");
  EXPECT_EQ(called(*model), (std::vector<std::string>{"elbow_position", "elbow_velocity", "elbow_motor_2",
                                                      "elbow_motor_3", "cord", "cord_motor"}));
}

TEST(ActuatorNames, AreUniqueAndFoundWhateverTheModel) {
  const std::vector<std::string> kinds = {"motor", "velocity", "general"},
                                 targets = {R"(joint="elbow")", R"(tendon="cord")", R"(site="tip")"},
                                 names = {"elbow",           "cord",       "tip", "elbow_motor",
                                          "cord_velocity_3", "actuator_1", "own"};
  Rng rng(1);
  const auto one_of = [&](const std::vector<std::string>& all) {
    return all[static_cast<size_t>(rng.uniform(0, 1) * static_cast<double>(all.size()))];
  };
  for (int round = 0; round < 40; ++round) {
    std::string actuators;
    std::set<std::string> own;
    const int count = 1 + static_cast<int>(rng.uniform(0, 8));
    for (int i = 0; i < count; ++i) {
      const std::string name = one_of(names);
      const bool is_named = rng.uniform(0, 1) < 0.4 && own.insert(name).second;
      actuators += fmt::format("<{} {} {}/>", one_of(kinds), one_of(targets), is_named ? "name=\"" + name + "\"" : "");
    }
    SCOPED_TRACE(actuators);
    const auto model = model_with(actuators);
    const std::vector<std::string> all = called(*model);
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
    EXPECT_EQ(std::ranges::count(all, ""), 0);
    for (int i = 0; i < model->nu(); ++i) {
      EXPECT_EQ(model->find(Element::actuator, all[static_cast<size_t>(i)]), i);
      if (const std::string name = model->name(Element::actuator, i); !name.empty()) {
        EXPECT_EQ(all[static_cast<size_t>(i)], name);
      }
    }
  }
}

}  // namespace
}  // namespace sinew
