#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/spec.h"
#include "nets/layers/sequential.h"

namespace sinew {

/// The layers before the heads for one sensor.
struct EncoderConfig {
  std::optional<bool> normalize;
  LayerList layers;
  std::string used_by = "both";
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("normalize", normalize,
               "normalises by running mean and variance, each number or each channel of an image; none: numbers only, "
               "since images are already scaled to [0, 1]");
    v.optional("layers", layers, "applied in order; `sinew layers` lists them");
    v.optional("used_by", used_by, Choices{"both", "actor", "critic"},
               "both: part of the shared trunk; critic: the actor does not see it (Pinto et al. 2018)");
  }
};

/// The layers shared by actor and critic after the encoders: `none`, one ({lstm: 128}), or a list.
struct CoreConfig {
  LayerList layers;
};
void read_value(const ConfigNode& node, CoreConfig& core);
ConfigNode write_value(const CoreConfig& core);

/// A network as declared in YAML. Encoders used by both, and the core after them, form the shared trunk; beside it,
/// actor and critic each have the encoders that only they use. When the trunk has no parameters, actor and critic are
/// separate networks.
struct NetworkConfig {
  std::vector<std::pair<std::string, EncoderConfig>> encoders;  // missing sensors: the default
  const EncoderConfig& encoder(const std::string& sensor) const;
  bool normalizes(const SensorSpec& sensor) const;
  CoreConfig core;
  LayerList actor, critic;
  InitConfig init;
  double actor_gain = 0.01;
  double log_std_init = 0;
  bool state_dependent_std = false;
  std::string action_map = "clip";

  /// A larger network is refused before it is made. Not a YAML key: the program that reads a file sets its own
  /// capacity.
  int64_t most_parameters = int64_t{1} << 28;

  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("encoders", encoders, "what each sensor goes through first, by the sensor's name");
    v.optional("core", core, "layers after the encoders that actor and critic share, such as {lstm: 128}");
    v.required("actor", actor, "the actor's layers; its head follows them");
    v.optional("critic", critic, "the critic's layers; its head follows them");
    v.optional("init", init, "how weights are initialised");
    v.optional("actor_gain", actor_gain, above(0), "scale of the action head's initial weights");
    v.optional("log_std_init", log_std_init, between(-20, 2),
               "logarithm of the initial standard deviation of continuous actions");
    v.optional("state_dependent_std", state_dependent_std, "the standard deviation depends on what is observed");
    v.optional("action_map", action_map, Choices{"clip", "scale", "tanh"},
               "how a raw action becomes a command: clip limits it to the range; scale: ±1 is the range; tanh: a "
               "squashed Gaussian, whose ±1 is the range");
  }
};

}  // namespace sinew
