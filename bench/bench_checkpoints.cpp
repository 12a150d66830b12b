// The cost of exact resume: the same training with and without checkpoints.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agents/run/trainer.h"
#include "bench/bench.h"
#include "core/clock.h"

namespace sinew::bench {
namespace {

Recipe half_cheetah() {
  Recipe recipe = read_recipe(ConfigNode::parse_file(sinew_home() + "/configs/recipes/half_cheetah_ppo.yaml"));
  recipe.eval.n_final_episodes = 0;
  recipe.video = false;
  recipe.total_timesteps = 200000;
  return recipe;
}

}  // namespace

std::vector<Figure> bench_checkpoints(const Options& options) {
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("sinew_bench_" + std::to_string(::getpid()))).string();
  const auto result_of = [&](const Recipe& recipe) {
    return train(recipe, Registry::builtin(),
                 {.run_folder = folder, .if_run_exists = IfRunExists::overwrite, .threads = options.threads});
  };
  // Evaluations are off: each best one makes a checkpoint in any case.
  Recipe with = half_cheetah();
  with.eval.eval_freq = 0;
  Recipe without = with;
  without.save_freq = 0;
  without.save_interval = 0;
  const auto rate = [&](const Recipe& recipe) {
    const Stopwatch watch;
    return static_cast<double>(result_of(recipe).status.steps) / watch.seconds();
  };
  // With evaluations: more checkpoints, which contain the best policies.
  std::vector<double> shares;
  const auto with_evaluations = [&] {
    const Stopwatch watch;
    const TrainResult result = result_of(half_cheetah());
    shares.push_back(result.save_seconds / watch.seconds());
    return static_cast<double>(result.status.steps) / watch.seconds();
  };
  const Comparison c = interleave({[&] { return rate(with); }, [&] { return rate(without); }, with_evaluations}, 9);
  std::filesystem::remove_all(folder);
  std::ranges::nth_element(shares, shares.begin() + static_cast<ptrdiff_t>(shares.size() / 2));
  const double median = shares[shares.size() / 2];
  return {{"checkpoint_overhead", c.ratios[1], "x", 1.02, c.ratios[1] / 1.02,
           "time of half_cheetah_ppo.yaml (200k steps, no evaluations) with its checkpoints, over that without"},
          {"checkpoint_share", median, "of the time", 0.02, median / 0.02,
           "time spent on checkpoints and policy files in runs of the recipe as it stands, evaluations included"}};
}

}  // namespace sinew::bench
