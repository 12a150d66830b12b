#include "bench/bare_physics.h"
#include "bench/bench.h"
#include "core/clock.h"
#include "envs/make_env.h"

namespace sinew::bench {
namespace {

constexpr int n_envs = 16, steps = 500, rounds = 9;

Figure measure(int threads) {
  ThreadPool pool(threads);
  const Task task = load_task("half_cheetah");
  VecEnv envs(task.factory, n_envs, Rng(1));
  BarePhysics bare(sinew_home() + "/sim/models/half_cheetah.xml", 5, 1000, n_envs);
  std::vector<float> actions(static_cast<size_t>(steps) * n_envs * bare.action_size());
  Rng rng = Rng(1).split("actions");
  for (float& action : actions) action = static_cast<float>(rng.uniform(-1, 1));
  envs.reset(pool);
  const size_t row = static_cast<size_t>(n_envs) * bare.action_size();
  const auto ours = [&] {
    const Stopwatch watch;
    for (int step = 0; step < steps; ++step) envs.step(pool, {&actions[step * row], row});
    envs.take_episodes();
    return static_cast<double>(steps) * n_envs / watch.seconds();
  };
  const Comparison comparison = interleave({[&] { return bare.run(pool, actions, steps); }, ours}, rounds);
  return {.name = "half_cheetah_threads_" + std::to_string(threads),
          .value = comparison.medians[1],
          .unit = "env steps/s",
          .limit = comparison.medians[0],
          .ratio = comparison.ratios[1],
          .work = "VecEnv::step of 16 envs against a bare loop of mj_step x 5 with the same actions and resets"};
}

}  // namespace

std::vector<Figure> bench_envs(const Options&) { return {measure(1), measure(2)}; }

}  // namespace sinew::bench
