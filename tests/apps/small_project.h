#pragma once
#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

/// A typical user project: a model, a task, and a recipe that trains briefly.
namespace sinew {

inline constexpr const char* small_model = R"(<mujoco><worldbody><body name="pole" pos="0 0 1">
  <joint name="hinge" type="hinge" axis="0 1 0"/><geom name="rod" type="capsule" size="0.03" fromto="0 0 0 0 0 0.5" mass="1"/>
</body></worldbody><actuator><motor name="motor" joint="hinge" gear="2" ctrllimited="true" ctrlrange="-1 1"/></actuator></mujoco>
)";
inline constexpr const char* small_task =
    "model: pole.xml\ntime_limit: 50\nobservations: {state: [qpos, qvel]}\n"
    "reward: {alive: {term: alive}, cost: {term: action_cost, weight: -0.01}}\n";
inline constexpr const char* small_recipe =
    "task: up.yaml\ntotal_timesteps: 256\nn_envs: 2\n"
    "algorithm: {name: ppo, n_steps: 64, batch_size: 64, n_epochs: 1}\n"
    "network: {actor: [{linear: 4}, tanh], critic: [{linear: 4}, tanh]}\neval: {eval_freq: 0}\n";

inline void write_small_project(const TemporaryFolder& folder, const std::string& name) {
  folder.write(name + "/pole.xml", small_model);
  folder.write(name + "/up.yaml", small_task);
  folder.write(name + "/ppo.yaml", small_recipe);
}

/// Runs the built `sinew` with these words, typed in a folder.
inline ChildProcess::Result run_sinew_in(const std::string& folder, std::vector<std::string> words) {
  words.insert(words.begin(), {"/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder, SINEW_PROGRAM});
  return ChildProcess(words).wait();
}

inline void expect_success(const ChildProcess::Result& result, const std::vector<std::string>& words) {
  EXPECT_EQ(result.exit_code, 0) << testing::PrintToString(words) << "\n" << result.errors;
}

}  // namespace sinew
