#include "nets/network.h"

#include <algorithm>
#include <array>

#include "nets/layers/linear.h"

namespace sinew {

void read_value(const ConfigNode& node, CoreConfig& core) {
  core.layers.clear();
  if (node.is_null()) return;
  if (node.is_scalar()) {
    if (node.text() != "none") throw node.error(fmt::format("'{}' is neither none nor a list of layers", node.text()));
    return;
  }
  read_value(node, core.layers);
}

ConfigNode write_value(const CoreConfig& core) {
  return core.layers.empty() ? ConfigNode::scalar("none") : write_value(core.layers);
}

namespace {

// How many numbers the action head puts out for a part, without a state-dependent log_std.
int head_outputs(const ActionPart& part) {
  if (!part.is_discrete()) return part.size();
  int total = 0;
  for (const int n : part.choices) total += n;
  return total;
}

// An image keeps its shape; whatever else there is counts as a row of numbers.
Shape shape_of(const SensorSpec& sensor) {
  if (sensor.shape.size() != 3) return {sensor.size()};
  return {sensor.shape[0], sensor.shape[1], sensor.shape[2]};
}

constexpr size_t max_sensors = 32;
constexpr double lowest_log_std = -20, highest_log_std = 2;

}  // namespace

template <class T>
BasicActorCritic<T>::BasicActorCritic(const InterfaceSpec& spec, const NetworkConfig& config,
                                      const LayerTable<T>& layers, Rng rng)
    : spec_(spec),
      squash_(config.action_map == "tanh"),
      parameters_(std::make_unique<BasicParameters<T>>(config.most_parameters)),
      state_dependent_std_(config.state_dependent_std) {
  if (spec.actions.parts.empty() || spec.actions.parts.size() > ActionDistribution<T>::max_parts)
    fail("a policy needs 1 to {} action parts, not {}", ActionDistribution<T>::max_parts, spec.actions.parts.size());
  if (spec.sensors.empty() || spec.sensors.size() > max_sensors)
    fail("a policy needs 1 to {} sensors, not {}", max_sensors, spec.sensors.size());
  std::vector<std::string> names;
  for (const SensorSpec& sensor : spec.sensors) names.push_back(sensor.name);
  for (const auto& [name, encoder] : config.encoders)
    if (std::ranges::find(names, name) == names.end())
      fail("network.encoders: the task has no sensor '{}'{}", name, suggestion(name, names));

  int begin = 0, features = 0;
  for (const SensorSpec& sensor : spec.sensors) {
    const auto entry = std::ranges::find(config.encoders, sensor.name, &std::pair<std::string, EncoderConfig>::first);
    const LayerList list = entry == config.encoders.end() ? LayerList{} : entry->second.layers;
    const Shape input = list.empty() ? Shape{sensor.size()} : shape_of(sensor);
    LayerContext<T> context{*parameters_, rng, "encoder." + sensor.name, input, config.init};
    Encoder encoder{begin, begin + sensor.size(), input, std::make_unique<BasicSequential<T>>(list, layers, context)};
    const Shape output = encoder.layers->output_shape();
    if (output.rank() != 1)
      throw list.back().error(fmt::format("the encoder of '{}' ends with images of {}; put flatten, or spatial_softargmax, "
                                          "at its end",
                                          sensor.name, output.text()));
    features += output[0];
    begin = encoder.end;
    encoders_.push_back(std::move(encoder));
  }
  const auto sequence = [&](const char* name, const LayerList& list, int inputs) {
    return std::make_unique<BasicSequential<T>>(list, layers,
                                                LayerContext<T>{*parameters_, rng, name, {inputs}, config.init});
  };
  core_ = sequence("core", config.core.layers, features);
  features = core_->output_shape()[0];
  separate_ = parameters_->size() == 0;
  actor_ = sequence("actor", config.actor, features);
  add_action_head(actor_->output_shape()[0], config, rng);
  critic_begin_ = static_cast<size_t>(parameters_->size());
  critic_ = sequence("critic", config.critic, features);
  value_head_ = std::make_unique<BasicLinear<T>>(*parameters_, "critic.head", critic_->output_shape()[0], 1, rng,
                                                 InitConfig{config.init.scheme, 1.0});
}

template <class T>
void BasicActorCritic<T>::add_action_head(int features, const NetworkConfig& config, Rng& rng) {
  int outputs = 0, continuous = 0;
  for (const ActionPart& part : spec_.actions.parts) {
    outputs += head_outputs(part);
    if (!part.is_discrete()) continuous += part.size();
  }
  if (state_dependent_std_) outputs += continuous;
  action_head_ = std::make_unique<BasicLinear<T>>(*parameters_, "actor.head", features, outputs, rng,
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
BasicTensor<T> BasicActorCritic<T>::Encoder::operator()(BasicTensor<T> columns) const {
  if (input.rank() == 1) return (*layers)(columns);
  return (*layers)(reshape(columns, {columns.shape()[0], input[0], input[1], input[2]}));
}

template <class T>
BasicTensor<T> BasicActorCritic<T>::trunk(BasicTensor<T> observations) const {
  BasicTensor<T> features;
  if (encoders_.size() == 1) {
    features = encoders_[0](observations);
  } else {
    std::array<BasicTensor<T>, max_sensors> parts;
    for (size_t i = 0; i < encoders_.size(); ++i)
      parts[i] = encoders_[i](slice(observations, encoders_[i].begin, encoders_[i].end));
    features = concat<T>(std::span<const BasicTensor<T>>(parts.data(), encoders_.size()));
  }
  return (*core_)(features);
}

template <class T>
ActionDistribution<T> BasicActorCritic<T>::action_head(BasicTensor<T> features) const {
  const BasicTensor<T> out = (*action_head_)((*actor_)(features));
  ActionDistribution<T> distribution(spec_.actions, squash_);
  const bool single = spec_.actions.parts.size() == 1 && !state_dependent_std_;
  int column = 0, std_column = 0, std_begin = 0;
  for (const ActionPart& part : spec_.actions.parts) std_begin += head_outputs(part);
  for (const ActionPart& part : spec_.actions.parts) {
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
BasicTensor<T> BasicActorCritic<T>::value_head(BasicTensor<T> features) const {
  const BasicTensor<T> values = (*value_head_)((*critic_)(features));
  return reshape(values, {values.shape()[0]});
}

template <class T>
typename BasicActorCritic<T>::Output BasicActorCritic<T>::operator()(BasicTensor<T> observations) const {
  const BasicTensor<T> features = trunk(observations);
  return {action_head(features), value_head(features)};
}

template <class T>
ActionDistribution<T> BasicActorCritic<T>::actor(BasicTensor<T> observations) const {
  return action_head(trunk(observations));
}

template <class T>
BasicTensor<T> BasicActorCritic<T>::critic(BasicTensor<T> observations) const {
  return value_head(trunk(observations));
}

template class BasicActorCritic<float>;
template class BasicActorCritic<double>;

}  // namespace sinew
