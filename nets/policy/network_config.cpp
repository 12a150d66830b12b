#include "nets/policy/network_config.h"

#include <algorithm>

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

}  // namespace sinew
