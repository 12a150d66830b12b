#include <filesystem>
#include <random>

#include "agents/ppo.h"
#include "agents/trainer.h"
#include "bench/bare_physics.h"
#include "bench/bench.h"
#include "core/clock.h"
#include "envs/make_env.h"

namespace sinew::bench {
namespace {

NetworkConfig two_layers_of_64() {
  const std::string text =
      "{actor: [{linear: 64}, tanh, {linear: 64}, tanh], critic: [{linear: 64}, tanh, {linear: 64}, tanh]}";
  return read_config<NetworkConfig>(ConfigNode::parse_text(text, "bench"));
}

// A learner with its envs, ready to iterate.
struct Learner {
  ThreadPool pool;
  VecEnv envs;
  LayerTable<float> layers = builtin_layers<float>();
  Ppo ppo;
  Learner(const std::string& task, int n_envs, const PpoConfig& config, int threads)
      : pool(threads),
        envs(make_task(task), n_envs, Rng(1)),
        ppo(config, {envs, pool, two_layers_of_64(), layers, true, Rng(1).split("learn")}) {
    envs.reset(pool);
  }
  double rate(int iterations) {
    const Stopwatch watch;
    int64_t steps = 0;
    for (int i = 0; i < iterations; ++i) steps += ppo.iterate(0, [](std::string_view, double) {});
    envs.take_episodes();
    return static_cast<double>(steps) / watch.seconds();
  }
};

std::vector<float> random_actions(size_t count) {
  std::vector<float> actions(count);
  Rng rng = Rng(1).split("actions");
  for (float& action : actions) action = static_cast<float>(rng.uniform(-1, 1));
  return actions;
}

// The work of Stable-Baselines3's row: 8 envs × 2048 steps, batch 64, 10 epochs.
PpoConfig half_cheetah_config() { return {.n_steps = 2048, .batch_size = 64, .n_epochs = 10}; }
// RLtools' row: 4 envs × 1024, batch 256, 2 epochs.
PpoConfig pendulum_config() { return {.n_steps = 1024, .batch_size = 256, .n_epochs = 2}; }

constexpr int steps = 2048, n_envs = 8;

// Multiply-adds (as two FLOPs) that an env step costs at the least: two networks inputs-64-64-outputs,
// forward for the roll-out, forward and both gradients in each epoch (none to the inputs).
double flops_per_step(int inputs, int actions, int n_epochs) {
  const auto products = [inputs](int outputs) { return inputs * 64.0 + 64 * 64 + 64.0 * outputs; };
  const double forward = 2 * (products(actions) + products(1)), input_gradients = 2 * 2 * inputs * 64.0;
  return forward + n_epochs * (3 * forward - input_gradients);
}

// The share of what is possible at all: physics and multiply-adds at their peaks, nothing else.
Figure share_of_ceiling(const Figure& figure, double physics, double flops, double peak, int threads) {
  Figure result = figure;
  result.name += "_ceiling";
  result.limit = 1 / ((physics > 0 ? 1 / physics : 0) + flops / (peak * threads));
  result.ratio = result.value / result.limit;
  result.work = "the same against the ceiling: today's bare physics and multiply-adds at the peak, nothing else";
  return result;
}

Figure half_cheetah(const Options& options, BarePhysics& bare, const std::vector<float>& actions) {
  Learner learner("half_cheetah", n_envs, half_cheetah_config(), options.threads);
  const Comparison c =
      interleave({[&] { return bare.run(learner.pool, actions, steps); }, [&] { return learner.rate(1); }}, 7);
  return {"ppo_half_cheetah",
          c.medians[1],
          "env steps/s",
          c.medians[0],
          c.ratios[1],
          "PPO iterations, 8 envs x 2048, batch 64, 10 epochs, 17-64-64 tanh twice, against bare physics"};
}

Figure whole_train(const Options& options, BarePhysics& bare, const std::vector<float>& actions) {
  ThreadPool pool(options.threads);
  Recipe recipe = read_recipe(ConfigNode::parse_file(sinew_home() + "/configs/recipes/half_cheetah_ppo.yaml"));
  const ConfigNode algorithm = write_config(half_cheetah_config());
  recipe.algorithm = ConfigNode::map({{"name", ConfigNode::scalar("ppo")}});
  for (const auto& [key, value] : algorithm.entries()) recipe.algorithm.set(key, value);
  recipe.n_envs = n_envs;
  recipe.total_timesteps = 200000;
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("sinew_bench_" + std::to_string(std::random_device()()))).string();
  const TrainOptions train_options{
      .run_folder = folder, .overwrite = true, .threads = options.threads, .stop = nullptr, .on_progress = {}};
  const auto whole = [&] {
    const Stopwatch watch;
    const TrainResult result = train(recipe, Registry::builtin(), train_options);
    return static_cast<double>(result.status.steps) / watch.seconds();
  };
  const Comparison c = interleave({[&] { return bare.run(pool, actions, steps); }, whole}, 3);
  std::filesystem::remove_all(folder);
  return {"train_half_cheetah",
          c.medians[1],
          "env steps/s",
          c.medians[0],
          c.ratios[1],
          "a whole training run of half_cheetah_ppo.yaml's networks with these settings (200k steps, evaluations, "
          "metrics and files included) against bare physics"};
}

Figure pendulum(const Options& options) {
  Learner learner("pendulum", 4, pendulum_config(), options.threads);
  const Comparison c = interleave({[&] { return learner.rate(20); }}, 9);
  return {"ppo_pendulum",
          c.medians[0],
          "env steps/s",
          572000,
          c.medians[0] / 572000,
          "PPO iterations, 4 envs x 1024, batch 256, 2 epochs, 3-64-64 tanh twice, against RLtools as published"};
}

}  // namespace

std::vector<Figure> bench_train(const Options& options) {
  const double peak = peak_flops();
  BarePhysics bare(sinew_home() + "/sim/models/half_cheetah.xml", 5, 1000, n_envs);
  const std::vector<float> actions = random_actions(static_cast<size_t>(steps) * n_envs * bare.action_size());
  std::vector<Figure> figures;
  figures.push_back(half_cheetah(options, bare, actions));
  const Figure cheetah = figures.back();
  figures.push_back(share_of_ceiling(cheetah, cheetah.limit, flops_per_step(17, 6, 10), peak, options.threads));
  figures.push_back(scaled(cheetah, 32000, peak, false));
  figures.push_back(whole_train(options, bare, actions));
  figures.push_back(pendulum(options));
  const Figure swing_up = figures.back();
  figures.push_back(share_of_ceiling(swing_up, 0, flops_per_step(3, 1, 2), peak, options.threads));
  figures.push_back(scaled(swing_up, 600000, peak, false));
  return figures;
}

}  // namespace sinew::bench
