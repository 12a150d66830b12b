// The tables of terms and envs that come with sinew, as one registry.
#include <iterator>

#include "envs/classic/cartpole.h"
#include "envs/classic/mountain_car.h"
#include "envs/classic/pendulum.h"
#include "envs/memory/repeat_previous.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

// Joins several tables into one.
template <class Row, class... Others>
std::vector<Row> joined(std::vector<Row> first, Others... others) {
  (std::move(others.begin(), others.end(), std::back_inserter(first)), ...);
  return first;
}

}  // namespace

TaskRegistry TaskRegistry::builtin() {
  return {
      .observations =
          joined(array_observations(), joint_observations(), pose_observations(), body_observations(),
                 sensor_observations(), task_observations(), function_observations(), memory_observations()),
      .actions = joined(builtin_actions(), pd_actions(), servo_actions(), wheel_actions()),
      .rewards = joined(motion_rewards(), measured_rewards(), effort_rewards(), joint_rewards(), contact_rewards()),
      .terminations = joined(builtin_terminations(), fall_terminations()),
      .resets = joined(builtin_resets(), pose_resets()),
      .commands = builtin_commands(),
      .randomizations =
          joined(body_randomizations(), model_randomizations(), robot_randomizations(), visual_randomizations()),
      .envs = {{"cartpole", CartPole::doc, CartPole::make},
               {"mountain_car", MountainCar::doc, MountainCar::make},
               {"pendulum", Pendulum::doc, Pendulum::make},
               {"repeat_previous", RepeatPrevious::doc, RepeatPrevious::make}},
  };
}

}  // namespace sinew
