#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/spec.h"
#include "nets/distributions.h"
#include "nets/layers/sequential.h"

namespace sinew {

/// What stands before the heads for one sensor.
struct EncoderConfig {
  bool normalize = true;  // running mean and variance of the sensor's numbers
  LayerList layers;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("normalize", normalize);
    v.optional("layers", layers);
  }
};

/// The layers shared by actor and critic after the encoders: `none`, or a list.
struct CoreConfig {
  LayerList layers;
};
void read_value(const ConfigNode& node, CoreConfig& core);
ConfigNode write_value(const CoreConfig& core);

/// A network as YAML declares it. Encoders and core are the shared trunk; with both empty, actor
/// and critic are separate networks on the observation.
struct NetworkConfig {
  std::vector<std::pair<std::string, EncoderConfig>> encoders;  // missing sensors: the default
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

/// Actor and critic. Inputs are rows of *normalised* observations, all sensors side by side.
template <class T>
class BasicActorCritic {
 public:
  /// Makes and initialises the parameters (encoders, core, actor, critic, in this order).
  BasicActorCritic(const InterfaceSpec& spec, const NetworkConfig& config, const LayerTable<T>& layers, Rng rng);

  struct Output {
    ActionDistribution<T> actions;
    BasicTensor<T> values;  // [rows]
  };
  Output operator()(BasicTensor<T> observations) const;
  ActionDistribution<T> actor(BasicTensor<T> observations) const;
  BasicTensor<T> critic(BasicTensor<T> observations) const;

  BasicParameters<T>& parameters() { return *parameters_; }
  const BasicParameters<T>& parameters() const { return *parameters_; }
  /// Whether actor and critic share no parameter. Then those of the critic begin at this place of the
  /// flat buffer and go on to its end, and all others are the actor's.
  bool separate() const { return separate_; }
  size_t critic_begin() const { return critic_begin_; }
  /// Numbers of memory per row that an actor carries from step to step (0: feed-forward).
  int state_size() const { return 0; }
  const ActionSpec& action_spec() const { return spec_.actions; }

 private:
  struct Encoder {
    int begin, end;  // columns of the observation row
    Shape input;     // of one observation
    std::unique_ptr<BasicSequential<T>> layers;
    BasicTensor<T> operator()(BasicTensor<T> columns) const;
  };
  BasicTensor<T> trunk(BasicTensor<T> observations) const;
  ActionDistribution<T> action_head(BasicTensor<T> features) const;
  BasicTensor<T> value_head(BasicTensor<T> features) const;
  void add_action_head(int features, const NetworkConfig& config, Rng& rng);

  InterfaceSpec spec_;
  bool squash_;
  bool separate_ = false;
  size_t critic_begin_ = 0;
  std::unique_ptr<BasicParameters<T>> parameters_;
  std::vector<Encoder> encoders_;
  std::unique_ptr<BasicSequential<T>> core_, actor_, critic_;
  std::unique_ptr<BasicLayer<T>> action_head_, value_head_;
  const BasicParameter<T>* log_std_ = nullptr;  // state-independent, of all continuous parts
  bool state_dependent_std_;
};

using ActorCritic = BasicActorCritic<float>;

}  // namespace sinew
