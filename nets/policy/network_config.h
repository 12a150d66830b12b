#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/spec.h"
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

}  // namespace sinew
