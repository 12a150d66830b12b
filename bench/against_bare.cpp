#include "bench/against_bare.h"

#include <algorithm>

#include "core/clock.h"

namespace sinew::bench {

Figure against_bare(std::string name, const EnvFactory& factory, BarePhysics& bare, ThreadPool& pool, double seconds) {
  constexpr int most_steps = 1000, rounds = 9;
  const int n_envs = bare.n_envs();
  VecEnv envs(factory, n_envs, Rng(1));
  const size_t row = static_cast<size_t>(n_envs) * bare.action_size();
  const ActionPart& part = envs.spec().actions.parts[0];
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
  return {.name = std::move(name),
          .value = comparison.medians[1],
          .limit = comparison.medians[0],
          .ratio = comparison.ratios[1]};
}

}  // namespace sinew::bench
