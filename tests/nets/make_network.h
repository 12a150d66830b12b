#pragma once
#include <string>

#include "core/config.h"
#include "nets/policy/critic.h"

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
  spec.actions.parts = {continuous("arm", 2), discrete("mode", {3}), discrete("switches", {2, 4}),
                        continuous("wrist", 1)};
  return spec;
}
inline InterfaceSpec continuous_interface(int observations, int actions) {
  InterfaceSpec spec;
  spec.sensors = {sensor("state", observations)};
  spec.actions.parts = {continuous("torque", actions)};
  return spec;
}
/// Two cameras and two kinds of numbers, between each other.
inline InterfaceSpec seeing_interface() {
  InterfaceSpec spec;
  spec.sensors = {{"front", SensorSpec::Type::uint8, {12, 10, 6}, {}, {}, 2, "red, green, blue"},
                  sensor("joints", 3),
                  {"scan", SensorSpec::Type::uint8, {4, 5, 1}, {}, {}, 1, "depth 0 to 5 m"},
                  sensor("truth", 2)};
  spec.actions.parts = {continuous("arm", 2)};
  return spec;
}

/// An actor and its critic.
template <class T>
struct BasicNetworks {
  BasicNetworks(const InterfaceSpec& spec, const NetworkConfig& config, const LayerTable<T>& layers, Rng rng)
      : actor(spec, config, layers, rng), critic(actor, spec, config, layers, rng) {}
  BasicActor<T> actor;
  BasicCritic<T> critic;

  struct Output {
    ActionDistribution<T> actions;
    BasicTensor<T> values;  // [rows]
  };
  Output operator()(const BasicObservations<T>& observations, BasicSequence<T>& sequence) const {
    const BasicTensor<T> trunk = actor.trunk(observations, sequence);
    const auto actions = actor(trunk, observations, sequence);
    return {actions, critic(trunk, observations, sequence)};
  }
  Output operator()(const BasicObservations<T>& observations) const {
    BasicSequence<T> first_steps;
    return (*this)(observations, first_steps);
  }
};

template <class T>
BasicNetworks<T> make_network(const InterfaceSpec& spec, const std::string& yaml, uint64_t seed = 1) {
  const auto config = read_config<NetworkConfig>(ConfigNode::parse_text(yaml, "network.yaml"));
  return BasicNetworks<T>(spec, config, builtin_layers<T>(), Rng(seed));
}

inline const char* const separate_network =
    "{actor: [{linear: 7}, tanh], critic: [{linear: 6}, elu, {linear: 3}, silu]}";
inline const char* const shared_network =
    "{encoders: {joints: {layers: [{linear: 4}, layer_norm]}}, core: [{linear: 6}, tanh, {linear: 5}, sigmoid],"
    " actor: [{linear: 4}, softplus], critic: []}";
inline const char* const seeing_network =
    "{encoders: {front: {normalize: true, layers: [{conv: {filters: 4, kernel: 4, stride: 2}}, relu, flatten]}, "
    "scan: {layers: [flatten, {linear: 3}, tanh]}, truth: {used_by: critic}}, core: [{linear: 8}, tanh], "
    "actor: [], critic: [{linear: 4}, tanh]}";
inline const char* const every_image_layer =
    "{encoders: {front: {normalize: true, layers: [{conv: {filters: 8, kernel: 3, padding: 1}}, batch_norm, relu, "
    "{group_norm: 2}, {max_pool: {kernel: 3, stride: 2, padding: 1}}, {conv: {filters: 5, kernel: [3, 2], stride: [1, "
    "2]}}, spatial_softargmax]}, scan: {layers: [{random_shift: {pixels: 2}}, {conv: {filters: 4, kernel: 2}}, tanh, "
    "{average_pool: {kernel: [3, 2], stride: [1, 2], padding: 1}}, flatten]}}, actor: [{linear: 8}, batch_norm, tanh], "
    "critic: []}";

}  // namespace sinew
