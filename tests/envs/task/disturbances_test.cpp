// What a task disturbs, and the task with it off and twice as strong: numbers by hand, and the same random draws.
#include "envs/task/disturbances.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/core/expect_error.h"
#include "tests/envs/randomized_task.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

const TaskRegistry registry = TaskRegistry::builtin();

template <class Rows>
const std::vector<DisturbanceScale>& scales(const Rows& rows, const std::string& term) {
  return *find_row(rows, term, ConfigNode(), "term").scales;
}

// Of a randomisation's parameters, or of a noise's.
void expect_scaled(const std::string& term, const std::string& parameters, double strength,
                   const std::string& expected) {
  SCOPED_TRACE(term + ": " + parameters);
  const auto& its_scales =
      term == "noise" ? scales(registry.observations, term) : scales(registry.randomizations, term);
  const ConfigNode result = scaled(ConfigNode::parse_text(parameters, "term.yaml"), its_scales, strength);
  const ConfigNode by_hand = ConfigNode::parse_text(expected, "expected.yaml");
  ASSERT_EQ(result.entries().size(), by_hand.entries().size()) << result.to_yaml();
  for (const auto& [key, value] : by_hand.entries()) {
    const ConfigNode* found = result.find(key);
    ASSERT_TRUE(found) << key;
    std::vector<double> numbers, others;
    try {
      if (value.is_scalar())
        numbers = {value.number()}, others = {found->number()};
      else
        read_value(value, numbers), read_value(*found, others);
    } catch (const Error&) {  // names
      EXPECT_EQ(found->to_yaml(), value.to_yaml()) << key;
      continue;
    }
    ASSERT_EQ(others.size(), numbers.size()) << key;
    for (size_t i = 0; i < numbers.size(); ++i) EXPECT_NEAR(others[i], numbers[i], 1e-12) << key;
  }
}

TEST(DisturbanceScale, FactorsGrowInTheirLogarithm) {
  expect_scaled("mass", "{bodies: [chassis], scale: [0.7, 1.3]}", 2, "{bodies: [chassis], scale: [0.49, 1.69]}");
  expect_scaled("mass", "{bodies: [chassis], scale: [0.7, 1.3]}", 0, "{bodies: [chassis], scale: [1, 1]}");
  expect_scaled("gains", "{scale: 1.5, interval: [1, 2]}", 2, "{scale: 2.25, interval: [1, 2]}");
  expect_scaled("light", "{direction: 0.4, diffuse: [0.6, 1.4], ambient: [0, 2]}", 2,
                "{direction: 0.8, diffuse: [0.36, 1.96], ambient: [0, 4]}");
  expect_scaled("light", "{direction: 0.4, diffuse: [0.6, 1.4], ambient: [0, 2]}", 0,
                "{direction: 0, diffuse: [1, 1], ambient: [1, 1]}");
}

TEST(DisturbanceScale, AmountsGrowAboutZero) {
  expect_scaled("damping", "{add: [-0.1, 0.3]}", 2, "{add: [-0.2, 0.6]}");
  expect_scaled("damping", "{add: [-0.1, 0.3]}", 0, "{add: [0, 0]}");
  expect_scaled("encoder_offset", "{joints: [hip], range: [-0.052, 0.052]}", 2,
                "{joints: [hip], range: [-0.104, 0.104]}");
  expect_scaled("center_of_mass", "{offset: [0.01, 0, 0.02]}", 2, "{offset: [0.02, 0, 0.04]}");
  expect_scaled("push", "{body: torso, velocity: 0.5}", 2, "{body: torso, velocity: 1}");
  expect_scaled("push", "{body: torso, velocity: 0.5}", 0, "{body: torso, velocity: 0}");
  expect_scaled("camera_pose", "{cameras: [eye], position: 0.005, rotation: [0.1, 0, 0], fovy: 5}", 2,
                "{cameras: [eye], position: 0.01, rotation: [0.2, 0, 0], fovy: 10}");
  expect_scaled("noise", "{of: qpos, uniform: 0.003}", 2, "{of: qpos, uniform: 0.006}");
  expect_scaled("noise", "{of: qpos, normal: 0.05}", 0, "{of: qpos, normal: 0}");
}

TEST(DisturbanceScale, RangesOfTheValueItselfGrowAboutTheirMiddle) {
  expect_scaled("geom_color", "{range: [0.4, 0.6]}", 2, "{range: [0.3, 0.7]}");
  expect_scaled("material_color", "{materials: [floor], range: [0.2, 0.7]}", 2,
                "{materials: [floor], range: [0, 0.95]}");
  expect_scaled("material_color", "{range: [0.2, 0.7]}", 0, "{vary: 0}");  // the model's own, from as many draws
  expect_scaled("material_color", "{vary: 0.1}", 2, "{vary: 0.2}");
  expect_scaled("material_color", "{vary: 0.6}", 2, "{vary: 1}");
  expect_scaled("friction", "{range: [0.5, 2]}", 2, "{range: [0, 2.75]}");
  expect_scaled("friction", "{range: [0.5, 2]}", 0, "{scale: 1}");
}

TEST(DisturbanceScale, KnowsWhatItGrows) {
  expect_contains(error_of([] { scaled(ConfigNode::parse_text("{body: torso}", "t.yaml"), {{"gust"}}, 2); }),
                  "t.yaml:1:1: none of these parameters scales with the strength");
  for (const auto& row : registry.randomizations) {
    ASSERT_TRUE(row.scales) << row.name;
    EXPECT_EQ(row.scales->empty(), row.name == "cue");
    for (const DisturbanceScale& scale : *row.scales) {
      EXPECT_TRUE(std::ranges::count(row.parameters, scale.key, &ParameterDoc::name)) << row.name << scale.key;
      EXPECT_EQ(scale.about == DisturbanceScale::About::middle,
                std::ranges::count(*row.scales, scale.off, &DisturbanceScale::key) == 1);
    }
  }
}

std::vector<std::string> names_in(const std::string& task) { return disturbances_of(load_task(task).config, registry); }

TEST(Disturbances, HaveNamesForPeople) {
  EXPECT_EQ(names_in("lekiwi_reach"),
            (std::vector<std::string>{
                "mass: chassis", "mass: shoulder … gripper (5)", "joint friction: shoulder_pan … gripper (6)",
                "damping: shoulder_pan … gripper (6)", "gains", "encoder offset: shoulder_pan … wrist_roll (5)",
                "material color: floor … wheel (6)", "material color: target", "light", "camera pose: front",
                "observation noise", "delay of observations", "delay of actions"}));
  EXPECT_EQ(names_in("inverted_pendulum_delayed"),
            (std::vector<std::string>{"delay of observations", "delay of actions", "lost actions"}));
  EXPECT_EQ(disturbances_of(randomized_task().config, registry).at(4), "armature: hip_1, hip_2");
}

TEST(Disturbances, AreNotThere) {
  for (const char* task : {"inverted_pendulum", "cartpole", "visual_cue"})  // the lamp is the task itself
    EXPECT_TRUE(names_in(task).empty()) << task;
  const ConfigNode cue = load_task("visual_cue").config;
  EXPECT_EQ(with_strengths(cue, {}, registry).to_yaml(), cue.to_yaml());
}

ConfigNode arm() { return load_task("so101_reach").config; }

TEST(Disturbances, OneAtATimeLeavesTheOthersAsTheyWere) {
  const std::vector<double> as_it_is(names_in("so101_reach").size(), 1);
  ASSERT_EQ(as_it_is.size(), 8u);
  EXPECT_EQ(with_strengths(arm(), as_it_is, registry).to_yaml(), arm().to_yaml());

  std::vector<double> more_noise = as_it_is, late = as_it_is;
  more_noise[5] = 2;
  ConfigNode expected = arm();
  expected.assign("observations.state.0.noise.uniform=0.006");
  expected.assign("observations.state.1.noise.uniform=0.1");
  expected.assign("observations.state.2.noise.uniform=0.004");
  EXPECT_EQ(with_strengths(arm(), more_noise, registry).to_yaml(), expected.to_yaml());

  late[6] = 2;
  late[7] = 0;
  expected = arm();
  expected.assign("delay={observation: [0.02, 0.08], action: [0, 0], loss: 0}");
  EXPECT_EQ(with_strengths(arm(), late, registry).to_yaml(), expected.to_yaml());
}

TEST(Disturbances, OfAProfileInAFile) {
  const Task task = load_task(
      ConfigNode::parse_text("extends: configs/tasks/so101_reach.yaml\ndelay: configs/links/late.yaml", "late.yaml"),
      "late", SINEW_SOURCE_DIR);
  const LatencyProfile late = load_latency_profile(SINEW_SOURCE_DIR "/configs/links/late.yaml");
  std::vector<double> strengths(disturbances_of(task.config, registry).size(), 1);
  ASSERT_EQ(strengths.size(), 9u);
  strengths[6] = 2;
  const auto changed = read_config<LatencyProfile>(*with_strengths(task.config, strengths, registry).find("delay"));
  ASSERT_EQ(changed.observation.quantiles.size(), late.observation.quantiles.size());
  for (size_t i = 0; i < late.observation.quantiles.size(); ++i)
    EXPECT_EQ(changed.observation.quantiles[i], 2 * late.observation.quantiles[i]);
  EXPECT_EQ(changed.action, late.action);
  EXPECT_EQ(changed.loss, late.loss);
}

TEST(Disturbances, OfALinkThatLosesActions) {
  const ConfigNode task = load_task("inverted_pendulum_delayed").config;
  const auto delay = [&](double strength) {
    return read_config<LatencyProfile>(*with_strengths(task, {1, 1, strength}, registry).find("delay"));
  };
  EXPECT_EQ(delay(0).loss, 0);
  EXPECT_EQ(delay(2).loss, 0.02);
  EXPECT_EQ(delay(2).observation, (DelayDistribution{{0, 0.1}}));
  expect_contains(error_of([&] { load_task(with_strengths(task, {1, 1, 100}, registry), "lost", "."); }), "loss");
}

// Each parameter that a randomisation may change, as an episode begins.
std::vector<double> beginning(const ConfigNode& config, std::vector<double>& qpos) {
  const Task task = load_task(config, "changed", ".");
  const auto env = task.factory();
  Rng rng(7);
  env->reset(rng);
  Simulation& sim = dynamic_cast<TaskEnv&>(*env).simulation();
  sim.make_model_its_own();  // without randomisations it is shared
  qpos.assign(sim.qpos().begin(), sim.qpos().end());
  std::vector<double> numbers;
  for (const ModelParameter parameter :
       {ModelParameter::body_mass, ModelParameter::body_inertia, ModelParameter::body_ipos,
        ModelParameter::geom_friction, ModelParameter::dof_damping, ModelParameter::dof_armature,
        ModelParameter::dof_friction, ModelParameter::actuator_gain, ModelParameter::actuator_bias}) {
    const auto values = sim.parameter(parameter);
    numbers.insert(numbers.end(), values.begin(), values.end());
  }
  return numbers;
}

// Off is the model's own values, and an episode begins as it would with the disturbances.
TEST(Disturbances, ChangeNothingElse) {
  for (const ConfigNode& config : {arm(), randomized_task().config}) {
    const size_t count = disturbances_of(config, registry).size();
    ConfigNode bare = config;
    bare.set("randomize", ConfigNode::list());
    std::vector<double> of_bare, off, as_it_is, twice;
    const auto nominal = beginning(bare, of_bare);
    EXPECT_EQ(beginning(with_strengths(config, std::vector<double>(count, 0), registry), off), nominal);
    const auto changed = beginning(config, as_it_is);
    const auto more = beginning(with_strengths(config, std::vector<double>(count, 2), registry), twice);
    EXPECT_NE(changed, nominal);
    EXPECT_NE(more, changed);
    EXPECT_EQ(off, as_it_is);
    EXPECT_EQ(twice, as_it_is);
  }
}

class Wind final : public RandomizationTerm {
 public:
  struct Params {
    double x = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("x", x);
    }
  };
  Wind(const Params&, const TermSource&) {}
  void apply(TaskState&, Rng&) override {}
};

TEST(Disturbances, OfATermOfOnesOwn) {
  TaskRegistry own = TaskRegistry::builtin();
  own.randomizations.push_back(term_row<RandomizationTerm, Wind>("wind", "blows"));
  ConfigNode config = load_task("inverted_pendulum").config;
  config.assign("randomize=[{wind: {x: 1}}, {mass: {bodies: [pole], scale: [0.5, 1.5]}}]");
  EXPECT_EQ(disturbances_of(config, own), (std::vector<std::string>{"wind", "mass: pole"}));
  expect_contains(error_of([&] { with_strengths(config, {2, 1}, own); }),
                  "the term 'wind' does not say which of its parameters make it stronger");
  EXPECT_EQ(with_strengths(config, {0, 1}, own).find("randomize")->items().size(), 1u);  // taken out

  own.randomizations.back().scales = {{"x"}};
  const ConfigNode twice = with_strengths(config, {2, 1}, own);
  EXPECT_EQ(twice.find("randomize")->items()[0].find("wind")->find("x")->number(), 2);
}

}  // namespace
}  // namespace sinew
