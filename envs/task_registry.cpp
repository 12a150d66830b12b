#include "envs/task_registry.h"

#include "envs/classic/cartpole.h"
#include "envs/classic/mountain_car.h"
#include "envs/classic/pendulum.h"
#include "envs/terms/tables.h"

namespace sinew {

TaskRegistry TaskRegistry::builtin() {
  return {
      .observations = builtin_observations(),
      .rewards = builtin_rewards(),
      .terminations = builtin_terminations(),
      .resets = builtin_resets(),
      .envs = {{"cartpole", CartPole::doc, CartPole::make},
               {"mountain_car", MountainCar::doc, MountainCar::make},
               {"pendulum", Pendulum::doc, Pendulum::make}},
  };
}

std::unique_ptr<ObservationTerm> make_observation(const ConfigNode& node, const Model& model,
                                                  const TaskRegistry& registry) {
  static const ConfigNode no_parameters = ConfigNode::map();
  const bool bare = node.is_scalar();
  const std::string& name = bare ? node.text() : node.single_entry().first;
  const ConfigNode& parameters = bare ? no_parameters : node.single_entry().second;
  return find_row(registry.observations, name, node, "observation term").make({parameters, model, registry});
}

}  // namespace sinew
