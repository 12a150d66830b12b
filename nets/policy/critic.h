#pragma once
#include <memory>

#include "nets/policy/actor.h"

namespace sinew {

/// V(s) on an actor's trunk, with its own parameters. Belongs to the learner that created it.
template <class T>
class BasicCritic {
 public:
  using Observations = BasicObservations<T>;

  /// Creates and initialises the parameters (own encoders, layers, head, in this order), drawing from `rng`. Its memory
  /// comes after the actor's.
  BasicCritic(const BasicActor<T>& actor, const InterfaceSpec& spec, const NetworkConfig& config,
              const LayerTable<T>& layers, Rng& rng);

  /// [rows], from the output of the actor's trunk for the same observations.
  BasicTensor<T> operator()(BasicTensor<T> trunk, const Observations& observations, BasicSequence<T>& sequence) const;

  BasicParameters<T>& parameters() { return *parameters_; }
  const BasicParameters<T>& parameters() const { return *parameters_; }
  /// As BasicLayer::has_batch_statistics, for any of its own layers.
  bool has_batch_statistics() const;
  /// Numbers of memory per sequence, carried from step to step: first the actor's, then its own.
  int state_size() const { return memory_.numbers; }

 private:
  MemoryLayout memory_;
  std::unique_ptr<BasicParameters<T>> parameters_;
  std::unique_ptr<BasicEncoders<T>> encoders_;
  std::unique_ptr<BasicSequential<T>> layers_;
  std::unique_ptr<BasicLayer<T>> head_;
};

using Critic = BasicCritic<float>;

}  // namespace sinew
