// What exact resume costs: the same training with checkpoints and without.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agents/trainer.h"
#include "bench/bench.h"
#include "core/clock.h"

namespace sinew::bench {
namespace {

// Without evaluations: the best of them is kept as a checkpoint in any case.
Recipe without_evaluations() {
  Recipe recipe = read_recipe(ConfigNode::parse_file(sinew_home() + "/configs/recipes/half_cheetah_ppo.yaml"));
  recipe.eval.eval_freq = 0;
  recipe.video = false;
  recipe.total_timesteps = 200000;
  return recipe;
}

}  // namespace

std::vector<Figure> bench_checkpoints(const Options& options) {
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("sinew_bench_" + std::to_string(::getpid()))).string();
  const Recipe with = without_evaluations();
  Recipe without = with;
  without.save_freq = 0;
  without.save_interval = 0;
  double share = 0;  // of the time that the last run with checkpoints took
  const auto rate = [&](const Recipe& recipe) {
    const Stopwatch watch;
    const TrainResult result =
        train(recipe, Registry::builtin(),
              {.run_folder = folder, .if_run_exists = IfRunExists::overwrite, .threads = options.threads});
    if (&recipe == &with) share = result.save_seconds / watch.seconds();
    return static_cast<double>(result.status.steps) / watch.seconds();
  };
  std::vector<double> shares;
  const Comparison c = interleave({[&] { return rate(with); },
                                   [&] {
                                     shares.push_back(share);
                                     return rate(without);
                                   }},
                                  9);
  std::filesystem::remove_all(folder);
  std::ranges::nth_element(shares, shares.begin() + static_cast<ptrdiff_t>(shares.size() / 2));
  const double median = shares[shares.size() / 2];
  return {{"checkpoint_overhead", c.ratios[1], "x", 1.02, c.ratios[1] / 1.02,
           "time of half_cheetah_ppo.yaml (200k steps, no evaluations) with its checkpoints, over that without"},
          {"checkpoint_share", median, "of the time", 0.02, median / 0.02,
           "time spent on checkpoints and policy files, measured in the runs with them"}};
}

}  // namespace sinew::bench
