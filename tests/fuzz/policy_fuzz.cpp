// The policy file.
#include "core/error.h"
#include "nets/formats/policy_file.h"
#include "tests/fuzz/target.h"
#include "tests/nets/make_network.h"
#include "tests/nets/make_policy.h"

namespace sinew::fuzz {
std::vector<std::string> seeds() {
  std::vector<std::string> all;
  const std::vector<std::pair<InterfaceSpec, std::string>> cases = {
      {continuous_interface(3, 2), "{actor: [{linear: 3}, tanh], critic: []}"},
      {continuous_interface(3, 1),
       "{encoders: {state: {normalize: false}}, actor: [layer_norm, silu], action_map: scale}"},
      {mixed_interface(),
       "{encoders: {joints: {layers: [{linear: 3}]}}, core: [{linear: 2}], actor: [], "
       "state_dependent_std: true, action_map: tanh}"},
      {seeing_interface(), seeing_network}};
  for (const auto& [spec, network] : cases)
    all.push_back(format_policy(make_experienced_policy(spec, network), {"reach", "env: reach\n", "seed: 1\n"}));
  return all;
}

std::vector<std::string> words() {
  return {"\"sensors\":[",
          "\"shape\":[2]",
          "\"shape\":[16777216]",
          "\"choices\":[3,2]",
          "\"low\":[null]",
          "\"high\":[1.0]",
          "\"labels\":[\"a\"]",
          "\"units\":[]",
          "\"type\":\"uint8\"",
          "\"frames\":3",
          "{conv: {filters: 2, kernel: 2, stride: 2, padding: 1}}",
          "{max_pool: 2}",
          "spatial_softargmax",
          "flatten",
          "used_by: critic",
          "{linear: 64}",
          "{linear: 65536}",
          "layer_norm",
          "tanh",
          "encoders: ",
          "core: ",
          "init: {scheme: kaiming}",
          "actor.0.weight"};
}

}  // namespace sinew::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  static const LayerTable<float> layers = builtin_layers<float>();
  try {
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    const LoadedPolicy loaded = parse_policy(content, "input", layers);
    act_on_random_rows(*loaded.policy, 3);
    format_policy(*loaded.policy, loaded.info);
  } catch (const Error&) {
  }
  return 0;
}
