#include "agents/algorithm.h"

#include "agents/behavior_cloning.h"
#include "agents/ppo.h"

namespace sinew {

AlgorithmTable builtin_algorithms() {
  return {
      {"ppo", "proximal policy optimisation, on-policy",
       [](const ConfigNode& options, const AlgorithmContext& context) -> std::unique_ptr<Algorithm> {
         return std::make_unique<Ppo>(read_config<PpoConfig>(options), context);
       },
       [](const ConfigNode& options) { return write_config(read_config<PpoConfig>(options)); }, true},
      {"bc", "behavioural cloning, from demonstrations",
       [](const ConfigNode& options, const AlgorithmContext& context) -> std::unique_ptr<Algorithm> {
         return std::make_unique<BehaviorCloning>(read_config<BcConfig>(options), context);
       },
       [](const ConfigNode& options) { return write_config(read_config<BcConfig>(options)); }},
  };
}

}  // namespace sinew
