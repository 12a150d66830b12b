// The policy file: what was saved acts again bit for bit, and nothing damaged acts at all.
#include "nets/formats/policy_file.h"

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/safe_file.h"
#include "nets/formats/interface_json.h"
#include "nets/formats/safetensors.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

constexpr const char* plain = "{actor: [{linear: 3}, tanh], critic: []}";

class PolicyFileTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  LoadedPolicy load() const { return load_policy(path_, builtin_layers<float>()); }
  void save(const Policy& policy) const { save_policy(path_, policy, {"reach", "env: reach\n", "seed: 1\n"}); }
  // The content with a change, under a checksum that is right again: what a wrong program would write.
  template <class Change>
  void forge(Change&& change) const {
    TensorFile file = read_safetensors(path_);
    change(file);
    Sha256 hash;
    const auto add = [&hash](const std::string& name, const auto& data) {
      const std::string head = fmt::format("{} {}\n", name, data.size());
      hash.update(head.data(), head.size());
      hash.update(data.data(), data.size());
    };
    for (const auto& [name, text] : file.metadata)
      if (name != "sha256") add(name, text);
    for (const auto& [name, tensor] : file.tensors) {
      std::string title = name + " " + tensor.dtype;
      for (const int64_t extent : tensor.shape) title += fmt::format(" {}", extent);
      add(title, tensor.data);
    }
    file.metadata["sha256"] = hash.hex_digest();
    write_safetensors(path_, file);
  }
  template <class Change>
  void expect_refusal(Change&& change, const std::string& text) const {
    save(make_experienced_policy(continuous_interface(2, 1), plain));
    forge(change);
    const std::string error = error_of([this] { load(); });
    expect_contains(error, text);
    expect_contains(error, path_);
  }

  const std::string path_ = testing::TempDir() + "sinew_policy_" + std::to_string(::getpid()) + ".safetensors";
};

InterfaceSpec unlimited_interface() {
  InterfaceSpec spec = continuous_interface(4, 2);
  spec.sensors[0].labels = {"a", "b", "c", "d"};
  spec.sensors[0].units = {"rad", "rad", "m/s", ""};
  spec.actions.parts[0].low = {-std::numeric_limits<double>::infinity(), -0.1};
  spec.actions.parts[0].high = {std::numeric_limits<double>::infinity(), 0.3};
  spec.actions.rate = 20;
  return spec;
}

TEST_F(PolicyFileTest, WhatWasSavedActsAgainBitForBit) {
  struct Case {
    InterfaceSpec spec;
    std::string network;
  };
  for (const Case& c : {Case{continuous_interface(5, 3), separate_network}, Case{unlimited_interface(), plain},
                        Case{continuous_interface(5, 3), "{actor: [{linear: 4}, tanh], action_map: tanh}"},
                        Case{continuous_interface(5, 3),
                             "{encoders: {state: {normalize: false}}, actor: [layer_norm, silu], action_map: scale}"},
                        Case{mixed_interface(), shared_network},
                        Case{mixed_interface(), "{actor: [{linear: 4}], state_dependent_std: true}"}}) {
    SCOPED_TRACE(c.network);
    const Policy policy = make_experienced_policy(c.spec, c.network);
    save(policy);
    const LoadedPolicy loaded = load();
    EXPECT_EQ(loaded.policy->weights_hash(), policy.weights_hash());
    const std::vector<float> expected = act_on_random_rows(policy), actual = act_on_random_rows(*loaded.policy);
    EXPECT_EQ(std::memcmp(expected.data(), actual.data(), expected.size() * sizeof(float)), 0);
    EXPECT_EQ(first_difference(loaded.policy->spec(), c.spec, "the test"), "");
    EXPECT_EQ(interface_to_json(loaded.policy->spec()), interface_to_json(c.spec));
    EXPECT_EQ(loaded.info.task, "reach");
    EXPECT_EQ(loaded.info.task_config, "env: reach\n");
    EXPECT_EQ(loaded.info.config, "seed: 1\n");
    const std::string first = read_file(path_);
    save(*loaded.policy);
    EXPECT_EQ(read_file(path_), first);  // saved once more, it is the same file
  }
}

TEST_F(PolicyFileTest, GoldenPairsAreWhatThePolicyDoes) {
  const Policy policy = make_experienced_policy(mixed_interface(), shared_network);
  save(policy);
  const TensorFile file = read_safetensors(path_);
  const std::vector<float> observations = file.tensors.at("golden.observation").floats();
  std::vector<float> actions(4 * static_cast<size_t>(policy.action_size()));
  ASSERT_EQ(observations.size(), 4 * static_cast<size_t>(policy.observation_size()));
  PolicyRunner(policy).act(observations, {}, {}, actions);
  EXPECT_EQ(file.tensors.at("golden.action").floats(), actions);
  EXPECT_NE(std::vector<float>(actions.begin(), actions.begin() + 6),
            std::vector<float>(actions.begin() + 6, actions.begin() + 12));
}

// Every byte in turn, in two ways: the file is refused, or acts as before.
TEST_F(PolicyFileTest, NoFlippedByteGoesUnnoticed) {
  const Policy policy = make_experienced_policy(continuous_interface(2, 1), plain);
  save(policy);
  const std::string intact = read_file(path_);
  const LayerTable<float> layers = builtin_layers<float>();
  const std::vector<float> actions = act_on_random_rows(policy);
  int harmless = 0;
  for (size_t i = 0; i < intact.size(); ++i) {
    std::string damaged = intact;
    damaged[i] = static_cast<char>(damaged[i] ^ (i % 2 ? 0x01 : 0x80));
    std::ofstream(path_, std::ios::binary) << damaged;
    try {
      const LoadedPolicy loaded = load_policy(path_, layers);
      EXPECT_EQ(loaded.policy->weights_hash(), policy.weights_hash()) << "byte " << i;
      EXPECT_EQ(act_on_random_rows(*loaded.policy), actions) << "byte " << i;
      ++harmless;
    } catch (const Error&) {
    }
  }
  EXPECT_LT(harmless, 16) << "of " << intact.size();  // spaces that pad the header
}

TEST_F(PolicyFileTest, ATruncatedFileIsRefused) {
  save(make_experienced_policy(continuous_interface(2, 1), plain));
  const std::string intact = read_file(path_);
  for (size_t size = 0; size < intact.size(); size += 7) {
    std::ofstream(path_, std::ios::binary) << intact.substr(0, size);
    expect_contains(error_of([this] { load(); }), path_);
  }
}

TEST_F(PolicyFileTest, AnythingMissingOrMisshapenIsNamed) {
  for (const char* name : {"actor.0.weight", "actor.head.bias", "normalizer.state.mean", "normalizer.state.scale",
                           "golden.observation", "golden.state", "golden.action"})
    expect_refusal([&](TensorFile& file) { file.tensors.erase(name); },
                   fmt::format("the tensor '{}' is missing", name));
  for (const char* name : {"format_version", "interface", "network", "task", "config"})
    expect_refusal([&](TensorFile& file) { file.metadata.erase(name); },
                   fmt::format("the metadata '{}' is missing", name));
  expect_refusal(
      [](TensorFile& file) { file.tensors["actor.0.bias"] = StoredTensor::from_floats({2}, std::vector<float>(2)); },
      "the tensor 'actor.0.bias' has shape [2], the network needs [3]");
  expect_refusal([](TensorFile& file) { file.tensors["golden.action"].shape = {2, 2}; },
                 "the tensor 'golden.action' has shape [2, 2], the network needs [4, 1]");
  expect_refusal([](TensorFile& file) { file.tensors["actor.0.bias"].dtype = "I32"; },
                 "'actor.0.bias': a tensor of dtype F32");
}

TEST_F(PolicyFileTest, WeightsThatAreNoneAreNamed) {
  Policy policy = make_experienced_policy(continuous_interface(2, 1), plain);
  policy.parameters().values()[0] = std::numeric_limits<float>::quiet_NaN();
  save(policy);
  expect_contains(error_of([this] { load(); }), "its weights are unusable; take another policy of the run");
}

TEST_F(PolicyFileTest, AnotherFormatOrProgramIsNamed) {
  expect_refusal([](TensorFile& file) { file.metadata["format_version"] = "2"; },
                 "its format version is 2, this program reads 1; use a matching version of sinew");
  expect_refusal([](TensorFile& file) { file.metadata = {{"format", "pt"}}; }, "is not a sinew policy");
  expect_refusal([](TensorFile& file) { file.metadata["network"] = "{actor: [{lniear: 3}]}"; },
                 "there is no layer 'lniear'; did you mean 'linear'?");
  expect_refusal([](TensorFile& file) { file.metadata["interface"] = "[]"; },
                 "the description of sensors and actions is broken");
}

TEST_F(PolicyFileTest, GoldenPairsCatchANetworkComputedDifferently) {
  expect_refusal(
      [](TensorFile& file) {
        std::vector<float> actions = file.tensors["golden.action"].floats();
        actions[2] += 1e-4f;
        file.tensors["golden.action"] = StoredTensor::from_floats({4, 1}, actions);
      },
      "its golden pair 2 gives");
  expect_refusal(
      [](TensorFile& file) {
        std::vector<float> weights = file.tensors["actor.0.bias"].floats();
        weights[0] = std::numeric_limits<float>::quiet_NaN();
        file.tensors["actor.0.bias"] = StoredTensor::from_floats({3}, weights);
      },
      "its golden pair 0 gives the action nan");
}

TEST_F(PolicyFileTest, AnImpossibleInterfaceIsRefused) {
  for (const auto& [from, to, text] : std::vector<std::array<std::string, 3>>{
           {"\"shape\":[2]", "\"shape\":[1048576,1048576,1048576]", "sensor 'state' has more than"},
           {"\"shape\":[2]", "\"shape\":[0]", "sensor 'state' has an extent of 0"},
           {"\"shape\":[2]", "\"shape\":[2.5]", "sensor 'state' has an extent of 2.5"},
           {"\"shape\":[2]", "\"shape\":[1e300]", "sensor 'state' has an extent of 1e+300"},
           {"\"shape\":[2]", "\"shape\":[[]]", "sensor 'state' has an extent of array"},
           {"\"shape\":[2]", "\"shape\":[16777216]",
            "'golden.observation' has shape [4, 2], the network needs [4, 16777216]"},
           {"\"labels\":[]", "\"labels\":[\"a\",\"b\"]", "action 'torque' has 2 labels for 1 numbers"},
           {"\"high\":[1.0]", "\"high\":[]", "1 lower and 0 upper limits"},
           {"\"high\":[1.0],", "\"choices\":[0],", "action 'torque' has a number of choices of 0"}})
    expect_refusal(
        [&](TensorFile& file) {
          std::string& json = file.metadata["interface"];
          ASSERT_NE(json.find(from), std::string::npos) << json;
          json.replace(json.find(from), from.size(), to);
        },
        text);
}

// A description of any size is refused before anything of that size is made.
TEST_F(PolicyFileTest, ANetworkLargerThanTheFileIsRefused) {
  for (const char* network : {"{actor: [{linear: 65536}, {linear: 65536}]}", "{actor: [{linear: 4}, {linear: 4}]}"})
    expect_refusal([&](TensorFile& file) { file.metadata["network"] = network; },
                   "the network is too large: with 'actor.");
  const std::string choices = R"("choices":[8000000,8000000,8000000],"x":)";
  expect_refusal(
      [&](TensorFile& file) {
        std::string& json = file.metadata["interface"];
        json.replace(json.find("\"high\":"), 7, choices);
      },
      "its actions have more than 16777216 numbers and choices together");
}

TEST(InterfaceJson, BringsEverythingBack) {
  InterfaceSpec spec = mixed_interface();
  spec.sensors[0].labels = {"shoulder", "elbow \"left\"", "ü", "", "e"};
  spec.sensors[1].type = SensorSpec::Type::uint8;
  spec.sensors[1].shape = {8, 6, 3};
  const double infinity = std::numeric_limits<double>::infinity();
  spec.actions.parts[0].low = {-infinity, -0.1};
  spec.actions.parts[0].high = {1.0 / 3, infinity};
  spec.actions.parts[0].units = {"N m", "N m"};
  spec.actions.rate = 50;
  const InterfaceSpec again = interface_from_json(interface_to_json(spec));
  EXPECT_EQ(again.sensors, spec.sensors);
  EXPECT_EQ(again.actions, spec.actions);
}

}  // namespace
}  // namespace sinew
