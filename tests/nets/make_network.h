#pragma once
#include <string>

#include "core/config.h"
#include "nets/network.h"

/// Actor-critics for the tests, from YAML.
namespace sinew {

inline SensorSpec sensor(std::string name, int size) {
  SensorSpec spec;
  spec.name = std::move(name);
  spec.shape = {size};
  return spec;
}
inline ActionPart continuous(std::string name, int size) {
  ActionPart part;
  part.name = std::move(name);
  part.low.assign(static_cast<size_t>(size), -1);
  part.high.assign(static_cast<size_t>(size), 1);
  return part;
}
inline ActionPart discrete(std::string name, std::vector<int> choices) {
  ActionPart part;
  part.name = std::move(name);
  part.choices = std::move(choices);
  return part;
}

/// Two sensors; an arm (two numbers), a gripper mode (three choices) and a switch bank (2 × 4).
inline InterfaceSpec mixed_interface() {
  InterfaceSpec spec;
  spec.sensors = {sensor("joints", 5), sensor("touch", 3)};
  spec.actions.parts = {continuous("arm", 2), discrete("mode", {3}), discrete("switches", {2, 4}), continuous("wrist", 1)};
  return spec;
}
inline InterfaceSpec continuous_interface(int observations, int actions) {
  InterfaceSpec spec;
  spec.sensors = {sensor("state", observations)};
  spec.actions.parts = {continuous("torque", actions)};
  return spec;
}

template <class T>
BasicActorCritic<T> make_network(const InterfaceSpec& spec, const std::string& yaml, uint64_t seed = 1) {
  const auto config = read_config<NetworkConfig>(ConfigNode::parse_text(yaml, "network.yaml"));
  return BasicActorCritic<T>(spec, config, builtin_layers<T>(), Rng(seed));
}

inline const char* const separate_network = "{actor: [{linear: 7}, tanh], critic: [{linear: 6}, elu, {linear: 3}, silu]}";
inline const char* const shared_network =
    "{encoders: {joints: {layers: [{linear: 4}, layer_norm]}}, core: [{linear: 6}, tanh, {linear: 5}, sigmoid],"
    " actor: [{linear: 4}, softplus], critic: []}";

}  // namespace sinew
