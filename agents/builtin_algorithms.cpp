#include "agents/algorithm.h"

#include "agents/bc/behavior_cloning.h"
#include "agents/ppo/ppo.h"

namespace sinew {

AlgorithmTable builtin_algorithms() {
  AlgorithmRow ppo = algorithm_row<Ppo, PpoConfig>(
      "ppo",
      "proximal policy optimisation (Schulman et al. 2017): learns on-policy, from what the present policy does");
  ppo.has_critic = true;
  AlgorithmRow bc = algorithm_row<BehaviorCloning, BcConfig>(
      "bc", "behavioural cloning: learns to act as demonstrations do, and steps no env");
  bc.steps_envs = false;
  return {ppo, bc};
}

}  // namespace sinew
