#include <fmt/core.h>

#include "bench/against_bare.h"
#include "envs/task/make_env.h"

namespace sinew::bench {

std::vector<Figure> bench_envs(const Options&) {
  constexpr int n_envs = 16;
  std::vector<Figure> figures;
  for (const char* name : {"half_cheetah", "hopper", "ant", "humanoid"})
    for (const int threads : {1, 2}) {
      ThreadPool pool(threads);
      BarePhysics bare(bare_task(name), n_envs);
      Figure figure = against_bare(fmt::format("{}_threads_{}", name, threads), make_task(name), bare, pool, 0.3);
      figure.unit = "env steps/s";
      figure.work = fmt::format(
          "VecEnv::step of {} envs against a bare loop of mj_step x {} with the same random actions and resets", n_envs,
          bare_task(name).frame_skip);
      figures.push_back(std::move(figure));
    }
  return figures;
}

}  // namespace sinew::bench
