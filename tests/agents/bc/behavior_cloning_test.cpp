// Behavioural cloning: what was shown is learnt, whatever the network.
#include "agents/bc/behavior_cloning.h"

#include <unistd.h>

#include <filesystem>
#include <map>

#include "core/log.h"
#include "tests/agents/made_up_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

// Episodes of `length` steps of x in ±1 and a constant, and what `teacher` does, given x and the x before it (0 at
// first).
template <class Teacher>
Demonstrations show(int episodes, int length, Teacher&& teacher) {
  Demonstrations set;
  set.spec = interface_of(2, 1);
  Rng rng(5);
  for (int e = 0; e < episodes; ++e) {
    float before = 0;
    for (int step = 0; step < length; ++step) {
      const float x = static_cast<float>(rng.uniform(-1, 1));
      set.numbers.insert(set.numbers.end(), {x, 1});
      set.actions.push_back(teacher(x, before));
      set.starts.push_back(step == 0);
      before = x;
    }
  }
  set.rows = episodes * length;
  return set;
}
float one_step_late(float, float before) { return before; }

class BehaviorCloningTest : public testing::Test {
 protected:
  ~BehaviorCloningTest() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const Demonstrations& set) const {
    std::filesystem::create_directories(folder_);
    const std::string path = folder_ + "/" + name;
    save_demonstrations(path, set);
    return path;
  }
  // Of the set `name`.
  BcConfig config(const std::string& options, const std::string& name = "set") const {
    BcConfig config = read_config<BcConfig>(
        ConfigNode::parse_text("{demonstrations: " + folder_ + "/" + name + ", " + options + "}", "bc.yaml"));
    return config;
  }
  using Learner = Fixture<BehaviorCloning, BcConfig>;
  std::unique_ptr<Learner> learner(const std::string& network, const BcConfig& config, int threads = 1) const {
    return std::make_unique<Learner>(MadeUpEnv::factory(), 1, network, config, threads);
  }
  static std::map<std::string, double, std::less<>> learn(Learner& fixture, int epochs) {
    std::map<std::string, double, std::less<>> metrics;
    for (int i = 0; i < epochs; ++i) fixture.learner.iterate(static_cast<double>(i) / epochs);
    fixture.learner.report(
        [&](std::string_view name, double value) { metrics.insert_or_assign(std::string(name), value); });
    return metrics;
  }
  const std::string folder_ = testing::TempDir() + "sinew_bc_" + std::to_string(::getpid());
};

// The likeliest linear policy is the teacher itself, and −log π of it that of a standard normal's middle.
TEST_F(BehaviorCloningTest, ALinearTeacherIsFound) {
  write("set", show(8, 50, [](float x, float) { return 0.6f * x - 0.3f; }));
  const auto fixture = learner("{encoders: {state: {normalize: false}}, actor: [], critic: []}",
                               config("learning_rate: {start: 0.02, end: 0.0001}, batch_size: 40"));
  const auto metrics = learn(*fixture, 60);
  Parameters& parameters = fixture->learner.policy().parameters();
  const auto weight = parameters.find("actor.head.weight")->values();
  EXPECT_NEAR(weight[0], 0.6, 1e-3);
  EXPECT_NEAR(weight[1] + parameters.find("actor.head.bias")->values()[0], -0.3, 1e-3);
  EXPECT_NEAR(metrics.at("train/loss"), 0.9189385, 1e-4);  // ½ log 2π
  EXPECT_LT(metrics.at("validation/action_error"), 1e-3);
  EXPECT_EQ(parameters.find("actor.log_std")->values()[0], 0) << "it is not learnt";
  EXPECT_EQ(metrics.at("train/n_updates"), 60 * 9) << "350 rows are 9 minibatches, 50 are held out";
}

TEST_F(BehaviorCloningTest, HowSureTheTeacherIsIsLearntWhereItIsAskedFor) {
  Rng rng(3);
  write("set", show(40, 50, [&](float x, float) { return x + static_cast<float>(0.2 * rng.normal()); }));
  const auto fixture = learner("{encoders: {state: {normalize: false}}, actor: [], critic: []}",
                               config("learn_std: true, learning_rate: {start: 0.02, end: 0}"));
  learn(*fixture, 80);
  EXPECT_NEAR(std::exp(fixture->learner.policy().parameters().find("actor.log_std")->values()[0]), 0.2, 0.02);
}

// Only a network with memory can do what depends on the previous step, through sequences that begin within episodes.
TEST_F(BehaviorCloningTest, MemoryIsLearntFromSequences) {
  write("set", show(30, 37, one_step_late));
  const auto blind = learner("{actor: [{linear: 16}, tanh], critic: []}", config("learning_rate: 0.01"));
  EXPECT_GT(learn(*blind, 60).at("validation/action_error"), 0.2);
  const auto fixture = learner("{core: {lstm: 16}, actor: [], critic: []}",
                               config("learning_rate: {start: 0.02, end: 0.001}, batch_size: 128, seq_len: 8"));
  EXPECT_LT(learn(*fixture, 60).at("validation/action_error"), 0.03);
}

TEST_F(BehaviorCloningTest, ChoicesAreLearnt) {
  Demonstrations set = show(20, 20, [](float x, float) { return x > 0 ? 1.0f : 0.0f; });
  set.spec.actions.parts = {discrete_part("sign", {3})};
  write("set", set);
  Learner fixture(MadeUpEnv::factory({.actions = {discrete_part("sign", {3})}}), 1, "{actor: [{linear: 16}, tanh]}",
                  config("learning_rate: 0.01"));
  EXPECT_LT(learn(fixture, 60).at("validation/action_error"), 0.06) << "of the choices are others";
  set.actions[7] = 1.5f;
  write("set", set);
  expect_contains(error_of([&] {
                    Learner(MadeUpEnv::factory({.actions = {discrete_part("sign", {3})}}), 1, "{actor: []}",
                            config(""));
                  }),
                  "the demonstrations have 1.5 where 'sign' is a choice out of 3");
}

TEST_F(BehaviorCloningTest, TheThreadsDoNotMatter) {
  write("set", show(9, 41, one_step_late));
  for (const char* network :
       {"{core: {gru: 8}, actor: [{linear: 8}, tanh]}", "{actor: [{linear: 8}, batch_norm, tanh]}"}) {
    std::vector<std::string> hashes;
    std::vector<double> errors;
    for (const int threads : {1, 2, 3}) {
      const auto fixture = learner(network, config("batch_size: 64"), threads);
      errors.push_back(learn(*fixture, 4).at("validation/action_error"));
      hashes.push_back(fixture->learner.policy().weights_hash());
    }
    EXPECT_EQ(hashes[0], hashes[1]);
    EXPECT_EQ(hashes[0], hashes[2]);
    EXPECT_EQ(errors[0], errors[1]);
    EXPECT_EQ(errors[0], errors[2]);
  }
}

TEST_F(BehaviorCloningTest, GoesOnFromItsStateWithTheSameDemonstrationsAlone) {
  write("set", show(9, 41, one_step_late));
  const std::string network = "{core: {lstm: 4}, actor: []}";
  const auto whole = learner(network, config("batch_size: 64"));
  learn(*whole, 3);
  StateArchive saved;
  whole->learner.visit_state(saved);
  learn(*whole, 2);

  const auto again = learner(network, config("batch_size: 64"));
  StateArchive restored(saved.bytes(), "it");
  again->learner.visit_state(restored);
  learn(*again, 2);
  EXPECT_EQ(again->learner.policy().weights_hash(), whole->learner.policy().weights_hash());

  write("set", show(9, 41, [](float x, float) { return x; }));
  const auto other = learner(network, config("batch_size: 64"));
  StateArchive wrong(saved.bytes(), "it");
  expect_contains(error_of([&] { other->learner.visit_state(wrong); }),
                  "the demonstrations are not those that the run began with");
}

TEST_F(BehaviorCloningTest, SeveralFilesAreOneSet) {
  write("one.safetensors", show(2, 10, one_step_late));
  write("two.safetensors", show(3, 7, one_step_late));
  const Policy policy(interface_of(2, 1), network_from("{actor: []}"), builtin_layers<float>(), Rng(1));
  const DemonstrationData data({folder_ + "/one.safetensors", folder_ + "/two.safetensors"}, policy, 0.2, Rng(4));
  EXPECT_EQ(data.rows(), 41);
  EXPECT_EQ(data.training().size() + data.validation().size(), 5u);
  int held_out = 0;
  for (const auto& episode : data.validation()) held_out += episode.length();
  EXPECT_EQ(data.training_rows(), 41 - held_out);
  EXPECT_GE(held_out, 8);
  EXPECT_LE(held_out, 17);
  EXPECT_EQ(data.validation().front().begin, data.training_rows());

  const DemonstrationData folder({folder_}, policy, 0.2, Rng(4));
  EXPECT_EQ(folder.fingerprint(), data.fingerprint());
  std::filesystem::create_directories(folder_ + "/empty");
  expect_contains(error_of([&] { DemonstrationData({folder_ + "/empty"}, policy, 0.2, Rng(4)); }),
                  "there are no demonstrations, *.safetensors, in the folder '" + folder_ + "/empty'");

  const DemonstrationData single({write("alone", show(1, 20, one_step_late))}, policy, 0.25, Rng(4));
  EXPECT_EQ(single.training_rows(), 15);
  EXPECT_TRUE(single.starts(15)) << "memory starts again with what is held out";
  const DemonstrationData all({folder_ + "/one.safetensors"}, policy, 0, Rng(4));
  EXPECT_TRUE(all.validation().empty());
}

// A camera's frames are stacked as the policy takes them; what the critic alone sees need not be there.
TEST_F(BehaviorCloningTest, FramesAreStacked) {
  InterfaceSpec spec = interface_of(2, 1);
  spec.sensors.push_back({"eye", SensorSpec::Type::uint8, {1, 1, 2}, {}, {}, 2, "grey"});
  spec.sensors.push_back({"truth", SensorSpec::Type::float32, {3}, {}, {}});
  const Policy policy(spec, network_from("{encoders: {eye: {layers: [flatten]}, truth: {used_by: critic}}, actor: []}"),
                      builtin_layers<float>(), Rng(1));
  Demonstrations set = show(2, 3, one_step_late);
  set.spec.sensors.push_back({"eye", SensorSpec::Type::uint8, {1, 1, 1}, {}, {}, 1, "grey"});
  set.images = {10, 20, 30, 40, 50, 60};
  const DemonstrationData data({write("set", set)}, policy, 0, Rng(1));
  std::vector<std::vector<int>> stacks;
  for (int row = 0; row < 6; ++row) {
    std::vector<uint8_t> stack(2);
    data.copy_images(row, stack.data());
    stacks.push_back({stack[0], stack[1]});
  }
  EXPECT_EQ(stacks, (std::vector<std::vector<int>>{{10, 10}, {10, 20}, {20, 30}, {40, 40}, {40, 50}, {50, 60}}));
  EXPECT_EQ(data.numbers(4)[2], 0);
  Policy filled(spec, policy.config(), builtin_layers<float>(), Rng(1));
  data.fill_normalizers(filled);
  EXPECT_EQ(filled.normalizers()[0].state().count, 6);
  EXPECT_EQ(filled.normalizers()[2].state().count, 0) << "nothing is known of what was not recorded";
}

TEST_F(BehaviorCloningTest, ActionsBeyondTheLimitsCountAsTheLimit) {
  const Policy policy(interface_of(2, 1), network_from("{actor: [], action_map: scale}"), builtin_layers<float>(),
                      Rng(1));
  const DemonstrationData data({write("set", show(1, 4, [](float, float) { return 3.0f; }))}, policy, 0, Rng(1));
  EXPECT_EQ(data.limited(), 4);
  EXPECT_EQ(data.command(0)[0], 2);
  EXPECT_EQ(data.raw_action(0)[0], 1);
  EXPECT_EQ(data.action_error(0, std::vector<float>{1}), 0.5);
}

TEST_F(BehaviorCloningTest, WhatDoesNotFitIsRefused) {
  const Demonstrations good = show(2, 10, one_step_late);
  const auto refused = [&](const char* why, auto&& change, const std::string& options = "",
                           const char* network = "{actor: []}") {
    Demonstrations set = good;
    change(set);
    write("set", set);
    expect_contains(error_of([&] { learner(network, config(options)); }), why);
  };
  const auto as_it_is = [](Demonstrations&) {};
  refused("set': they have no sensor 'state', on which the policy acts",
          [](auto& set) { set.spec.sensors[0].name = "joints"; });
  refused("sensor 'state': the set names its units, the policy does not",
          [](auto& set) { set.spec.sensors[0].units = {"rad", "m"}; });
  refused("they have 2 actions, the task 1", [](auto& set) {
    set.spec.actions.parts = {continuous_part("arm", 2)};
    set.actions.resize(2 * set.actions.size());
  });
  refused("algorithm.seq_len: the network has no memory", as_it_is, "seq_len: 4");
  refused("algorithm.seq_len: 30 steps; the demonstrations have 10", as_it_is, "seq_len: 30",
          "{core: {lstm: 4}, actor: []}");
  std::filesystem::remove(folder_ + "/set");
  expect_contains(error_of([&] { learner("{actor: []}", config("")); }), "/set'");
  write("set", good);
  expect_contains(error_of([&] { read_config<BcConfig>(ConfigNode::parse_text("{batch_size: 4}", "bc.yaml")); }),
                  "demonstrations");
}

TEST_F(BehaviorCloningTest, ALossThatIsNotFiniteIsNamed) {
  write("set", show(2, 10, one_step_late));
  const auto fixture = learner("{actor: []}", config(""));
  fixture->learner.policy().parameters().values()[0] = std::numeric_limits<float>::infinity();
  expect_contains(error_of([&] { learn(*fixture, 1); }), "learning has diverged: in update 1 the loss is not finite");
}

}  // namespace
}  // namespace sinew
