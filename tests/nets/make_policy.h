#pragma once
#include <string>

#include "nets/policy/policy.h"
#include "tests/nets/make_network.h"

/// Policies for the tests, from YAML.
namespace sinew {

inline Policy make_policy(const InterfaceSpec& spec, const std::string& yaml, uint64_t seed = 1) {
  return {spec, read_config<NetworkConfig>(ConfigNode::parse_text(yaml, "network.yaml")), builtin_layers<float>(),
          Rng(seed)};
}

/// One whose normalisers and running statistics have seen something and whose actions differ from row to row.
inline Policy make_experienced_policy(const InterfaceSpec& spec, const std::string& yaml, uint64_t seed = 1) {
  Policy policy = make_policy(spec, std::string(yaml).insert(1, "actor_gain: 1, "), seed);
  std::vector<float> rows(static_cast<size_t>(50) * policy.observation_size());
  Rng rng = Rng(seed).split("experience");
  for (float& x : rows) x = static_cast<float>(3 + 2 * rng.normal());
  policy.update_normalizers(rows);
  std::vector<uint8_t> images(static_cast<size_t>(50) * policy.image_size());
  for (uint8_t& x : images) x = static_cast<uint8_t>(rng.below(200));
  policy.update_image_normalizers({.rows = 50, .images = images.data()});
  for (const Parameter& parameter : policy.parameters().list())
    if (parameter.is_statistic)
      for (float& x : parameter.values()) x = static_cast<float>(rng.uniform(0.5, 2));
  return policy;
}

/// Deterministic commands of `rows` random observations.
inline std::vector<float> act_on_random_rows(const Policy& policy, int rows = 16) {
  std::vector<float> observations(static_cast<size_t>(rows) * policy.observation_size());
  std::vector<float> actions(static_cast<size_t>(rows) * policy.action_size());
  Rng rng(77);
  for (float& x : observations) x = static_cast<float>(3 + 2 * rng.normal());
  std::vector<uint8_t> images(static_cast<size_t>(rows) * policy.image_size());
  for (uint8_t& x : images) x = static_cast<uint8_t>(rng.below(256));
  PolicyRunner(policy).act({rows, observations.data(), images.data()}, {}, {}, actions);
  return actions;
}

}  // namespace sinew
