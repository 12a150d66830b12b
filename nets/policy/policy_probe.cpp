#include "nets/policy/policy_probe.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "nets/ops/attention.h"

namespace sinew {
namespace {

// The images of a row are adjacent in one node.
void add_saliency(const InterfaceSpec& spec, const Node<float>& images, PolicyInternals& internals) {
  if (!images.gradient) return;
  const float* gradient = images.gradient;
  for (const SensorSpec& sensor : spec.sensors) {
    if (!sensor.is_image()) continue;
    const int height = sensor.shape[0], width = sensor.shape[1], channels = sensor.shape[2];
    PolicyInternals::Map map{sensor.name, height, width, std::vector<float>(static_cast<size_t>(height) * width)};
    for (float& pixel : map.values)
      for (int c = 0; c < channels; ++c) pixel += std::abs(*gradient++);
    internals.saliency.push_back(std::move(map));
  }
}

void add_node(const InterfaceSpec& spec, const Node<float>& node, PolicyInternals& internals) {
  const std::string_view name = node.operation->name;
  if (name == "pixels") {
    add_saliency(spec, node, internals);
  } else if (name == "lstm" || name == "gru") {
    internals.activations.push_back({node.scope, 1, node.shape[1], {node.value, node.value + node.shape.size()}});
  } else if (name == "attention") {
    const auto weights = attention_weights(node);
    const int heads = node.integers[2];
    internals.attention.push_back(
        {node.scope, heads, static_cast<int>(weights.size()) / heads, {weights.begin(), weights.end()}});
  }
}

}  // namespace

PolicyProbe::PolicyProbe(const Policy& policy) : policy_(policy) {}

bool PolicyProbe::has_a_view() {
  const std::vector<float> numbers(policy_.observation_size()), state(policy_.state_size());
  const std::vector<uint8_t> images(policy_.image_size());
  return !look({1, numbers.data(), images.data()}, state, true).empty();
}

PolicyInternals PolicyProbe::look(const ObservationRows& row, std::span<const float> state, bool starts_anew) {
  tape_.rewind();
  const uint8_t reset = starts_anew;
  Sequence step;
  if (!state.empty()) step = Sequence(tape_.view({1, policy_.state_size()}, state.data(), "state"), {&reset, 1});
  const auto actions = policy_.actor()(policy_.observe(tape_, row, /*images_want_gradients=*/true), step);
  const Tensor mode = actions.mode();
  tape_.backward(sum(abs(mode)) + sum(actions.log_prob(mode)), {});
  PolicyInternals internals;
  std::vector<const Node<float>*> nodes;
  for (const Node<float>* node = tape_.last(); node; node = node->previous) nodes.push_back(node);
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) add_node(policy_.spec(), **node, internals);
  return internals;
}

}  // namespace sinew
