// LeKiwi's file, checked against the tasks whose policies are to drive it.
#include <gtest/gtest.h>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "robots/lekiwi/lekiwi_config.h"
#include "robots/protocol/handshake.h"
#include "tests/core/expect_error.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

const std::string file = SINEW_SOURCE_DIR "/configs/robots/lekiwi.yaml";

class LeKiwiFile : public testing::TestWithParam<const char*> {
 protected:
  LeKiwiFile() : env_(make_task(GetParam())()), task_(dynamic_cast<const TaskEnv&>(*env_)) {}
  std::unique_ptr<Env> env_;
  const TaskEnv& task_;
};

TEST_P(LeKiwiFile, FitsThePoliciesOfItsTask) {
  const RobotConfig config = load_robot_config(file);
  InterfaceSpec spec{env_->spec().sensors, env_->spec().actions};
  check_policy(PolicyRunner(make_policy(spec, "{encoders: {truth: {used_by: critic}}, actor: [], critic: []}")),
               config);
  std::swap(spec.actions.parts[0].labels[0], spec.actions.parts[0].labels[1]);
  const Policy swapped = make_policy(spec, "{encoders: {truth: {used_by: critic}}, actor: [], critic: []}");
  expect_contains(error_of([&] { check_policy(PolicyRunner(swapped), config); }),
                  "actuator 1 is 'shoulder_lift' in the policy");
}

TEST_P(LeKiwiFile, MeansByANumberWhatTheTaskMeans) {
  const RobotConfig config = load_robot_config(file);
  ASSERT_EQ(task_.drives().size(), config.actuators.size());
  for (size_t i = 0; i < config.actuators.size(); ++i) {
    const ActuatorConfig& actuator = config.actuators[i];
    const ActionDrive& drive = task_.drives()[i];
    SCOPED_TRACE(drive.label);
    EXPECT_EQ(actuator.limits.name, drive.label);
    EXPECT_EQ(actuator.limits.command_unit(), drive.unit);
    EXPECT_DOUBLE_EQ(actuator.scale, drive.scale);
    EXPECT_DOUBLE_EQ(actuator.offset, drive.offset);
    if (actuator.limits.kind() == ActuatorLimits::Kind::position)
      EXPECT_EQ(actuator.limits.position, drive.range);
    else
      EXPECT_EQ(actuator.limits.velocity, env_->spec().actions.parts[1].high[i - 6]);
  }
}

TEST_P(LeKiwiFile, MakesOfTheWireWhatTheTaskObserves) {
  const RobotConfig config = load_robot_config(file);
  const LekiwiConfig wire = read_lekiwi_config(config);
  EXPECT_EQ(lekiwi_keys_of(config, wire), (std::vector<size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  const auto sensors = lekiwi_sensors(wire).first;
  ASSERT_EQ(sensors.size(), 1u);
  EXPECT_EQ(sensors[0], env_->spec().sensors[0]);
  for (const SensorSpec& camera : lekiwi_cameras(wire)) EXPECT_EQ(camera.name, "front");
}

INSTANTIATE_TEST_SUITE_P(Tasks, LeKiwiFile, testing::Values("lekiwi_reach", "lekiwi_reach_state"));

}  // namespace
}  // namespace sinew
