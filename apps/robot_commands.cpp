#include "apps/robot_commands.h"

namespace sinew {

std::vector<Command> robot_commands(const LayerTable<float>& layers, const AdapterTable& adapters) {
  return {
      {"stream", "a policy drives a robot: handshake, limits, recording",
       [&layers, &adapters](CommandLine& line) { return declare_stream(line, layers, adapters); }},
      {"log", "what a recording of a session holds: events, latency, a chart; its policy run again",
       [&layers](CommandLine& line) { return declare_log(line, layers); }},
      {"stop", "the emergency stop of a robot", declare_stop},
      {"link-check", "whether a robot of your own keeps the link's duties, one by one", declare_link_check},
      {"keys", "who may speak on a link between computers: make keys, allow those of others", declare_keys},
  };
}

}  // namespace sinew
