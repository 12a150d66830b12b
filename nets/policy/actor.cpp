#include "nets/policy/actor.h"

#include <algorithm>

#include "nets/layers/linear.h"

namespace sinew {
namespace {

// The number of head outputs for a part, without a state-dependent log_std.
int head_outputs(const ActionPart& part) {
  if (!part.is_discrete()) return part.size();
  int total = 0;
  for (const int n : part.choices) total += n;
  return total;
}

constexpr double lowest_log_std = -20, highest_log_std = 2;

template <class T>
void check_interface(const InterfaceSpec& spec, const NetworkConfig& config) {
  constexpr size_t max_parts = ActionDistribution<T>::max_parts;
  if (spec.actions.parts.empty() || spec.actions.parts.size() > max_parts)
    fail("a policy needs 1 to {} action parts, not {}", max_parts, spec.actions.parts.size());
  if (spec.sensors.empty() || spec.sensors.size() > max_sensors)
    fail("a policy needs 1 to {} sensors, not {}", max_sensors, spec.sensors.size());
  std::vector<std::string> names;
  for (const SensorSpec& sensor : spec.sensors) names.push_back(sensor.name);
  for (const auto& [name, encoder] : config.encoders)
    if (std::ranges::find(names, name) == names.end())
      fail("network.encoders: the task has no sensor '{}'{}", name, suggestion(name, names));
}

}  // namespace

template <class T>
BasicActor<T>::BasicActor(const InterfaceSpec& spec, const NetworkConfig& config, const LayerTable<T>& layers, Rng& rng)
    : actions_(spec.actions),
      squash_(config.action_map == "tanh"),
      state_dependent_std_(config.state_dependent_std),
      parameters_(std::make_unique<BasicParameters<T>>(config.most_parameters)) {
  check_interface<T>(spec, config);
  LayerContext<T> context{*parameters_, rng, "", {}, config.init, &memory_};
  const auto sequential = [&](const char* name, const LayerList& list, int inputs) {
    context.name = name;
    context.input = {inputs};
    return std::make_unique<BasicSequential<T>>(list, layers, context);
  };
  shared_encoders_ = std::make_unique<BasicEncoders<T>>(spec, config, "both", layers, context);
  if (shared_encoders_->is_empty() && !config.core.layers.empty())
    throw config.core.layers[0].error(
        "the core comes after the encoders that actor and critic share, and there are none");
  core_ = sequential("core", config.core.layers, shared_encoders_->features());
  trunk_has_parameters_ = parameters_->size() > 0;
  own_encoders_ = std::make_unique<BasicEncoders<T>>(spec, config, "actor", layers, context);
  const int features = trunk_features() + own_encoders_->features();
  if (features == 0) fail("network.encoders: the actor sees no sensor");
  layers_ = sequential("actor", config.actor, features);
  add_head(layers_->output_shape()[0], config, rng);
}

template <class T>
void BasicActor<T>::add_head(int features, const NetworkConfig& config, Rng& rng) {
  int outputs = 0, continuous = 0;
  for (const ActionPart& part : actions_.parts) {
    outputs += head_outputs(part);
    if (!part.is_discrete()) continuous += part.size();
  }
  if (state_dependent_std_) outputs += continuous;
  head_ = std::make_unique<BasicLinear<T>>(*parameters_, "actor.head", features, outputs, rng,
                                           InitConfig{config.init.scheme, config.actor_gain});
  if (state_dependent_std_) {  // the last columns are log_std; their bias starts at log_std_init
    const auto bias = parameters_->find("actor.head.bias")->values();
    std::ranges::fill(bias.last(continuous), static_cast<T>(config.log_std_init));
  } else if (continuous > 0) {
    log_std_ = &parameters_->add("actor.log_std", {continuous});
    std::ranges::fill(log_std_->values(), static_cast<T>(config.log_std_init));
  }
}

template <class T>
BasicTensor<T> BasicActor<T>::trunk(const Observations& observations, BasicSequence<T>& sequence) const {
  const BasicTensor<T> features = (*shared_encoders_)({}, observations, sequence);
  return features.is_there() ? core_->run(features, sequence) : features;
}

template <class T>
ActionDistribution<T> BasicActor<T>::operator()(BasicTensor<T> trunk, const Observations& observations,
                                                BasicSequence<T>& sequence) const {
  const BasicTensor<T> features = (*own_encoders_)(trunk, observations, sequence);
  const BasicTensor<T> out = (*head_)(layers_->run(features, sequence));
  ActionDistribution<T> distribution(actions_, squash_);
  const bool single = actions_.parts.size() == 1 && !state_dependent_std_;
  int column = 0, std_column = 0, std_begin = 0;
  for (const ActionPart& part : actions_.parts) std_begin += head_outputs(part);
  for (const ActionPart& part : actions_.parts) {
    const int n = head_outputs(part);
    const BasicTensor<T> own = single ? out : slice(out, column, column + n);
    column += n;
    if (part.is_discrete()) {
      distribution.add_discrete(own);
      continue;
    }
    BasicTensor<T> log_std;
    if (state_dependent_std_) {
      log_std = clip(slice(out, std_begin + std_column, std_begin + std_column + n), lowest_log_std, highest_log_std);
    } else {
      log_std = features.tape().parameter(*log_std_);
      if (!single) log_std = slice(log_std, std_column, std_column + n);
    }
    std_column += n;
    distribution.add_continuous(own, log_std);
  }
  return distribution;
}

template <class T>
bool BasicActor<T>::has_batch_statistics() const {
  return shared_encoders_->has_batch_statistics() || core_->has_batch_statistics() ||
         own_encoders_->has_batch_statistics() || layers_->has_batch_statistics();
}

template class BasicActor<float>;
template class BasicActor<double>;

}  // namespace sinew
