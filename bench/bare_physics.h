#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/thread_pool.h"

namespace sinew::bench {

/// What a task makes the simulator do, and nothing else.
struct BareTask {
  std::string name;  // of the task and its model
  int frame_skip;
  double qpos_noise, qvel_noise;  // at a reset; uniform, the velocity's normal where normal_velocity
  bool normal_velocity;
  bool external_forces;               // mj_rnePostConstraint after each env step
  bool (*ended)(const double* qpos);  // beside the limit of 1000 steps
};
/// half_cheetah, hopper, ant or humanoid.
const BareTask& bare_task(const std::string& name);

/// The limit of everything that simulates: mj_step × frame_skip in a plain loop, no observations, no
/// rewards, no waiting for each other. Each thread owns its share of the envs.
class BarePhysics {
 public:
  BarePhysics(const BareTask& task, int n_envs);
  ~BarePhysics();

  /// Each env makes `steps` env steps with the actions [steps, n_envs, nu], reset as an env is.
  /// Returns env steps per second of all.
  double run(ThreadPool& pool, const std::vector<float>& actions, int steps);
  /// From now on each env step ends with a picture, drawn by one of as many bare renderers as there are threads.
  void watch(const char* camera, int height, int width, int threads);
  int action_size() const;
  int n_envs() const;

 private:
  struct World;
  std::unique_ptr<World> world_;
};

}  // namespace sinew::bench
