// Tasks from YAML: what they promise, and what a wrong one is told.
#include <gtest/gtest.h>

#include <cmath>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

const std::string good = R"(model: sim/models/half_cheetah.xml
frame_skip: 5
time_limit: 10
observations:
  state: [{qpos: {from: 1}}, qvel]
reward:
  forward: {term: x_velocity}
  control: {term: action_cost, weight: -0.1}
reset: [{uniform: {qpos: 0.1}}]
)";

Task task_of(const std::string& yaml, const TaskRegistry& registry = TaskRegistry::builtin()) {
  return load_task(ConfigNode::parse_text(yaml, "task.yaml"), "test", "", registry);
}

// The good task with one piece of text replaced.
std::string error_with(const std::string& old_text, const std::string& new_text) {
  std::string yaml = good;
  yaml.replace(yaml.find(old_text), old_text.size(), new_text);
  return error_of([&] { task_of(yaml); });
}

TEST(Tasks, KnowTheirInterface) {
  const auto env = make_task("half_cheetah")();
  const EnvSpec& spec = env->spec();
  EXPECT_EQ(spec.name, "half_cheetah");
  EXPECT_EQ(spec.time_limit, 1000);
  EXPECT_EQ(spec.reward_terms, (std::vector<std::string>{"forward", "control"}));
  ASSERT_EQ(spec.sensors.size(), 1u);
  EXPECT_EQ(spec.sensors[0].name, "state");
  EXPECT_EQ(spec.sensors[0].shape, std::vector{17});
  EXPECT_EQ(spec.sensors[0].labels[0], "qpos[1] rootz");
  EXPECT_EQ(spec.sensors[0].units[0], "m");
  EXPECT_EQ(spec.sensors[0].labels[16], "qvel[8] ffoot");
  EXPECT_EQ(spec.sensors[0].units[16], "rad/s");
  ASSERT_EQ(spec.actions.parts.size(), 1u);
  EXPECT_EQ(spec.actions.parts[0].labels,
            (std::vector<std::string>{"bthigh", "bshin", "bfoot", "fthigh", "fshin", "ffoot"}));
  EXPECT_EQ(spec.actions.parts[0].low, std::vector<double>(6, -1));
  EXPECT_EQ(spec.actions.parts[0].high, std::vector<double>(6, 1));
  EXPECT_DOUBLE_EQ(spec.actions.rate, 20);
}

TEST(Tasks, LabelWhatTheyTransform) {
  const auto env = make_task("inverted_double_pendulum")();
  const SensorSpec& sensor = env->spec().sensors[0];
  EXPECT_EQ(sensor.labels[1], "sin qpos[1] hinge");
  EXPECT_EQ(sensor.units[1], "1");
  EXPECT_EQ(sensor.labels[5], "qvel[0] slider");
  EXPECT_EQ(sensor.labels[8], "qfrc_constraint[0] slider");
  EXPECT_EQ(sensor.units[8], "N");
}

TEST(Tasks, EndByTheTimeLimit) {
  const auto env = task_of(good).factory();
  Rng rng(1);
  for (int episode = 0; episode < 2; ++episode) {
    env->reset(rng);
    for (int i = 1; i <= 10; ++i) {
      const StepResult result = env->step(std::vector<double>(6, 0.5), rng);
      EXPECT_EQ(result.truncated, i == 10);
      EXPECT_FALSE(result.terminated);
      EXPECT_NEAR(env->reward_terms()[1], -0.15, 1e-15);
      EXPECT_EQ(env->reward_terms()[0] + env->reward_terms()[1], result.reward);
    }
  }
}

TEST(Tasks, ActOnTheActuatorsTheyName) {
  const auto env = task_of(good + "actions: {actuators: [ffoot, bthigh]}\n").factory();
  EXPECT_EQ(env->spec().actions.parts[0].labels, (std::vector<std::string>{"ffoot", "bthigh"}));
  Rng rng(1);
  env->reset(rng);
  env->step(std::array{0.25, -0.5}, rng);
  const auto ctrl = dynamic_cast<TaskEnv&>(*env).simulation().ctrl();
  EXPECT_EQ(std::vector<double>(ctrl.begin(), ctrl.end()), (std::vector<double>{-0.5, 0, 0, 0, 0, 0.25}));
}

TEST(Tasks, MayHaveSeveralSensors) {
  std::string yaml = good;
  yaml.replace(yaml.find("  state: [{qpos: {from: 1}}, qvel]"), 34, "  joints: [{qpos: {from: 3}}]\n  speed: [qvel]");
  const auto two = task_of(yaml).factory();
  ASSERT_EQ(two->spec().sensors.size(), 2u);
  EXPECT_EQ(two->spec().sensors[0].size(), 6);
  EXPECT_EQ(two->spec().sensors[1].size(), 9);
  EXPECT_EQ(two->spec().observation_size(), 15);
}

TEST(Tasks, AreMadeAgainFromTheirResolvedConfig) {
  const Task first = load_task("half_cheetah");
  EXPECT_EQ(first.config.find("model")->text(), "sim/models/half_cheetah.xml");
  EXPECT_EQ(first.config.find("frame_skip")->integer(), 5);
  const ConfigNode kept = ConfigNode::parse_text(first.config.to_yaml(), "config.yaml");
  const auto again = load_task(kept, "half_cheetah", "/").factory();
  EXPECT_EQ(first_difference(first.factory()->spec(), again->spec(), "the task"), "");
  EXPECT_EQ(load_task("cartpole").config.find("env")->text(), "cartpole");
}

TEST(Tasks, OfOnesOwnTerm) {
  class Height final : public RewardTerm {
   public:
    using Params = NoParams;
    Height(const Params&, const TermSource&) {}
    double value(const TaskState& state) override { return state.sim.xpos(1)[2]; }
  };
  TaskRegistry registry = TaskRegistry::builtin();
  registry.rewards.push_back(term_row<RewardTerm, Height>("height", "z of the first body", "m"));
  std::string yaml = good;
  yaml.replace(yaml.find("term: x_velocity"), 16, "term: height");
  const auto high = task_of(yaml, registry).factory();
  Rng rng(1);
  high->reset(rng);
  high->step(std::vector<double>(6), rng);
  EXPECT_NEAR(high->reward_terms()[0], 0.7, 0.15);
}

TEST(Tasks, KnowTheFingerprintOfTheirModel) {
  EXPECT_EQ(load_task("hopper").model.fingerprint,
            Model::load(SINEW_SOURCE_DIR "/sim/models/hopper.xml")->fingerprint());
  EXPECT_EQ(load_task("cartpole").model.fingerprint, "");
}

TEST(Tasks, NameTheRewardThatIsNotFinite) {
  class Ratio final : public RewardTerm {
   public:
    using Params = NoParams;
    Ratio(const Params&, const TermSource&) {}
    double value(const TaskState& state) override { return state.elapsed < 3 ? 0 : std::sqrt(-1.0); }
  };
  TaskRegistry registry = TaskRegistry::builtin();
  registry.rewards.push_back(term_row<RewardTerm, Ratio>("ratio", "of nothing to nothing"));
  std::string yaml = good;
  yaml.replace(yaml.find("term: x_velocity"), 16, "term: ratio");
  const auto env = task_of(yaml, registry).factory();
  Rng rng(1);
  env->reset(rng);
  for (int i = 0; i < 2; ++i) env->step(std::vector<double>(6), rng);
  expect_contains(error_of([&] { env->step(std::vector<double>(6), rng); }),
                  "the reward 'forward' (term ratio) of the task 'test' is -nan in step 3 of an episode");
}

TEST(Tasks, StartWhereTheyAreToldTo) {
  const auto env = make_task("half_cheetah")();
  auto& task = dynamic_cast<TaskEnv&>(*env);
  Rng rng(1);
  std::vector<double> qpos(9, 0.1), qvel(9, -0.2);
  task.reset_to(qpos, qvel, rng);
  const std::span<const double> state = task.observation(0);
  EXPECT_EQ(state[0], 0.1);
  EXPECT_EQ(state[16], -0.2);
  qpos.pop_back();
  expect_contains(error_of([&] { task.reset_to(qpos, qvel, rng); }), "qpos has 8 numbers; the model has 9");
}

TEST(Tasks, BeginTheirTermsWithTheEpisodesOwnCommand) {
  // Remembers the command that an episode began with.
  class First final : public RewardTerm {
   public:
    using Params = NoParams;
    First(const Params&, const TermSource&) {}
    void begin_episode(const TaskState& state) override { first_ = state.commands[0].value[0]; }
    double value(const TaskState& state) override { return first_ == state.commands[0].value[0]; }

   private:
    double first_ = 0;
  };
  TaskRegistry registry = TaskRegistry::builtin();
  registry.rewards.push_back(term_row<RewardTerm, First>("first", "1 while the first command holds"));
  std::string yaml = good + "commands: {walk: {term: uniform, low: [0], high: [1]}}\n";
  yaml.replace(yaml.find("term: x_velocity"), 16, "term: first");
  const auto env = task_of(yaml, registry).factory();
  Rng rng(1);
  for (int episode = 0; episode < 3; ++episode) {
    env->reset(rng);
    env->step(std::vector<double>(6), rng);
    EXPECT_EQ(env->reward_terms()[0], 1);
  }
}

TEST(TaskErrors, OfTheDefaultPoseSayWhere) {
  expect_contains(error_of([] { task_of(good + "default_pose: {joints: {bfot: 0}}\n"); }), "default_pose: ");
}

TEST(TaskErrors, NameTheNearestTask) {
  expect_contains(error_of([] { load_task("half_cheeta"); }), "did you mean 'half_cheetah'?");
  expect_contains(error_of([] { load_task("no/such.yaml"); }), "no/such.yaml");
}

TEST(TaskErrors, NamePlaceAndNearestWord) {
  expect_contains(error_with("qvel]", "qvell]"), "task.yaml:5:30");
  expect_contains(error_with("qvel]", "qvell]"), "no observation term 'qvell'; did you mean 'qvel'?");
  expect_contains(error_with("x_velocity", "x_velocty"), "did you mean 'x_velocity'?");
  expect_contains(error_with("uniform", "unifrom"), "no reset term 'unifrom'; did you mean 'uniform'?");
  expect_contains(error_with("frame_skip", "frameskip"), "did you mean 'frame_skip'?");
  expect_contains(error_with("{from: 1}", "{fro: 1}"), "did you mean 'from'?");
  expect_contains(error_with("weight: -0.1", "wieght: -0.1"), "did you mean 'weight'?");
  expect_contains(error_with("frame_skip: 5", "frame_skip: 0"), "out of range");
  expect_contains(error_with("frame_skip: 5", "frame_skip: five"), "task.yaml:2:13");
}

TEST(TaskErrors, AreOfTheModel) {
  expect_contains(error_with("half_cheetah.xml", "half_cheeta.xml"), "there is no such file");
  expect_contains(error_with("{from: 1}", "{from: 9}"), "of 9");
  expect_contains(error_with("term: x_velocity", "term: x_velocity, joint: rotx"), "did you mean 'rootx'?");
  expect_contains(error_with("term: x_velocity", "term: x_velocity, joint: bfoot"), "does not slide");
  expect_contains(error_with("[{uniform: {qpos: 0.1}}]", "[{uniform: {qpos: -1}}]"), "out of range");
  expect_contains(error_of([] { task_of(good + "actions: {actuators: [bthig]}\n"); }),
                  "no actuator 'bthig'; did you mean 'bthigh'?");
  expect_contains(error_of([] { task_of(good + "actions: {actuators: [bfoot, bfoot]}\n"); }), "named twice");
  expect_contains(error_of([] { task_of(good + "actions: {actuators: every}\n"); }), "has no actuator 'every'");
  expect_contains(error_of([] { task_of(good + "terminate: {low: {term: site_below, site: tip, height: 1}}\n"); }),
                  "has no site 'tip'");
  expect_contains(error_of([] { task_of("env: cartpol\n"); }), "no env 'cartpol'; did you mean 'cartpole'?");
  expect_contains(error_of([] { task_of("env: cartpole\ntime_limt: 3\n"); }), "did you mean 'time_limit'?");
}

}  // namespace
}  // namespace sinew
