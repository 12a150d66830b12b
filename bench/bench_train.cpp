#include <filesystem>
#include <random>

#include "agents/ppo/ppo.h"
#include "agents/run/trainer.h"
#include "bench/bare_physics.h"
#include "bench/bench.h"
#include "bench/peer_process.h"
#include "core/clock.h"
#include "envs/task/make_env.h"

namespace sinew::bench {
namespace {

// Actor and critic with two layers each.
NetworkConfig two_layers_of(int width) {
  const std::string layers = fmt::format("[{{linear: {0}}}, tanh, {{linear: {0}}}, tanh]", width);
  return read_config<NetworkConfig>(ConfigNode::parse_text("{actor: " + layers + ", critic: " + layers + "}", "bench"));
}

// A learner with its envs, ready to iterate.
struct Learner {
  ThreadPool pool;
  VecEnv envs;
  LayerTable<float> layers = builtin_layers<float>();
  Ppo ppo;
  Learner(const EnvFactory& task, int n_envs, const PpoConfig& config, const NetworkConfig& network, int threads)
      : pool(threads),
        envs(task, n_envs, Rng(1)),
        ppo(as_in_recipes(config), {envs, pool, network, layers, Rng(1).split("learn")}) {
    envs.reset(pool);
  }
  static PpoConfig as_in_recipes(PpoConfig config) {
    config.normalize_reward = true;
    return config;
  }
  double rate(int iterations) {
    const Stopwatch watch;
    int64_t steps = 0;
    for (int i = 0; i < iterations; ++i) steps += ppo.iterate(0);
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

// Stable-Baselines3's settings: 8 envs × 2048 steps, batch 64, 10 epochs.
PpoConfig half_cheetah_config() { return {.n_steps = 2048, .batch_size = 64, .n_epochs = 10}; }
// RLtools' settings: 4 envs × 1024, batch 256, 2 epochs.
PpoConfig pendulum_config() { return {.n_steps = 1024, .batch_size = 256, .n_epochs = 2}; }

// RLtools' settings: 64 envs × 64, batch 2048, 4 epochs.
PpoConfig ant_config() { return {.n_steps = 64, .batch_size = 2048, .n_epochs = 4}; }

// Ant as in RLtools: 27 numbers, no contact forces in observation or reward.
EnvFactory ant_without_contact_forces() {
  const std::string folder = sinew_home() + "/configs/tasks";
  ConfigNode task = ConfigNode::parse_file(folder + "/ant.yaml");
  task.assign("observations.state=[{qpos: {from: 2}}, qvel]");
  ConfigNode reward = *task.find("reward");
  reward.remove("contact");
  task.set("reward", reward);
  return load_task(task, "ant", folder).factory;
}

constexpr int steps = 2048, n_envs = 8;

// The minimum multiply-adds (as two FLOPs) of an env step: two networks inputs-width-width-outputs, forward for the
// roll-out, forward and both gradients in each epoch (no gradients for the inputs).
double flops_per_step(double inputs, double width, double actions, int n_epochs) {
  const auto products = [=](double outputs) { return inputs * width + width * width + width * outputs; };
  const double forward = 2 * (products(actions) + products(1)), input_gradients = 2 * 2 * inputs * width;
  return forward + n_epochs * (3 * forward - input_gradients);
}

// The share of the maximum possible rate: physics and multiply-adds at their peaks, nothing else.
Figure share_of_ceiling(const Figure& figure, double physics, double flops, double peak, int threads) {
  Figure result = figure;
  result.name += "_ceiling";
  result.limit = 1 / ((physics > 0 ? 1 / physics : 0) + flops / (peak * threads));
  result.ratio = result.value / result.limit;
  result.work = "the same against the ceiling: today's bare physics and multiply-adds at the peak, nothing else";
  return result;
}

std::vector<Figure> half_cheetah(const Options& options, BarePhysics& bare, const std::vector<float>& actions,
                                 double peak) {
  Learner learner(make_task("half_cheetah"), n_envs, half_cheetah_config(), two_layers_of(64), options.threads);
  const Comparison c = interleave(
      {[&] { return bare.run(learner.pool, actions, steps); }, [&] { return learner.rate(1); }}, 7, options.threads);
  const Figure figure{"ppo_half_cheetah",
                      c.medians[1],
                      "env steps/s",
                      c.medians[0],
                      c.ratios[1],
                      "PPO iterations, 8 envs x 2048, batch 64, 10 epochs, 17-64-64 tanh twice, against bare physics"};
  return {figure, share_of_ceiling(figure, figure.limit, flops_per_step(17, 64, 6, 10), peak, options.threads),
          scaled(figure, 32000, c.scaled)};
}

Figure whole_train(const Options& options, BarePhysics& bare, const std::vector<float>& actions) {
  ThreadPool pool(options.threads);
  Recipe recipe = read_recipe(ConfigNode::parse_file(sinew_home() + "/configs/recipes/half_cheetah_ppo.yaml"));
  const ConfigNode algorithm = write_config(half_cheetah_config());
  recipe.algorithm = ConfigNode::map({{"name", ConfigNode::scalar("ppo")}});
  for (const auto& [key, value] : algorithm.entries()) recipe.algorithm.set(key, value);
  recipe.n_envs = n_envs;
  recipe.total_timesteps = 200000;
  recipe.eval.n_final_episodes = 0;  // not part of the training time
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("sinew_bench_" + std::to_string(std::random_device()()))).string();
  const TrainOptions train_options{.run_folder = folder,
                                   .if_run_exists = IfRunExists::overwrite,
                                   .threads = options.threads,
                                   .stop = nullptr,
                                   .on_progress = {}};
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
          "a whole training run of half_cheetah_ppo.yaml's networks with these settings (200k steps, evaluations "
          "while it learns, metrics and files included; without a final evaluation) against bare physics"};
}

std::vector<Figure> pendulum(const Options& options, double peak) {
  Learner learner(make_task("pendulum"), 4, pendulum_config(), two_layers_of(64), options.threads);
  const Comparison c = interleave({[&] { return learner.rate(20); }}, 9, options.threads);
  const Figure figure{"ppo_pendulum",
                      c.medians[0],
                      "env steps/s",
                      0,
                      0,
                      "PPO iterations, 4 envs x 1024, batch 256, 2 epochs, 3-64-64 tanh twice"};
  return {figure, share_of_ceiling(figure, 0, flops_per_step(3, 64, 1, 2), peak, options.threads),
          scaled(figure, 600000, c.scaled)};
}

// If RLtools' headers were found: its program against ours, both on one thread.
std::vector<Figure> pendulum_beside_rltools() {
#ifdef SINEW_RLTOOLS_PEER
  if (!std::filesystem::exists(SINEW_RLTOOLS_PEER)) return {};
  PeerProcess peer({SINEW_RLTOOLS_PEER}, {"LD_PRELOAD="});
  Learner learner(make_task("pendulum"), 4, pendulum_config(), two_layers_of(64), 1);
  const Comparison c = interleave({[&] { return std::stod(peer.ask("go")); }, [&] { return learner.rate(20); }}, 9);
  return {{"ppo_pendulum_vs_rltools", c.medians[1], "env steps/s", c.medians[0], c.ratios[1],
           "the same on one thread, against RLtools (its own kernels, no BLAS) in a process of its own"}};
#else
  return {};
#endif
}

std::vector<Figure> ant(const Options& options, double peak) {
  constexpr int envs = 64;
  Learner learner(ant_without_contact_forces(), envs, ant_config(), two_layers_of(256), options.threads);
  BareTask physics = bare_task("ant");
  physics.external_forces = false;
  BarePhysics bare(physics, envs);
  const std::vector<float> actions = random_actions(size_t{64} * envs * bare.action_size());
  const Comparison c = interleave(
      {[&] { return bare.run(learner.pool, actions, 64); }, [&] { return learner.rate(1); }}, 7, options.threads);
  const Figure figure{"ppo_ant",
                      c.medians[1],
                      "env steps/s",
                      c.medians[0],
                      c.ratios[1],
                      "PPO iterations, 64 envs x 64, batch 2048, 4 epochs, 27-256-256 tanh twice, against bare "
                      "physics"};
  return {figure, share_of_ceiling(figure, figure.limit, flops_per_step(27, 256, 8, 4), peak, options.threads),
          scaled(figure, 6000, c.scaled)};
}

// sb3-contrib's settings: two LSTMs 17-256 with 64-64 after each, 8 envs × 128, batch 128, 10 epochs.
std::vector<Figure> recurrent(const Options& options, int seq_len, double target) {
  const NetworkConfig network = read_config<NetworkConfig>(
      ConfigNode::parse_text("{actor: [{lstm: 256}, {linear: 64}, tanh, {linear: 64}, tanh], "
                             "critic: [{lstm: 256}, {linear: 64}, tanh, {linear: 64}, tanh]}",
                             "bench"));
  PpoConfig config{.n_steps = 128, .batch_size = 128, .n_epochs = 10};
  config.seq_len = seq_len;
  Learner learner(make_task("half_cheetah"), n_envs, config, network, options.threads);
  const Comparison c = interleave({[&] { return learner.rate(1); }}, 9, options.threads);
  const Figure figure{
      seq_len == 0 ? "ppo_lstm_whole" : fmt::format("ppo_lstm_{}", seq_len),
      c.medians[0],
      "env steps/s",
      0,
      0,
      fmt::format("recurrent PPO iterations, two LSTMs 17-256 with 64-64, 8 envs x 128, batch 128, 10 epochs, {}",
                  seq_len == 0 ? "whole sequences of 128 steps" : fmt::format("sequences of {} steps", seq_len))};
  return {figure, scaled(figure, target, c.scaled)};
}

}  // namespace

std::vector<Figure> bench_train(const Options& options) {
  const double peak = peak_flops(options.threads);
  BarePhysics bare(bare_task("half_cheetah"), n_envs);
  const std::vector<float> actions = random_actions(static_cast<size_t>(steps) * n_envs * bare.action_size());
  std::vector<Figure> figures;
  figures.push_back(
      {"peak", peak * 1e-9, "GFLOP/s", reference_peak_flops * 1e-9, peak / reference_peak_flops,
       fmt::format("float32 multiply-adds in registers, each of {} threads, against the reference machine's",
                   options.threads)});
  const auto add = [&figures](const std::vector<Figure>& more) {
    figures.insert(figures.end(), more.begin(), more.end());
  };
  add(half_cheetah(options, bare, actions, peak));
  add({whole_train(options, bare, actions)});
  add(pendulum(options, peak));
  add(pendulum_beside_rltools());
  add(ant(options, peak));
  add(recurrent(options, 16, 3600));
  add(recurrent(options, 0, 2200));
  add(bench_pixels(options));
  add({bench_bookkeeping()});
  return figures;
}

}  // namespace sinew::bench
