#include "core/config.h"

#include <cmath>

#include "core/parameter_list.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

struct Inner {
  double gamma = 0.99;
  std::vector<int> sizes = {64, 64};
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("gamma", gamma, between(0, 1), "a discount");
    v.optional("sizes", sizes, at_least(1));
  }
};

struct Outer {
  std::string task;
  int64_t steps = 1000000;
  int n_envs = 8;
  uint64_t seed = 1;
  float rate = 3e-4f;
  bool normalize = true;
  std::string device = "cpu";
  std::optional<double> target_kl;
  std::optional<std::string> label;
  std::vector<std::pair<std::string, double>> weights = {{"forward", 1.0}};
  ConfigNode network;
  Inner inner;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("task", task, "what is done");
    v.optional("steps", steps, at_least(1));
    v.optional("n_envs", n_envs, between(1, 4096));
    v.optional("seed", seed);
    v.optional("rate", rate, above(0));
    v.optional("normalize", normalize);
    v.optional("device", device, Choices{"cpu", "gpu"});
    v.optional("target_kl", target_kl, above_up_to(0, 1));
    v.optional("label", label);
    v.optional("weights", weights);
    v.optional("network", network);
    v.optional("inner", inner);
  }
};

Outer read(const std::string& text) { return read_config<Outer>(ConfigNode::parse_text(text, "f.yaml")); }
std::string refusal(const std::string& text) {
  return error_of([&] { read(text); });
}

TEST(Config, DefaultsStayWhereNothingIsSaid) {
  const Outer config = read("task: a\ninner:\n");
  EXPECT_EQ(config.steps, 1000000);
  EXPECT_EQ(config.inner.gamma, 0.99);
  EXPECT_FALSE(config.target_kl);
  EXPECT_EQ(config.weights.size(), 1u);
}

TEST(Config, ReadsEveryType) {
  const Outer config = read(
      "task: a\nsteps: 2e6\nn_envs: 16\nseed: 18446744073709551615\nrate: 1e-3\nnormalize: false\ndevice: gpu\n"
      "target_kl: 0.02\nlabel: none\nweights: {z: 2, a: -1}\nnetwork: {x: [1]}\ninner: {gamma: 1, sizes: [1, 2, 3]}\n");
  EXPECT_EQ(config.steps, 2000000);
  EXPECT_EQ(config.n_envs, 16);
  EXPECT_EQ(config.seed, 18446744073709551615u);
  EXPECT_EQ(config.rate, 1e-3f);
  EXPECT_FALSE(config.normalize);
  EXPECT_EQ(config.target_kl, 0.02);
  EXPECT_FALSE(config.label);
  EXPECT_EQ(config.weights, (std::vector<std::pair<std::string, double>>{{"z", 2}, {"a", -1}}));
  EXPECT_TRUE(config.network.find("x")->is_list());
  EXPECT_EQ(config.inner.sizes, (std::vector<int>{1, 2, 3}));
}

TEST(Config, MisspeltKeys) {
  EXPECT_EQ(refusal("task: a\nn_env: 3\n"), "f.yaml:2:1: unknown key 'n_env'; did you mean 'n_envs'?");
  EXPECT_EQ(refusal("task: a\ninner:\n  gama: 3\n"), "f.yaml:3:3: unknown key 'inner.gama'; did you mean 'gamma'?");
  EXPECT_EQ(refusal("task: a\ninner: {zzz: 3}\n"), "f.yaml:2:9: unknown key 'inner.zzz'; known: gamma, sizes");
}

TEST(Config, MissingKeys) {
  EXPECT_EQ(refusal(""), "f.yaml: the key 'task' is missing (what is done)");
  EXPECT_EQ(refusal("steps: 3\n"), "f.yaml:1:1: the key 'task' is missing (what is done)");
  EXPECT_EQ(refusal("tasc: a\n"),
            "f.yaml:1:1: the key 'task' is missing (what is done); 'tasc' is there: is it meant?");
}

TEST(Config, FieldsAreListedWithWhatTheyAccept) {
  std::vector<std::string> lines;
  for (const ParameterDoc& p : list_parameters<Outer>())
    lines.push_back(fmt::format("{}|{}|{}|{}", p.name, p.value, p.range, p.help));
  EXPECT_EQ(lines,
            (std::vector<std::string>{"task|||what is done", "steps|1000000|at least 1|", "n_envs|8|from 1 to 4096|",
                                      "seed|1||", "rate|0.0003|above 0|", "normalize|true||",
                                      "device|cpu|one of cpu, gpu|", "target_kl|none|from 0 (excluded) to 1|",
                                      "label|none||", "weights|{forward: 1}||", "network|none||",
                                      "inner.gamma|0.99|from 0 to 1|a discount", "inner.sizes|[64, 64]|at least 1|"}));
}

TEST(Config, MistypedValues) {
  EXPECT_EQ(refusal("task: a\nsteps: many\n"), "f.yaml:2:8: steps: 'many' is not a whole number");
  EXPECT_EQ(refusal("task: a\nsteps: 1.5\n"), "f.yaml:2:8: steps: '1.5' is not a whole number");
  EXPECT_EQ(refusal("task: [a]\n"), "f.yaml:1:7: task: a single value is expected, not a list");
  EXPECT_EQ(refusal("task: a\nnormalize: yes\n"), "f.yaml:2:12: normalize: 'yes' is not true or false; write true");
  EXPECT_EQ(refusal("task: a\ninner: 3\n"), "f.yaml:2:8: inner: a map (key: value) is expected, not a single value");
  EXPECT_EQ(refusal("task: a\ninner: {sizes: {x: 3}}\n"), "f.yaml:2:16: inner.sizes: a list is expected, not a map");
  EXPECT_EQ(refusal("task: a\ninner: {sizes: [1, x]}\n"), "f.yaml:2:20: inner.sizes.1: 'x' is not a whole number");
  EXPECT_EQ(refusal("task: a\nrate: nan\n"), "f.yaml:2:7: rate: 'nan' is not a number");
  EXPECT_EQ(refusal("- task\n"), "f.yaml:1:1: a map (key: value) is expected, not a list");
}

TEST(Config, ValuesOutOfRange) {
  EXPECT_EQ(refusal("task: a\nn_envs: 0\n"), "f.yaml:2:9: n_envs: 0 is out of range; it must be from 1 to 4096");
  EXPECT_EQ(refusal("task: a\nrate: 0\n"), "f.yaml:2:7: rate: 0 is out of range; it must be above 0");
  EXPECT_EQ(refusal("task: a\nsteps: -5\n"), "f.yaml:2:8: steps: -5 is out of range; it must be at least 1");
  EXPECT_EQ(refusal("task: a\ntarget_kl: 0\n"),
            "f.yaml:2:12: target_kl: 0 is out of range; it must be from 0 (excluded) to 1");
  EXPECT_EQ(refusal("task: a\ninner: {sizes: [64, 0]}\n"),
            "f.yaml:2:21: inner.sizes.1: 0 is out of range; it must be at least 1");
  EXPECT_EQ(refusal("task: a\nn_envs: 3000000000\n"),
            "f.yaml:2:9: n_envs: 3000000000 does not fit; it must be from -2147483648 to 2147483647");
  EXPECT_EQ(refusal("task: a\nseed: -1\n"),
            "f.yaml:2:7: seed: -1 does not fit; it must be from 0 to 18446744073709551615");
  EXPECT_EQ(refusal("task: a\nseed: 1e300\n"), "f.yaml:2:7: seed: 1e300 does not fit a whole number");
  EXPECT_EQ(refusal("task: a\nrate: 1e200\n"), "f.yaml:2:7: rate: 1e200 does not fit");
}

TEST(Config, ChoicesAreNamed) {
  EXPECT_EQ(refusal("task: a\ndevice: gpus\n"),
            "f.yaml:2:9: device: 'gpus' is not one of cpu, gpu; did you mean 'gpu'?");
  EXPECT_EQ(refusal("task: a\ndevice: abacus\n"), "f.yaml:2:9: device: 'abacus' is not one of cpu, gpu");
}

TEST(Config, AssignedValuesAreCheckedLikeTheFiles) {
  ConfigNode node = ConfigNode::parse_text("task: a\n", "f.yaml");
  node.assign("inner.gama=1");
  EXPECT_EQ(error_of([&] { read_config<Outer>(node); }),
            "--set inner.gama=1: unknown key 'inner.gama'; did you mean 'gamma'?");
  node = ConfigNode::parse_text("task: a\n", "f.yaml");
  node.assign("inner.gamma=2");
  EXPECT_EQ(error_of([&] { read_config<Outer>(node); }),
            "--set inner.gamma=2: inner.gamma: 2 is out of range; it must be from 0 to 1");
}

TEST(Config, WrittenBackItReadsTheSame) {
  Outer config = read("task: '5'\nseed: 18446744073709551615\nrate: 0.1\nlabel: \"none\"\ntarget_kl: 1e-9\n");
  config.weights = {};
  config.network = ConfigNode::parse_text("actor: [{linear: 64}, tanh]\nname: '7'\n", "n.yaml");
  config.inner.gamma = 1.0 / 3;
  const std::string yaml = write_config(config).to_yaml();
  const Outer again = read(yaml);
  EXPECT_EQ(write_config(again).to_yaml(), yaml);
  EXPECT_EQ(again.task, "5");
  EXPECT_EQ(again.seed, config.seed);
  EXPECT_EQ(again.rate, 0.1f);
  EXPECT_EQ(again.label, "none");
  EXPECT_EQ(again.target_kl, 1e-9);
  EXPECT_EQ(again.inner.gamma, 1.0 / 3);
  EXPECT_TRUE(again.weights.empty());
  EXPECT_TRUE(again.network.find("name")->is_quoted());
}

// A limit that is none by default may be so in words; of anything else a finite number is needed.
TEST(Config, InfinityIsReadWhereItIsTheDefault) {
  double limit = HUGE_VAL, weight = 1;
  std::vector<double> range;
  std::optional<double> maybe;
  const ConfigNode node = ConfigNode::parse_text("{x: -.inf, range: [0, .inf]}", "f.yaml");
  read_value(*node.find("x"), limit);
  EXPECT_EQ(limit, -HUGE_VAL);
  expect_contains(error_of([&] { read_value(*node.find("x"), weight); }), "x: -.inf is not finite");
  expect_contains(error_of([&] { read_value(*node.find("x"), maybe); }), "x: -.inf is not finite");
  expect_contains(error_of([&] { read_value(*node.find("range"), range); }), "range.1: .inf is not finite");
}

TEST(Config, HardTextsAndNumbersSurvive) {
  Outer config;
  for (const std::string task :
       {"", "null", "~", "true", "none", "1e6", "a: b", "- x", "#", " x ", "two\nlines", "ü"}) {
    config.task = task;
    EXPECT_EQ(read(write_config(config).to_yaml()).task, task);
  }
  for (const double kl : {1e-300, 5e-324, 0.1, 1.0}) {
    config.target_kl = kl;
    EXPECT_EQ(read(write_config(config).to_yaml()).target_kl, kl);
  }
  for (const float rate : {1e-45f, 0.1f, 16777217.0f, 3.4e38f}) {
    config.rate = rate;
    EXPECT_EQ(read(write_config(config).to_yaml()).rate, rate);
  }
}

}  // namespace
}  // namespace sinew
