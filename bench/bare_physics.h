#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/thread_pool.h"

namespace sinew::bench {

/// The limit of everything that simulates: mj_step × frame_skip in a plain loop, no observations, no
/// rewards, no waiting for each other. Each thread owns its share of the envs.
class BarePhysics {
 public:
  BarePhysics(const std::string& model_path, int frame_skip, int episode_length, int n_envs);
  ~BarePhysics();

  /// Each env makes `steps` env steps with the actions [steps, n_envs, nu], reset as an env is.
  /// Returns env steps per second of all.
  double run(ThreadPool& pool, const std::vector<float>& actions, int steps);
  int action_size() const;

 private:
  struct World;
  std::unique_ptr<World> world_;
};

}  // namespace sinew::bench
