#include "agents/trainer.h"

#include <algorithm>
#include <deque>
#include <filesystem>

#include "agents/evaluator.h"
#include "agents/metrics_log.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/safe_file.h"
#include "nets/policy_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr size_t episode_window = 100;  // episodes in rollout/ep_rew_mean, as Stable-Baselines3 has it

// What a run writes, and what --overwrite therefore removes.
bool is_run_file(const std::string& name) {
  static const std::vector<std::string> known = {"config.yaml", "task.yaml", "policy.safetensors", "best.safetensors",
                                                 "metrics.csv", "curve.png", "video.mp4",          "log.txt"};
  return std::ranges::find(known, name) != known.end() || name.starts_with("events.out.tfevents.");
}

void clear_run_folder(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (is_run_file(entry.path().filename().string())) fs::remove(entry.path());
}

// One training run. Members are made in this order: a mistake shows before anything is written.
class Run {
 public:
  Run(const Recipe& recipe, const Registry& registry, const TrainOptions& options)
      : recipe_(recipe),
        options_(options),
        stream_(recipe.seed),
        task_(load_task(recipe.task, registry.tasks)),
        pool_(options.threads),
        envs_(task_.factory, recipe.n_envs, stream_.split("train")),
        algorithm_(make_algorithm(registry)),
        config_(resolve_recipe(recipe, registry).to_yaml()) {
    status_.total_steps = recipe.total_timesteps;
    check_run_folder(options.run_folder, options.overwrite);
    make_writable_folder(options.run_folder);
    clear_run_folder(options.run_folder);
    write_file_atomically(file("config.yaml"), config_);
    write_file_atomically(file("task.yaml"), task_.config.to_yaml());
    log_to_file(file("log.txt"));
    log_info("training on {}: {} envs, {} parameters, seed {}, {} threads", task_.name, envs_.size(),
             algorithm_->policy().network().parameters().size(), recipe.seed, options.threads);
    log_.emplace(options.run_folder, columns());
  }
  ~Run() { log_to_file(""); }

  TrainResult go() {
    Stopwatch watch;
    envs_.reset(pool_);
    int64_t next_eval = recipe_.eval.eval_freq, next_save = recipe_.save_freq;
    bool stopped = false;
    while (status_.steps < status_.total_steps && !stopped) {
      const double progress = static_cast<double>(status_.steps) / static_cast<double>(status_.total_steps);
      status_.steps +=
          algorithm_->iterate(progress, [this](std::string_view name, double value) { log_->record(name, value); });
      record_episodes();
      stopped = options_.stop && options_.stop->load();
      const bool last = status_.steps >= status_.total_steps;
      status_.new_eval = recipe_.eval.eval_freq > 0 && (status_.steps >= next_eval || last) && !stopped;
      if (status_.new_eval) {
        evaluate();
        while (next_eval <= status_.steps) next_eval += recipe_.eval.eval_freq;
      }
      if (recipe_.save_freq > 0 && status_.steps >= next_save) {
        save("policy.safetensors");
        while (next_save <= status_.steps) next_save += recipe_.save_freq;
      }
      write_row(watch.seconds());
      if (options_.on_progress) options_.on_progress(status_);
    }
    save("policy.safetensors");
    if (!status_.best_eval) save("best.safetensors");
    return {status_, status_.steps < status_.total_steps, diverged_, algorithm_->policy().weights_hash()};
  }

 private:
  std::string file(const std::string& name) const { return options_.run_folder + "/" + name; }

  std::unique_ptr<Algorithm> make_algorithm(const Registry& registry) {
    ConfigNode options;
    const AlgorithmRow& row = find_algorithm(recipe_, registry, options);
    return row.make(options,
                    {envs_, pool_, recipe_.network, registry.layers, recipe_.normalize_reward, stream_.split("learn")});
  }

  std::vector<std::string> columns() const {
    std::vector<std::string> names = {"time/iterations",     "time/time_elapsed",   "time/fps",
                                      "rollout/ep_rew_mean", "rollout/ep_len_mean", "rollout/diverged"};
    if (envs_.spec().has_success) names.push_back("rollout/success_rate");
    for (const std::string& term : envs_.spec().reward_terms) names.push_back("rollout/reward/" + term);
    for (const char* name : {"eval/mean_reward", "eval/std_reward", "eval/mean_ep_length"}) names.push_back(name);
    if (envs_.spec().has_success) names.push_back("eval/success_rate");
    for (const std::string& name : algorithm_->metric_names()) names.push_back(name);
    return names;
  }

  void record_episodes() {
    for (EpisodeRecord& episode : envs_.take_episodes()) {
      diverged_ += episode.diverged;
      recent_.push_back(std::move(episode));
      if (recent_.size() > episode_window) recent_.pop_front();
    }
    log_->record("rollout/diverged", static_cast<double>(diverged_));
    if (recent_.empty()) return;
    const double n = static_cast<double>(recent_.size());
    double reward = 0, length = 0, success = 0;
    std::vector<double> terms(envs_.spec().reward_terms.size());
    for (const EpisodeRecord& episode : recent_) {
      reward += episode.episode_return / n;
      length += episode.length / n;
      success += episode.success;
      for (size_t i = 0; i < terms.size(); ++i) terms[i] += episode.reward_terms[i] / n;
    }
    status_.ep_rew_mean = reward;
    log_->record("rollout/ep_rew_mean", reward);
    log_->record("rollout/ep_len_mean", length);
    if (envs_.spec().has_success) log_->record("rollout/success_rate", success / n);
    for (size_t i = 0; i < terms.size(); ++i) log_->record("rollout/reward/" + envs_.spec().reward_terms[i], terms[i]);
  }

  void evaluate() {
    if (!evaluator_) evaluator_.emplace(task_.factory, pool_);
    const Evaluation evaluation = evaluator_->run(algorithm_->policy(), recipe_.eval.n_eval_episodes,
                                                  stream_.split("eval", static_cast<uint64_t>(status_.steps)));
    status_.eval_mean = evaluation.mean_reward();
    log_->record("eval/mean_reward", *status_.eval_mean);
    log_->record("eval/std_reward", evaluation.std_reward());
    log_->record("eval/mean_ep_length", evaluation.mean_ep_length());
    if (envs_.spec().has_success) log_->record("eval/success_rate", evaluation.success_rate());
    if (status_.best_eval && *status_.eval_mean <= *status_.best_eval) return;
    status_.best_eval = status_.eval_mean;
    save("best.safetensors");
  }

  void write_row(double seconds) {
    status_.seconds = seconds;
    status_.fps = static_cast<double>(status_.steps) / seconds;
    log_->record("time/iterations", static_cast<double>(++iterations_));
    log_->record("time/time_elapsed", seconds);
    log_->record("time/fps", status_.fps);
    log_->write_row(status_.steps);
  }

  void save(const std::string& name) {
    save_policy(file(name), algorithm_->policy(), {recipe_.task, task_.config.to_yaml(), config_});
  }

  const Recipe& recipe_;
  const TrainOptions& options_;
  Rng stream_;
  Task task_;
  ThreadPool pool_;
  VecEnv envs_;
  std::unique_ptr<Algorithm> algorithm_;
  std::string config_;
  std::optional<MetricsLog> log_;
  std::optional<Evaluator> evaluator_;
  std::deque<EpisodeRecord> recent_;
  TrainStatus status_;
  int64_t diverged_ = 0, iterations_ = 0;
};

}  // namespace

void check_run_folder(const std::string& folder, bool overwrite) {
  std::error_code ignored;
  if (overwrite || !fs::is_directory(folder, ignored)) return;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (is_run_file(entry.path().filename().string()))
      fail("the folder '{}' holds a run already ({}); give --overwrite to replace it, or --run with another folder",
           folder, entry.path().filename().string());
}

TrainResult train(const Recipe& recipe, const Registry& registry, const TrainOptions& options) {
  return Run(recipe, registry, options).go();
}

}  // namespace sinew
