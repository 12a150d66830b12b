#include <fmt/core.h>

#include "bench/bare_physics.h"
#include "bench/bench.h"
#include "core/clock.h"
#include "envs/make_env.h"

// Camera frames inside vectorised envs, against bare stepping plus bare rendering on the same threads.
namespace sinew::bench {
namespace {

constexpr int n_envs = 8, steps = 40, rounds = 9, side = 84;

EnvFactory half_cheetah_with_camera() {
  const std::string folder = sinew_home() + "/configs/tasks";
  ConfigNode task = ConfigNode::parse_file(folder + "/half_cheetah.yaml");
  task.set("observations", ConfigNode::parse_text(fmt::format("{{camera: {{camera: track, size: [{0}, {0}]}}}}", side),
                                                  "bench"));
  return load_task(task, "half_cheetah", folder).factory;
}

Figure measure(int threads) {
  ThreadPool pool(threads);
  VecEnv envs(half_cheetah_with_camera(), n_envs, Rng(1));
  BarePhysics bare(bare_task("half_cheetah"), n_envs);
  bare.watch("track", side, side, threads);
  const size_t row = static_cast<size_t>(n_envs) * bare.action_size();
  std::vector<float> actions(steps * row);
  Rng rng = Rng(1).split("actions");
  for (float& action : actions) action = static_cast<float>(rng.uniform(-1, 1));
  envs.reset(pool);
  const auto ours = [&] {
    const Stopwatch watch;
    for (int step = 0; step < steps; ++step) envs.step(pool, {&actions[step * row], row});
    envs.take_episodes();
    return static_cast<double>(steps) * n_envs / watch.seconds();
  };
  const Comparison comparison = interleave({[&] { return bare.run(pool, actions, steps); }, ours}, rounds);
  return {.name = fmt::format("half_cheetah_84x84_threads_{}", threads),
          .value = comparison.medians[1],
          .unit = "frames/s",
          .limit = comparison.medians[0],
          .ratio = comparison.ratios[1],
          .work = fmt::format("VecEnv::step of {} envs with an RGB camera against a bare loop of mj_step x 5, "
                              "mjv_updateScene, mjr_render and mjr_readPixels",
                              n_envs)};
}

}  // namespace

std::vector<Figure> bench_cameras(const Options&) {
  std::vector<Figure> figures;
  for (const int threads : {1, 2}) figures.push_back(measure(threads));
  return figures;
}

}  // namespace sinew::bench
