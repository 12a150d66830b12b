#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/spec.h"
#include "nets/distributions.h"
#include "nets/layers/sequential.h"

namespace sinew {

/// What stands before the heads for one sensor.
struct EncoderConfig {
  /// By running mean and variance: of each of the sensor's numbers, or of each of an image's channels.
  /// none: numbers are, images are not, for they come scaled to [0, 1].
  std::optional<bool> normalize;
  LayerList layers;
  /// both: a part of the shared trunk. A critic may see what the actor does not (Pinto et al. 2018).
  std::string used_by = "both";
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("normalize", normalize);
    v.optional("layers", layers);
    v.optional("used_by", used_by, Choices{"both", "actor", "critic"});
  }
};

/// The layers shared by actor and critic after the encoders: `none`, one ({lstm: 128}), or a list.
struct CoreConfig {
  LayerList layers;
};
void read_value(const ConfigNode& node, CoreConfig& core);
ConfigNode write_value(const CoreConfig& core);

/// A network as YAML declares it. Encoders used by both, and the core after them, are the shared trunk;
/// beside it, actor and critic see what only they use. Where the trunk has no parameters, actor and critic
/// are separate networks.
struct NetworkConfig {
  std::vector<std::pair<std::string, EncoderConfig>> encoders;  // missing sensors: the default
  const EncoderConfig& encoder(const std::string& sensor) const;
  bool normalizes(const SensorSpec& sensor) const;
  CoreConfig core;
  LayerList actor, critic;
  InitConfig init;
  double actor_gain = 0.01;  // of the action head's initial weights
  double log_std_init = 0;
  bool state_dependent_std = false;
  /// How a raw action becomes a command. clip: limited to the range. scale: ±1 is the range.
  /// tanh: the squashed Gaussian, whose ±1 is the range.
  std::string action_map = "clip";

  /// More than this is refused before it is made. No key of the YAML: whoever reads a file knows what
  /// it can hold.
  int64_t most_parameters = int64_t{1} << 28;

  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("encoders", encoders);
    v.optional("core", core);
    v.required("actor", actor);
    v.optional("critic", critic);
    v.optional("init", init);
    v.optional("actor_gain", actor_gain, above(0));
    v.optional("log_std_init", log_std_init, between(-20, 2));
    v.optional("state_dependent_std", state_dependent_std);
    v.optional("action_map", action_map, Choices{"clip", "scale", "tanh"});
  }
};

/// A network's input: rows of *normalised* observations, the numbers of all float32 sensors side by side,
/// and the images, from 0 to 1, likewise. A spec that has none of one kind leaves that one empty.
template <class T>
struct BasicObservations {
  BasicTensor<T> numbers;  // [rows, observation_size()]
  BasicTensor<T> images;   // [rows, image_size()]
  BasicObservations(BasicTensor<T> all_numbers, BasicTensor<T> all_images = {})
      : numbers(all_numbers), images(all_images) {}
};

/// Actor and critic.
template <class T>
class BasicActorCritic {
 public:
  using Observations = BasicObservations<T>;

  /// Makes and initialises the parameters (shared encoders, core, actor, critic, in this order).
  BasicActorCritic(const InterfaceSpec& spec, const NetworkConfig& config, const LayerTable<T>& layers, Rng rng);

  struct Output {
    ActionDistribution<T> actions;
    BasicTensor<T> values;  // [rows]
  };
  /// `sequence`: how the rows follow each other, and what is remembered (its state may be the actor's alone where
  /// only the actor runs).
  Output operator()(const Observations& observations, BasicSequence<T>& sequence) const;
  ActionDistribution<T> actor(const Observations& observations, BasicSequence<T>& sequence) const;
  BasicTensor<T> critic(const Observations& observations, BasicSequence<T>& sequence) const;
  /// The same where every row is an episode's first.
  Output operator()(const Observations& observations) const {
    BasicSequence<T> first_steps;
    return (*this)(observations, first_steps);
  }
  ActionDistribution<T> actor(const Observations& observations) const {
    BasicSequence<T> first_steps;
    return actor(observations, first_steps);
  }
  BasicTensor<T> critic(const Observations& observations) const {
    BasicSequence<T> first_steps;
    return critic(observations, first_steps);
  }

  BasicParameters<T>& parameters() { return *parameters_; }
  const BasicParameters<T>& parameters() const { return *parameters_; }
  /// Whether actor and critic share no parameter. Then those of the critic begin at this place of the
  /// flat buffer and go on to its end, and all others are the actor's.
  bool separate() const { return separate_; }
  size_t critic_begin() const { return critic_begin_; }
  /// As BasicLayer::has_batch_statistics, of any layer.
  bool has_batch_statistics() const;
  /// Numbers of memory per sequence, carried from step to step (0: feed-forward): of the whole network, of which
  /// the first ones are the actor's.
  int state_size() const { return memory_.numbers; }
  int actor_state_size() const { return actor_state_size_; }
  const ActionSpec& action_spec() const { return spec_.actions; }

 private:
  // Of one sensor: its columns of the observation row, and what they go through.
  struct Encoder {
    bool is_image;
    int begin, end;
    Shape input;  // of one observation
    std::unique_ptr<BasicSequential<T>> layers;
    BasicTensor<T> operator()(const Observations& observations, BasicSequence<T>& sequence) const;
  };
  // Those of one user; their outputs side by side are `features` numbers.
  struct Encoders {
    std::vector<Encoder> list;
    int features = 0;
  };
  Encoders make_encoders(const std::string& used_by, const NetworkConfig& config, const LayerTable<T>& layers,
                         Rng& rng);
  BasicTensor<T> trunk(const Observations& observations, BasicSequence<T>& sequence) const;
  BasicTensor<T> features_for(const Encoders& own, BasicTensor<T> trunk, const Observations& observations,
                              BasicSequence<T>& sequence) const;
  ActionDistribution<T> action_head(BasicTensor<T> features, BasicSequence<T>& sequence) const;
  BasicTensor<T> value_head(BasicTensor<T> features, BasicSequence<T>& sequence) const;
  void add_action_head(int features, const NetworkConfig& config, Rng& rng);

  InterfaceSpec spec_;
  bool squash_;
  bool separate_ = false;
  size_t critic_begin_ = 0;
  MemoryLayout memory_;
  int actor_state_size_ = 0;
  std::unique_ptr<BasicParameters<T>> parameters_;
  Encoders shared_encoders_, actor_encoders_, critic_encoders_;
  std::unique_ptr<BasicSequential<T>> core_, actor_, critic_;
  std::unique_ptr<BasicLayer<T>> action_head_, value_head_;
  const BasicParameter<T>* log_std_ = nullptr;  // state-independent, of all continuous parts
  bool state_dependent_std_;
};

using ActorCritic = BasicActorCritic<float>;
using Observations = BasicObservations<float>;

}  // namespace sinew
