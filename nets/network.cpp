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
  if (node.is_map())
    core.layers = {node};
  else
    read_value(node, core.layers);
}

ConfigNode write_value(const CoreConfig& core) {
  return core.layers.empty() ? ConfigNode::scalar("none") : write_value(core.layers);
}

const EncoderConfig& NetworkConfig::encoder(const std::string& sensor) const {
  static const EncoderConfig by_default;
  const auto entry = std::ranges::find(encoders, sensor, &std::pair<std::string, EncoderConfig>::first);
  return entry == encoders.end() ? by_default : entry->second;
}

bool NetworkConfig::normalizes(const SensorSpec& sensor) const {
  return encoder(sensor.name).normalize.value_or(!sensor.is_image());
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

  const auto sequence = [&](const char* name, const LayerList& list, int inputs) {
    return std::make_unique<BasicSequential<T>>(list, layers,
                                                LayerContext<T>{*parameters_, rng, name, {inputs}, config.init, &memory_});
  };
  shared_encoders_ = make_encoders("both", config, layers, rng);
  if (shared_encoders_.list.empty() && !config.core.layers.empty())
    throw config.core.layers[0].error("the core comes after the encoders that actor and critic share, and there are none");
  core_ = sequence("core", config.core.layers, shared_encoders_.features);
  const int shared_features = core_->output_shape()[0];
  separate_ = parameters_->size() == 0;
  actor_encoders_ = make_encoders("actor", config, layers, rng);
  const int actor_features = shared_features + actor_encoders_.features;
  if (actor_features == 0) fail("network.encoders: the actor sees no sensor");
  actor_ = sequence("actor", config.actor, actor_features);
  add_action_head(actor_->output_shape()[0], config, rng);
  critic_begin_ = static_cast<size_t>(parameters_->size());
  actor_state_size_ = memory_.numbers;
  critic_encoders_ = make_encoders("critic", config, layers, rng);
  const int critic_features = shared_features + critic_encoders_.features;
  if (critic_features == 0) fail("network.encoders: the critic sees no sensor");
  critic_ = sequence("critic", config.critic, critic_features);
  value_head_ = std::make_unique<BasicLinear<T>>(*parameters_, "critic.head", critic_->output_shape()[0], 1, rng,
                                                 InitConfig{config.init.scheme, 1.0});
}

template <class T>
typename BasicActorCritic<T>::Encoders BasicActorCritic<T>::make_encoders(const std::string& used_by,
                                                                          const NetworkConfig& config,
                                                                          const LayerTable<T>& layers, Rng& rng) {
  Encoders encoders;
  int numbers = 0, bytes = 0;  // of the sensors so far
  for (const SensorSpec& sensor : spec_.sensors) {
    int& begin = sensor.is_image() ? bytes : numbers;
    const int first = begin;
    begin += sensor.size();
    const EncoderConfig& own = config.encoder(sensor.name);
    if (own.used_by != used_by) continue;
    const Shape input = own.layers.empty() ? Shape{sensor.size()} : shape_of(sensor);
    LayerContext<T> context{*parameters_, rng, "encoder." + sensor.name, input, config.init, &memory_};
    encoders.list.push_back({sensor.is_image(), first, begin, input,
                             std::make_unique<BasicSequential<T>>(own.layers, layers, context)});
    const Shape output = encoders.list.back().layers->output_shape();
    if (output.rank() != 1)
      throw own.layers.back().error(
          fmt::format("the encoder of '{}' ends with images of {}; put flatten, or spatial_softargmax, at its end",
                      sensor.name, output.text()));
    encoders.features += output[0];
  }
  return encoders;
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
BasicTensor<T> BasicActorCritic<T>::Encoder::operator()(const Observations& observations,
                                                        BasicSequence<T>& sequence) const {
  const BasicTensor<T>& all = is_image ? observations.images : observations.numbers;
  const BasicTensor<T> columns = end - begin == all.shape().columns() ? all : slice(all, begin, end);
  if (input.rank() == 1) return layers->run(columns, sequence);
  return layers->run(reshape(columns, {columns.shape()[0], input[0], input[1], input[2]}), sequence);
}

// Shared features and those of one user, side by side. An empty trunk has no tensor.
template <class T>
BasicTensor<T> BasicActorCritic<T>::features_for(const Encoders& own, BasicTensor<T> trunk,
                                                 const Observations& observations,
                                                 BasicSequence<T>& sequence) const {
  if (own.list.empty()) return trunk;
  std::array<BasicTensor<T>, max_sensors + 1> parts;
  size_t n = 0;
  if (trunk.is_there()) parts[n++] = trunk;
  for (const Encoder& encoder : own.list) parts[n++] = encoder(observations, sequence);
  return n == 1 ? parts[0] : concat<T>(std::span<const BasicTensor<T>>(parts.data(), n));
}

template <class T>
BasicTensor<T> BasicActorCritic<T>::trunk(const Observations& observations, BasicSequence<T>& sequence) const {
  const BasicTensor<T> features = features_for(shared_encoders_, {}, observations, sequence);
  return features.is_there() ? core_->run(features, sequence) : features;
}

template <class T>
ActionDistribution<T> BasicActorCritic<T>::action_head(BasicTensor<T> features, BasicSequence<T>& sequence) const {
  const BasicTensor<T> out = (*action_head_)(actor_->run(features, sequence));
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
BasicTensor<T> BasicActorCritic<T>::value_head(BasicTensor<T> features, BasicSequence<T>& sequence) const {
  const BasicTensor<T> values = (*value_head_)(critic_->run(features, sequence));
  return reshape(values, {values.shape()[0]});
}

template <class T>
typename BasicActorCritic<T>::Output BasicActorCritic<T>::operator()(const Observations& observations,
                                                                     BasicSequence<T>& sequence) const {
  const BasicTensor<T> shared = trunk(observations, sequence);
  const auto actions = action_head(features_for(actor_encoders_, shared, observations, sequence), sequence);
  return {actions, value_head(features_for(critic_encoders_, shared, observations, sequence), sequence)};
}

template <class T>
ActionDistribution<T> BasicActorCritic<T>::actor(const Observations& observations, BasicSequence<T>& sequence) const {
  const BasicTensor<T> shared = trunk(observations, sequence);
  return action_head(features_for(actor_encoders_, shared, observations, sequence), sequence);
}

template <class T>
BasicTensor<T> BasicActorCritic<T>::critic(const Observations& observations, BasicSequence<T>& sequence) const {
  const BasicTensor<T> shared = trunk(observations, sequence);
  return value_head(features_for(critic_encoders_, shared, observations, sequence), sequence);
}

template <class T>
bool BasicActorCritic<T>::has_batch_statistics() const {
  for (const Encoders* encoders : {&shared_encoders_, &actor_encoders_, &critic_encoders_})
    for (const Encoder& encoder : encoders->list)
      if (encoder.layers->has_batch_statistics()) return true;
  return core_->has_batch_statistics() || actor_->has_batch_statistics() || critic_->has_batch_statistics();
}

template class BasicActorCritic<float>;
template class BasicActorCritic<double>;

}  // namespace sinew
