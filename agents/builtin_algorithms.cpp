#include "agents/algorithm.h"

#include "agents/bc/behavior_cloning.h"
#include "agents/ppo/ppo.h"

namespace sinew {

AlgorithmTable builtin_algorithms() {
  return {
      {.name = "ppo",
       .help = "proximal policy optimisation, on-policy",
       .make = [](const ConfigNode& options, const AlgorithmContext& context) -> std::unique_ptr<Algorithm> {
         return std::make_unique<Ppo>(read_config<PpoConfig>(options), context);
       },
       .resolve = [](const ConfigNode& options) { return write_config(read_config<PpoConfig>(options)); },
       .has_critic = true},
      {.name = "bc",
       .help = "behavioural cloning, from demonstrations",
       .make = [](const ConfigNode& options, const AlgorithmContext& context) -> std::unique_ptr<Algorithm> {
         return std::make_unique<BehaviorCloning>(read_config<BcConfig>(options), context);
       },
       .resolve = [](const ConfigNode& options) { return write_config(read_config<BcConfig>(options)); },
       .steps_envs = false},
  };
}

}  // namespace sinew
