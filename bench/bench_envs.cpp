#include <fmt/core.h>

#include <algorithm>

#include "bench/bare_physics.h"
#include "bench/bench.h"
#include "core/clock.h"
#include "envs/make_env.h"

namespace sinew::bench {
namespace {

constexpr int n_envs = 16, rounds = 9;

// `seconds`: about how long a round of one candidate takes.
Figure measure(const std::string& name, int threads, double seconds) {
  ThreadPool pool(threads);
  VecEnv envs(make_task(name), n_envs, Rng(1));
  BarePhysics bare(bare_task(name), n_envs);
  const size_t row = static_cast<size_t>(n_envs) * bare.action_size();
  const ActionPart& part = envs.spec().actions.parts[0];
  constexpr int most_steps = 1000;
  std::vector<float> actions(most_steps * row);
  Rng rng = Rng(1).split("actions");
  for (size_t i = 0; i < actions.size(); ++i) {
    const size_t k = i % part.low.size();
    actions[i] = static_cast<float>(rng.uniform(part.low[k], part.high[k]));
  }
  envs.reset(pool);
  const double rate = bare.run(pool, actions, 20);
  const int steps = std::clamp(static_cast<int>(rate * seconds / n_envs), 20, most_steps);
  const auto ours = [&] {
    const Stopwatch watch;
    for (int step = 0; step < steps; ++step) envs.step(pool, {&actions[step * row], row});
    envs.take_episodes();
    return static_cast<double>(steps) * n_envs / watch.seconds();
  };
  const Comparison comparison = interleave({[&] { return bare.run(pool, actions, steps); }, ours}, rounds);
  return {
      .name = fmt::format("{}_threads_{}", name, threads),
      .value = comparison.medians[1],
      .unit = "env steps/s",
      .limit = comparison.medians[0],
      .ratio = comparison.ratios[1],
      .work = fmt::format("VecEnv::step of {} envs against a bare loop of mj_step x {} with the same random actions "
                          "and resets",
                          n_envs, bare_task(name).frame_skip)};
}

}  // namespace

std::vector<Figure> bench_envs(const Options&) {
  std::vector<Figure> figures;
  for (const char* name : {"half_cheetah", "hopper", "ant", "humanoid"})
    for (const int threads : {1, 2}) figures.push_back(measure(name, threads, 0.3));
  return figures;
}

}  // namespace sinew::bench
