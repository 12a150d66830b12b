#pragma once
#include <memory>

#include "nets/policy/distributions.h"
#include "nets/policy/encoders.h"

namespace sinew {

/// The network that acts: encoders and a core, which a critic may share (the trunk), then its own encoders, layers and
/// head. Maps rows of normalised observations to a distribution of raw actions.
template <class T>
class BasicActor {
 public:
  using Observations = BasicObservations<T>;

  /// Creates and initialises the parameters (shared encoders, core, own encoders, layers, head, in this order), drawing
  /// from `rng`.
  BasicActor(const InterfaceSpec& spec, const NetworkConfig& config, const LayerTable<T>& layers, Rng& rng);

  /// [rows, trunk_features()]; absent when nothing is shared.
  BasicTensor<T> trunk(const Observations& observations, BasicSequence<T>& sequence) const;
  /// `sequence`: the time order of the rows, and the memory.
  ActionDistribution<T> operator()(BasicTensor<T> trunk, const Observations& observations,
                                   BasicSequence<T>& sequence) const;
  ActionDistribution<T> operator()(const Observations& observations, BasicSequence<T>& sequence) const {
    return (*this)(trunk(observations, sequence), observations, sequence);
  }
  /// The same where every row is an episode's first.
  ActionDistribution<T> operator()(const Observations& observations) const {
    BasicSequence<T> first_steps;
    return (*this)(observations, first_steps);
  }

  BasicParameters<T>& parameters() { return *parameters_; }
  const BasicParameters<T>& parameters() const { return *parameters_; }
  int trunk_features() const { return core_->output_shape()[0]; }
  /// Whether a critic on the trunk trains parameters of the actor.
  bool trunk_has_parameters() const { return trunk_has_parameters_; }
  /// As BasicLayer::has_batch_statistics, for any layer.
  bool has_batch_statistics() const;
  /// The memory carried from step to step of each sequence (0 numbers: feed-forward).
  const MemoryLayout& memory() const { return memory_; }
  int state_size() const { return memory_.numbers; }
  const ActionSpec& action_spec() const { return actions_; }

 private:
  void add_head(int features, const NetworkConfig& config, Rng& rng);

  ActionSpec actions_;
  bool squash_, state_dependent_std_;
  bool trunk_has_parameters_ = false;
  MemoryLayout memory_;
  std::unique_ptr<BasicParameters<T>> parameters_;
  std::unique_ptr<BasicEncoders<T>> shared_encoders_, own_encoders_;
  std::unique_ptr<BasicSequential<T>> core_, layers_;
  std::unique_ptr<BasicLayer<T>> head_;
  const BasicParameter<T>* log_std_ = nullptr;  // state-independent, of all continuous parts
};

using Actor = BasicActor<float>;

}  // namespace sinew
