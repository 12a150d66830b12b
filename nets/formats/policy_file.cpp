#include "nets/formats/policy_file.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "core/safe_file.h"
#include "nets/formats/interface_json.h"
#include "nets/formats/safetensors.h"
#include "nets/policy/trace.h"

namespace sinew {
namespace {

constexpr const char* format_name = "sinew-policy";
constexpr int policy_version = 1;
constexpr int golden_rows = 4;

std::vector<int64_t> stored_shape(const Shape& shape) {
  std::vector<int64_t> extents;
  for (int i = 0; i < shape.rank(); ++i) extents.push_back(shape[i]);
  return extents;
}

StoredTensor stored_vector(std::span<const float> values) {
  return StoredTensor::from_floats({static_cast<int64_t>(values.size())}, values);
}

// The test inputs of a policy.
struct Golden {
  std::vector<float> numbers;
  std::vector<uint8_t> images;
  ObservationRows rows() const { return {golden_rows, numbers.data(), images.data()}; }
};

// Numbers around the normaliser's data, so that the network is exercised in its working range.
Golden golden_observations(const Policy& policy) {
  Rng rng = Rng(20240229).split("golden");
  Golden golden;
  for (int row = 0; row < golden_rows; ++row)
    for (size_t s = 0; s < policy.normalizers().size(); ++s) {
      const Normalizer& normalizer = policy.normalizers()[s];
      const SensorSpec& sensor = policy.spec().sensors[s];
      for (int i = 0; i < sensor.size(); ++i) {
        if (sensor.is_image()) {
          golden.images.push_back(static_cast<uint8_t>(rng.below(256)));
          continue;
        }
        const float z = static_cast<float>(rng.normal());
        golden.numbers.push_back(normalizer.size() == 0 ? z : normalizer.mean()[i] + z / normalizer.scale()[i]);
      }
    }
  return golden;
}

// Replaces each row's state by the next one.
std::vector<float> act(const Policy& policy, const Golden& golden, std::vector<float>& state) {
  const std::vector<uint8_t> no_reset(golden_rows);
  std::vector<float> actions(static_cast<size_t>(golden_rows) * policy.action_size());
  PolicyRunner(policy).act(golden.rows(), state, no_reset, actions);
  return actions;
}

// The memory after a few steps of an episode.
std::vector<float> golden_state(const Policy& policy, const Golden& golden) {
  std::vector<float> state(static_cast<size_t>(golden_rows) * policy.state_size());
  for (int step = 0; step < 3 && !state.empty(); ++step) {
    act(policy, golden, state);
    std::ranges::rotate(state, state.begin() + policy.state_size());  // the next step sees another row
  }
  return state;
}

void check_close(std::span<const float> actual, std::span<const float> expected, const char* what) {
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!std::isfinite(actual[i]))
      fail("its golden pair {} gives the {} {}: its weights are unusable; take another policy of the run",
           i * golden_rows / expected.size(), what, actual[i]);
    if (!(std::abs(actual[i] - expected[i]) <= 1e-5 * (1 + std::abs(expected[i]))))
      fail(
          "its golden pair {} gives the {} {} where {} is recorded: this program computes the network differently; "
          "use the version of sinew that wrote it",
          i * golden_rows / expected.size(), what, actual[i], expected[i]);
  }
}

// A tensor, after checking that it exists with that shape.
const StoredTensor& policy_tensor(const TensorFile& file, const std::string& name, const std::vector<int64_t>& shape) {
  const auto entry = file.tensors.find(name);
  if (entry == file.tensors.end()) fail("the tensor '{}' is missing", name);
  if (entry->second.shape != shape)
    fail("the tensor '{}' has shape [{}], the network needs [{}]", name, fmt::join(entry->second.shape, ", "),
         fmt::join(shape, ", "));
  return entry->second;
}

std::vector<float> numbers(const TensorFile& file, const std::string& name, const std::vector<int64_t>& shape) {
  const StoredTensor& stored = policy_tensor(file, name, shape);
  return with_context(fmt::format("the tensor '{}'", name), [&] { return stored.floats(); });
}

std::vector<uint8_t> bytes(const TensorFile& file, const std::string& name, const std::vector<int64_t>& shape) {
  const StoredTensor& stored = policy_tensor(file, name, shape);
  if (stored.dtype != "U8") fail("the tensor '{}' has the dtype {}, not U8", name, stored.dtype);
  return stored.data;
}

// The weight of a normaliser's statistics when learning continues. Missing in older files.
double seen_rows(const TensorFile& file, const std::string& name) {
  constexpr double unknown = 1e6;
  return file.tensors.contains(name) ? numbers(file, name, {1})[0] : unknown;
}

void check_golden(const Policy& policy, const TensorFile& file) {
  std::vector<float> state = numbers(file, "golden.state", {golden_rows, policy.state_size()});
  const std::vector<float> expected = numbers(file, "golden.action", {golden_rows, policy.action_size()});
  Golden golden{numbers(file, "golden.observation", {golden_rows, policy.observation_size()}), {}};
  if (policy.image_size() > 0) golden.images = bytes(file, "golden.images", {golden_rows, policy.image_size()});
  const std::vector<float> actual = act(policy, golden, state);
  check_close(actual, expected, "action");
  if (policy.state_size() > 0)
    check_close(state, numbers(file, "golden.next_state", {golden_rows, policy.state_size()}), "memory");
}

void check_is_policy(const TensorFile& file) {
  check_format(file, format_name, policy_version, "a sinew policy");
  if (metadata(file, "sha256") != content_checksum(file))
    fail("it is damaged: the checksum does not match its content; copy it again from where it came");
}

// The description alone could request any amount of memory, so the numbers must be in the file, too.
int64_t count_numbers(const TensorFile& file) {
  size_t bytes = 0;
  for (const auto& [name, stored] : file.tensors) bytes += stored.data.size();
  return static_cast<int64_t>(bytes / sizeof(float));
}

// The tensors that acting does not read.
std::map<std::string, StoredTensor> learners_tensors(const TensorFile& file, const Policy& policy) {
  std::set<std::string_view> acting;
  for (const Parameter& parameter : policy.parameters().list()) acting.insert(parameter.name);
  std::map<std::string, StoredTensor> rest;
  for (const auto& [name, stored] : file.tensors)
    if (!acting.contains(name) && !name.starts_with("normalizer.") && !name.starts_with("golden.") &&
        !name.starts_with("action."))
      rest[name] = stored;
  return rest;
}

LoadedPolicy read_policy(const TensorFile& file, const LayerTable<float>& layers) {
  check_is_policy(file);
  NetworkConfig config = read_config<NetworkConfig>(ConfigNode::parse_text(metadata(file, "network"), "network"));
  config.most_parameters = count_numbers(file);
  const InterfaceSpec spec = interface_from_json(metadata(file, "interface"));
  policy_tensor(file, "golden.observation", {golden_rows, spec.observation_size()});
  if (spec.image_size() > 0) policy_tensor(file, "golden.images", {golden_rows, spec.image_size()});
  LoadedPolicy loaded;
  loaded.info = {metadata(file, "task"), metadata(file, "task_config"), metadata(file, "config"), {}};
  if (const auto model = file.metadata.find("model"); model != file.metadata.end())
    loaded.info.model = model_identity_of(model->second);
  loaded.policy = std::make_unique<Policy>(spec, config, layers, Rng());
  Policy& policy = *loaded.policy;
  for (const Parameter& parameter : policy.parameters().list())
    std::ranges::copy(numbers(file, parameter.name, stored_shape(parameter.shape)), parameter.values().begin());
  for (size_t s = 0; s < policy.normalizers().size(); ++s) {
    Normalizer& normalizer = policy.normalizers()[s];
    if (normalizer.size() == 0) continue;
    const std::string name = "normalizer." + policy.spec().sensors[s].name;
    normalizer.set_frozen(numbers(file, name + ".mean", {normalizer.size()}),
                          numbers(file, name + ".scale", {normalizer.size()}), seen_rows(file, name + ".count"));
  }
  check_golden(policy, file);
  loaded.learner = learners_tensors(file, policy);
  return loaded;
}

}  // namespace

std::string format_policy(const Policy& policy, const PolicyInfo& info, const LearnerParameters& learner) {
  TensorFile file;
  const auto add = [&](const Parameters& parameters) {
    for (const Parameter& parameter : parameters.list())
      file.tensors[parameter.name] = StoredTensor::from_floats(stored_shape(parameter.shape), parameter.values());
  };
  add(policy.parameters());
  for (const Parameters* parameters : learner) add(*parameters);
  std::vector<float> low, high;
  for (const ActionPart& part : policy.spec().actions.parts)
    for (int i = 0; i < part.size(); ++i) {
      low.push_back(part.is_discrete() ? 0.0f : static_cast<float>(part.low[i]));
      high.push_back(part.is_discrete() ? 0.0f : static_cast<float>(part.high[i]));
    }
  file.tensors["action.low"] = stored_vector(low);
  file.tensors["action.high"] = stored_vector(high);
  for (size_t s = 0; s < policy.normalizers().size(); ++s) {
    const Normalizer& normalizer = policy.normalizers()[s];
    if (normalizer.size() == 0) continue;
    const std::string name = "normalizer." + policy.spec().sensors[s].name;
    file.tensors[name + ".mean"] = stored_vector(normalizer.mean());
    file.tensors[name + ".scale"] = stored_vector(normalizer.scale());
    const float count = static_cast<float>(normalizer.state().count);
    file.tensors[name + ".count"] = stored_vector({&count, 1});
  }
  const Golden golden = golden_observations(policy);
  std::vector<float> state = golden_state(policy, golden);
  file.tensors["golden.observation"] =
      StoredTensor::from_floats({golden_rows, policy.observation_size()}, golden.numbers);
  if (policy.image_size() > 0)
    file.tensors["golden.images"] = {.dtype = "U8", .shape = {golden_rows, policy.image_size()}, .data = golden.images};
  file.tensors["golden.state"] = StoredTensor::from_floats({golden_rows, policy.state_size()}, state);
  file.tensors["golden.action"] =
      StoredTensor::from_floats({golden_rows, policy.action_size()}, act(policy, golden, state));
  if (policy.state_size() > 0)
    file.tensors["golden.next_state"] = StoredTensor::from_floats({golden_rows, policy.state_size()}, state);
  file.metadata = {{"format", format_name},
                   {"format_version", std::to_string(policy_version)},
                   {"task", info.task},
                   {"task_config", info.task_config},
                   {"config", info.config},
                   {"interface", interface_to_json(policy.spec())},
                   {"network", write_config(policy.config()).to_yaml()},
                   {"trace", to_json(trace_actor(policy))}};
  if (const std::string model = to_text(info.model); !model.empty()) file.metadata["model"] = model;
  file.metadata["sha256"] = content_checksum(file);
  return format_safetensors(file);
}

void save_policy(const std::string& path, const Policy& policy, const PolicyInfo& info,
                 const LearnerParameters& learner) {
  write_file_atomically(path, format_policy(policy, info, learner));
}

bool take_learner_parameters(const LoadedPolicy& from, Parameters& parameters) {
  for (const Parameter& parameter : parameters.list()) {
    const auto entry = from.learner.find(parameter.name);
    if (entry == from.learner.end() || entry->second.dtype != "F32" ||
        entry->second.shape != stored_shape(parameter.shape))
      return false;
  }
  for (const Parameter& parameter : parameters.list())
    std::ranges::copy(from.learner.at(parameter.name).floats(), parameter.values().begin());
  return true;
}

std::string whole_weights_hash(const LoadedPolicy& loaded) {
  std::map<std::string_view, std::span<const std::byte>> all;
  for (const auto& [name, stored] : loaded.learner) all[name] = std::as_bytes(std::span(stored.data));
  for (const Parameter& parameter : loaded.policy->parameters().list())
    all[parameter.name] = std::as_bytes(parameter.values());
  Sha256 whole;
  for (const auto& [name, bytes] : all) whole.update(bytes.data(), bytes.size());
  return whole.hex_digest();
}

LoadedPolicy parse_policy(std::string_view content, const std::string& file_name, const LayerTable<float>& layers) {
  const TensorFile file = parse_safetensors(content, file_name);
  return with_context(fmt::format("the policy '{}'", file_name), [&] { return read_policy(file, layers); });
}

LoadedPolicy load_policy(const std::string& path, const LayerTable<float>& layers) {
  return parse_policy(read_file(path), path, layers);
}

}  // namespace sinew
