#include <fmt/core.h>

#include "bench/against_bare.h"
#include "envs/task/make_env.h"

// Camera frames inside vectorised envs, against bare stepping plus bare rendering on the same threads.
namespace sinew::bench {
namespace {

constexpr int side = 84;

EnvFactory half_cheetah_with_camera() {
  const std::string folder = sinew_home() + "/configs/tasks";
  ConfigNode task = ConfigNode::parse_file(folder + "/half_cheetah.yaml");
  task.set("observations",
           ConfigNode::parse_text(fmt::format("{{camera: {{camera: track, size: [{0}, {0}]}}}}", side), "bench"));
  return load_task(task, "half_cheetah", folder).factory;
}

}  // namespace

std::vector<Figure> bench_cameras(const Options&) {
  constexpr int n_envs = 8;
  std::vector<Figure> figures;
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    BarePhysics bare(bare_task("half_cheetah"), n_envs);
    bare.watch("track", side, side, threads);
    Figure figure = against_bare(fmt::format("half_cheetah_{0}x{0}_threads_{1}", side, threads),
                                 half_cheetah_with_camera(), bare, pool, 0.3);
    figure.unit = "frames/s";
    figure.work = fmt::format(
        "VecEnv::step of {} envs with an RGB camera against a bare loop of mj_step x 5, mjv_updateScene, mjr_render "
        "and mjr_readPixels",
        n_envs);
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace sinew::bench
