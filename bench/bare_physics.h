#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/thread_pool.h"

namespace sinew::bench {

/// The simulator's work for a task, and nothing else.
struct BareTask {
  std::string name;  // of the task and its model
  int frame_skip;
  double qpos_noise, qvel_noise;  // at a reset; uniform, but the velocity's is normal if normal_velocity
  bool normal_velocity;
  bool external_forces;               // mj_rnePostConstraint after each env step
  bool (*ended)(const double* qpos);  // in addition to the limit of 1000 steps
};
/// half_cheetah, hopper, ant or humanoid.
const BareTask& bare_task(const std::string& name);

/// The upper bound for every simulation: mj_step × frame_skip in a plain loop, without observations, rewards or waiting
/// for other envs. Each thread owns its share of the envs.
class BarePhysics {
 public:
  BarePhysics(const BareTask& task, int n_envs);
  ~BarePhysics();

  /// Each env makes `steps` env steps with the actions [steps, n_envs, nu], with the resets of a real env. Returns the
  /// env steps per second of all envs together.
  double run(ThreadPool& pool, const std::vector<float>& actions, int steps);
  /// From now on each env step ends with an image, drawn by one of `threads` bare renderers.
  void watch(const char* camera, int height, int width, int threads);
  int action_size() const;
  int n_envs() const;

 private:
  struct World;
  std::unique_ptr<World> world_;
};

}  // namespace sinew::bench
