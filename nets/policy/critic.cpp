#include "nets/policy/critic.h"

#include "nets/layers/linear.h"

namespace sinew {

template <class T>
BasicCritic<T>::BasicCritic(const BasicActor<T>& actor, const InterfaceSpec& spec, const NetworkConfig& config,
                            const LayerTable<T>& layers, Rng& rng)
    : memory_(actor.memory()), parameters_(std::make_unique<BasicParameters<T>>(config.most_parameters)) {
  LayerContext<T> context{*parameters_, rng, "", {}, config.init, &memory_};
  encoders_ = std::make_unique<BasicEncoders<T>>(spec, config, "critic", layers, context);
  const int features = actor.trunk_features() + encoders_->features();
  if (features == 0) fail("network.encoders: the critic sees no sensor");
  context.name = "critic";
  context.input = {features};
  layers_ = std::make_unique<BasicSequential<T>>(config.critic, layers, context);
  head_ = std::make_unique<BasicLinear<T>>(*parameters_, "critic.head", layers_->output_shape()[0], 1, rng,
                                           InitConfig{config.init.scheme, 1.0});
}

template <class T>
BasicTensor<T> BasicCritic<T>::operator()(BasicTensor<T> trunk, const Observations& observations,
                                          BasicSequence<T>& sequence) const {
  const BasicTensor<T> features = (*encoders_)(trunk, observations, sequence);
  const BasicTensor<T> values = (*head_)(layers_->run(features, sequence));
  return reshape(values, {values.shape()[0]});
}

template <class T>
bool BasicCritic<T>::has_batch_statistics() const {
  return encoders_->has_batch_statistics() || layers_->has_batch_statistics();
}

template class BasicCritic<float>;
template class BasicCritic<double>;

}  // namespace sinew
