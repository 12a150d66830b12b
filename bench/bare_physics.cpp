#include "bench/bare_physics.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <cmath>

#include "bench/bare_rendering.h"
#include "core/clock.h"
#include "core/random.h"
#include "envs/task/make_env.h"
#include "sim/model/model.h"

namespace sinew::bench {

namespace {

constexpr int time_limit = 1000;

const BareTask tasks[] = {
    {"half_cheetah", 5, 0.1, 0.1, true, false, [](const double*) { return false; }},
    {"hopper", 4, 0.005, 0.005, false, false, [](const double* q) { return q[1] <= 0.7 || std::abs(q[2]) >= 0.2; }},
    {"ant", 5, 0.1, 0.1, true, true, [](const double* q) { return q[2] < 0.2 || q[2] > 1; }},
    {"humanoid", 5, 0.01, 0.01, false, true, [](const double* q) { return q[2] <= 1 || q[2] >= 2; }},
};

}  // namespace

const BareTask& bare_task(const std::string& name) {
  return *std::ranges::find_if(tasks, [&](const BareTask& task) { return task.name == name; });
}

struct BarePhysics::World {
  BareTask task;
  std::shared_ptr<const Model> model;
  mjModel sized;  // the same arrays, with buffers as small as a simulation's own
  std::vector<mjData*> data;
  std::vector<int> age;
  std::vector<Rng> rngs;
  std::vector<std::unique_ptr<BareRendering>> renderers;  // one per thread; empty: no images

  explicit World(const BareTask& its_task)
      : task(its_task), model(Model::load(sinew_home() + "/sim/models/" + task.name + ".xml")), sized(model->raw()) {
#if mjVERSION_HEADER < 230
    sized.nconmax = 20;  // the tasks measured here stay below
    sized.njmax = 150;
#endif
  }
  const mjModel* raw() const { return &sized; }
  void reset(size_t env) {
    mjData* d = data[env];
    Rng& rng = rngs[env];
    mj_resetData(raw(), d);
    for (int i = 0; i < raw()->nq; ++i) d->qpos[i] += task.qpos_noise * rng.uniform(-1, 1);
    for (int i = 0; i < raw()->nv; ++i)
      d->qvel[i] += task.qvel_noise * (task.normal_velocity ? rng.normal() : rng.uniform(-1, 1));
    mj_forward(raw(), d);
    age[env] = 0;
  }
  void step(size_t env, const float* action) {
    mjData* d = data[env];
    std::copy_n(action, raw()->nu, d->ctrl);
    for (int i = 0; i < task.frame_skip; ++i) mj_step(raw(), d);
    if (task.external_forces) mj_rnePostConstraint(raw(), d);
    if (++age[env] == time_limit || task.ended(d->qpos)) reset(env);
  }
};

BarePhysics::BarePhysics(const BareTask& task, int n_envs) : world_(new World(task)) {
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

int BarePhysics::n_envs() const { return static_cast<int>(world_->data.size()); }

int BarePhysics::action_size() const { return world_->raw()->nu; }

void BarePhysics::watch(const char* camera, int height, int width, int threads) {
  for (int i = 0; i < threads; ++i)
    world_->renderers.push_back(std::make_unique<BareRendering>(world_->raw(), camera, height, width));
}

double BarePhysics::run(ThreadPool& pool, const std::vector<float>& actions, int steps) {
  const int n = static_cast<int>(world_->data.size()), workers = std::min(pool.size(), n);
  const int nu = action_size();
  const Stopwatch watch;
  pool.parallel_for(workers, [&](int worker) {
    for (int step = 0; step < steps; ++step)
      for (int env = n * worker / workers; env < n * (worker + 1) / workers; ++env) {
        world_->step(env, &actions[(static_cast<size_t>(step) * n + env) * nu]);
        if (!world_->renderers.empty()) world_->renderers[worker]->draw(world_->data[env]);
      }
  });
  return static_cast<double>(n) * steps / watch.seconds();
}

}  // namespace sinew::bench
