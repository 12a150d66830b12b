#include "bench/bare_physics.h"

#include <mujoco/mujoco.h>

#include <algorithm>

#include "core/clock.h"
#include "core/random.h"
#include "sim/model.h"

namespace sinew::bench {

struct BarePhysics::World {
  std::shared_ptr<const Model> model;
  mjModel sized;  // the same arrays, buffers as small as a simulation's own
  int frame_skip, episode_length;
  std::vector<mjData*> data;
  std::vector<int> age;
  std::vector<Rng> rngs;

  World(const std::string& path, int skip, int length)
      : model(Model::load(path)), sized(model->raw()), frame_skip(skip), episode_length(length) {
#if mjVERSION_HEADER < 230
    sized.nconmax = 20;  // the tasks measured here stay below 10 contacts
    sized.njmax = 100;
#endif
  }
  const mjModel* raw() const { return &sized; }
  void reset(size_t env) {
    mjData* d = data[env];
    mj_resetData(raw(), d);
    for (int i = 0; i < raw()->nq; ++i) d->qpos[i] += rngs[env].uniform(-0.1, 0.1);
    for (int i = 0; i < raw()->nv; ++i) d->qvel[i] += 0.1 * rngs[env].normal();
    mj_forward(raw(), d);
    age[env] = 0;
  }
  void step(size_t env, const float* action) {
    mjData* d = data[env];
    std::copy_n(action, raw()->nu, d->ctrl);
    for (int i = 0; i < frame_skip; ++i) mj_step(raw(), d);
    if (++age[env] == episode_length) reset(env);
  }
};

BarePhysics::BarePhysics(const std::string& path, int frame_skip, int episode_length, int n_envs)
    : world_(new World(path, frame_skip, episode_length)) {
  world_->age.resize(n_envs);
  for (int i = 0; i < n_envs; ++i) {
    world_->data.push_back(mj_makeData(world_->raw()));
    world_->rngs.push_back(Rng(1).split("bare", i));
    world_->reset(i);
  }
}

BarePhysics::~BarePhysics() {
  for (mjData* data : world_->data) mj_deleteData(data);
}

int BarePhysics::action_size() const { return world_->raw()->nu; }

double BarePhysics::run(ThreadPool& pool, const std::vector<float>& actions, int steps) {
  const int n = static_cast<int>(world_->data.size()), workers = std::min(pool.size(), n);
  const int nu = action_size();
  const Stopwatch watch;
  pool.parallel_for(workers, [&](int worker) {
    for (int step = 0; step < steps; ++step)
      for (int env = n * worker / workers; env < n * (worker + 1) / workers; ++env)
        world_->step(env, &actions[(static_cast<size_t>(step) * n + env) * nu]);
  });
  return static_cast<double>(n) * steps / watch.seconds();
}

}  // namespace sinew::bench
