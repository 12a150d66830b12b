#include "agents/algorithm.h"

#include "agents/bc/behavior_cloning.h"
#include "agents/ppo/ppo.h"

namespace sinew {

namespace {

// The row of a learner that is constructed from its config: the config's fields supply all its option information.
template <class Learner, class Config>
AlgorithmRow learner_row(const char* name, const char* help) {
  return {.name = name,
          .help = help,
          .make = [](const ConfigNode& options, const AlgorithmContext& context) -> std::unique_ptr<Algorithm> {
            return std::make_unique<Learner>(read_config<Config>(options), context);
          },
          .resolve = [](const ConfigNode& options) { return write_config(read_config<Config>(options)); },
          .parameters = list_parameters<Config>()};
}

}  // namespace

AlgorithmTable builtin_algorithms() {
  AlgorithmRow ppo = learner_row<Ppo, PpoConfig>(
      "ppo",
      "proximal policy optimisation (Schulman et al. 2017): learns on-policy, from what the present policy does");
  ppo.has_critic = true;
  AlgorithmRow bc = learner_row<BehaviorCloning, BcConfig>(
      "bc", "behavioural cloning: learns to act as demonstrations do, and steps no env");
  bc.steps_envs = false;
  return {ppo, bc};
}

}  // namespace sinew
