#include "agents/trainer.h"

#include <cmath>
#include <filesystem>

#include "agents/checkpoint_folder.h"
#include "agents/episode_window.h"
#include "agents/evaluator.h"
#include "agents/metrics_log.h"
#include "agents/resume.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/safe_file.h"
#include "core/state_archive.h"
#include "nets/initial_policy.h"
#include "nets/policy_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// Whether a multiple of `freq` lies in (before, now].
bool crosses(int64_t before, int64_t now, int64_t freq) { return freq > 0 && now / freq > before / freq; }

// One training run. Members are made in this order: a mistake shows before anything is written.
//
// An iteration has two halves: to learn, and to look back (evaluate, write the row of metrics). A stop amid
// the second half saves the first, and `learned_` says so.
class Run {
 public:
  Run(const Recipe& recipe, const Registry& registry, const TrainOptions& options)
      : recipe_(recipe),
        options_(options),
        stream_(recipe.seed),
        task_(load_task(recipe.task, registry.tasks)),
        pool_(options.threads),
        envs_(task_.factory, recipe.n_envs, stream_.split("train")),
        registry_(registry),
        algorithm_(make_algorithm()),
        identity_{resolve_recipe(recipe, registry).to_yaml(), task_.config.to_yaml(), task_.model_fingerprint},
        folder_(options.run_folder, options.if_run_exists),
        checkpoints_(folder_.checkpoints()),
        episodes_(envs_.spec()) {
    status_.total_steps = recipe.total_timesteps;
    const std::optional<Checkpoint> checkpoint = find_checkpoint();
    if (checkpoint)
      restore(*checkpoint);
    else
      begin();
    if (is_complete())
      log_info("'{}' is complete already, at step {} of {}; a larger total_timesteps goes on with it", folder_.path(),
               status_.steps, status_.total_steps);
    else
      log_info("training on {}: {} envs, {} parameters, seed {}, {} threads", task_.name, envs_.size(),
               algorithm_->policy().network().parameters().size(), recipe.seed, options.threads);
    if (envs_.spec().time_limit == 0 && recipe.eval.eval_freq > 0)
      log_info("{} has no time_limit: an episode of an evaluation lasts up to {} steps", task_.name,
               most_steps_without_limit);
  }
  ~Run() { log_to_file(""); }

  TrainResult go() {
    bool stopped = false;
    while (!stopped && !is_complete()) {
      if (!learned_) learn();
      stopped = !look_back();
      if (!stopped) stopped = stop_requested();
      if (stopped || is_complete() || save_is_due()) save();
      if (options_.on_progress) options_.on_progress(status_);
    }
    return {.status = status_,
            .interrupted = !is_complete(),
            .resumed_from = resumed_from_,
            .diverged_episodes = episodes_.diverged(),
            .save_seconds = save_seconds_,
            .weights_hash = algorithm_->policy().weights_hash()};
  }

  // What was kept when an Error ends the run.
  std::string kept() const {
    if (!saved_at_) return "; there was no checkpoint yet";
    return fmt::format("; the checkpoint of step {} is kept in '{}', and --resume goes on from there", *saved_at_,
                       folder_.checkpoints());
  }

 private:
  std::unique_ptr<Algorithm> make_algorithm() {
    ConfigNode options;
    const AlgorithmRow& row = find_algorithm(recipe_, registry_, options);
    return row.make(options, {envs_, pool_, recipe_.network, registry_.layers, recipe_.normalize_reward,
                              stream_.split("learn")});
  }

  void start_from_initial_policy() {
    if (!recipe_.initial_policy) return;
    const std::string& path = recipe_.initial_policy->path;
    const LoadedPolicy loaded = load_policy(path, registry_.layers);
    const bool whole = with_context(fmt::format("initial_policy: '{}'", path),
                                    [&] { return start_from(algorithm_->policy(), *loaded.policy); });
    log_info("starting from {}{}", path, whole ? "" : "; its critic is another one, so the critic starts anew");
  }

  std::vector<std::string> columns() const {
    std::vector<std::string> names = {"time/iterations", "time/time_elapsed", "time/fps"};
    for (const std::string& name : episodes_.metric_names()) names.push_back(name);
    for (const char* name : {"eval/mean_reward", "eval/std_reward", "eval/mean_ep_length"}) names.push_back(name);
    if (envs_.spec().has_success) names.push_back("eval/success_rate");
    for (const std::string& name : algorithm_->metric_names()) names.push_back(name);
    return names;
  }

  // What the run resumes from; none: it begins. Nothing is written yet.
  std::optional<Checkpoint> find_checkpoint() const {
    if (options_.if_run_exists != IfRunExists::resume) return std::nullopt;
    CheckpointFolder::Newest newest = checkpoints_.newest();
    if (!newest.checkpoint && !newest.damaged.empty())
      fail("the run in '{}' cannot be resumed: {}; --overwrite begins it anew", folder_.path(), newest.damaged.front());
    std::error_code code;
    if (!newest.checkpoint && fs::exists(folder_.file("policy.safetensors"), code))
      fail("the run in '{}' cannot be resumed: it has a policy, but no checkpoints; --overwrite begins it anew",
           folder_.path());
    for (const std::string& damage : newest.damaged) log_warning("{}; going back to the one before it", damage);
    if (!newest.checkpoint) log_info("'{}' has no checkpoint yet: starting from the beginning", folder_.path());
    return std::move(newest.checkpoint);
  }

  void begin() {
    start_from_initial_policy();
    envs_.reset(pool_);
    folder_.clear();
    folder_.remove_leftovers();
    write_configs();
    log_.emplace(folder_.path(), columns());
  }

  void restore(const Checkpoint& checkpoint) {
    const std::string name = fmt::format("the checkpoint '{}'", checkpoints_.file(checkpoint.step));
    check_same_run({checkpoint.section("config"), checkpoint.section("task"), checkpoint.section("model")}, identity_);
    StateArchive state(checkpoint.section("state"), name);
    visit_state(state);
    state.finish();
    state_bytes_ = checkpoint.section("state").size();
    MetricsPlace place;
    StateArchive metrics(checkpoint.section("metrics"), name);
    metrics("metrics", place);
    best_policy_ = checkpoint.section("best_policy");
    log_.emplace(folder_.path(), columns(), place);  // the first that changes the folder
    folder_.remove_leftovers();
    write_configs();
    write_policies();
    resumed_from_ = saved_at_ = checkpoint.step;
    watch_ = since_save_ = {};
    measure_time();
    if (!is_complete())
      log_info("resuming '{}' from step {} of {}", folder_.path(), status_.steps, status_.total_steps);
    if (checkpoint.machine != machine_)
      log_warning("the checkpoint was made on another kind of machine ({}): the last bits of what follows may differ",
                  checkpoint.machine);
    if (!state.warnings().empty()) log_warning("{}", state.warnings().front());
  }

  void write_configs() {
    write_file_atomically(folder_.file("config.yaml"), identity_.config);
    write_file_atomically(folder_.file("task.yaml"), identity_.task);
    log_to_file(folder_.file("log.txt"));
  }

  // All that the run's future depends on but its settings.
  void visit_state(StateArchive& archive) {
    archive("steps", status_.steps);
    archive("seconds", seconds_before_);
    archive("ep_rew_mean", status_.ep_rew_mean);
    archive("eval_mean", status_.eval_mean);
    archive("best_eval", status_.best_eval);
    archive("best_step", best_step_);
    archive("iterations", iterations_);
    archive("steps_before", steps_before_);
    archive("learned", learned_);
    archive("episodes", episodes_);
    archive("envs", envs_);
    archive("algorithm", *algorithm_);
  }

  bool is_complete() const { return !learned_ && status_.steps >= status_.total_steps; }
  bool stop_requested() const { return options_.stop && options_.stop->load(); }
  double seconds() const { return seconds_before_ + watch_.seconds(); }
  void measure_time() {
    status_.seconds = seconds();
    status_.fps = static_cast<double>(status_.steps) / status_.seconds;
  }

  void learn() {
    const MetricSink metrics = [this](std::string_view name, double value) { log_->record(name, value); };
    const double progress = static_cast<double>(status_.steps) / static_cast<double>(status_.total_steps);
    steps_before_ = status_.steps;
    status_.steps += algorithm_->iterate(progress, metrics);
    learned_ = true;
    episodes_.add(envs_.take_episodes());
    episodes_.report(metrics);
    status_.ep_rew_mean = episodes_.mean_reward();
  }

  // False when the run was stopped before it had looked back.
  bool look_back() {
    const bool last = status_.steps >= status_.total_steps;
    status_.new_eval =
        recipe_.eval.eval_freq > 0 && (last || crosses(steps_before_, status_.steps, recipe_.eval.eval_freq));
    if (status_.new_eval && !evaluate()) return false;
    write_row();
    learned_ = false;
    return true;
  }

  // False when the run was stopped before the evaluation was done.
  bool evaluate() {
    if (stop_requested()) return false;
    if (!evaluator_) evaluator_.emplace(task_.factory, pool_);
    const Evaluation evaluation =
        evaluator_->run(algorithm_->policy(), recipe_.eval.n_eval_episodes,
                        stream_.split("eval", static_cast<uint64_t>(status_.steps)), options_.stop);
    if (stop_requested()) return false;
    status_.eval_mean = evaluation.mean_reward();
    log_->record("eval/mean_reward", *status_.eval_mean);
    log_->record("eval/std_reward", evaluation.std_reward());
    log_->record("eval/mean_ep_length", evaluation.mean_ep_length());
    if (envs_.spec().has_success) log_->record("eval/success_rate", evaluation.success_rate());
    if (!status_.best_eval || *status_.eval_mean > *status_.best_eval) {
      status_.best_eval = status_.eval_mean;
      best_step_ = status_.steps;
      best_policy_ = policy_bytes();
      best_is_written_ = false;
    }
    return true;
  }

  void write_row() {
    measure_time();
    log_->record("time/iterations", static_cast<double>(++iterations_));
    log_->record("time/time_elapsed", status_.seconds);
    log_->record("time/fps", status_.fps);
    log_->write_row(status_.steps);
  }

  bool save_is_due() const {
    return best_step_ == status_.steps || crosses(saved_at_.value_or(0), status_.steps, recipe_.save_freq) ||
           (recipe_.save_interval > 0 && since_save_.seconds() >= recipe_.save_interval);
  }

  std::string policy_bytes() {
    return format_policy(algorithm_->policy(), {recipe_.task, identity_.task, identity_.config});
  }

  // The checkpoint first: what the policies say can be had from it again, but not the other way round.
  void save() {
    const Stopwatch watch;
    for (const Parameter& parameter : algorithm_->policy().network().parameters().list())
      for (const float x : parameter.values())
        if (!std::isfinite(x))
          throw Error(fmt::format("learning has diverged: the parameter '{}' has become {}", parameter.name, x),
                      Error::Fault::system);
    save_checkpoint();
    saved_at_ = status_.steps;
    write_policies();
    since_save_ = {};
    save_seconds_ += watch.seconds();
  }

  // What it holds is given back before the policies are put together.
  void save_checkpoint() {
    MetricsPlace place = log_->sync();
    StateArchive metrics, state;
    metrics("metrics", place);
    seconds_before_ = seconds();
    watch_ = {};
    // Weights and an optimiser's two moments of each; what is not filled takes no memory, and growing would.
    state.reserve(std::max(state_bytes_, 4 * algorithm_->policy().network().parameters().values().size_bytes()));
    visit_state(state);
    state_bytes_ = state.bytes().size();
    Checkpoint checkpoint{.software = software_version(), .machine = machine_, .step = status_.steps, .sections = {}};
    checkpoint.sections["config"] = identity_.config;
    checkpoint.sections["task"] = identity_.task;
    checkpoint.sections["model"] = identity_.model;
    checkpoint.sections["metrics"] = metrics.bytes();
    checkpoint.sections["state"] = std::move(state).take_bytes();
    checkpoint.sections["best_policy"] = std::move(best_policy_);
    checkpoints_.save(checkpoint, best_step_);  // where it fails, the run ends
    best_policy_ = std::move(checkpoint.sections["best_policy"]);
  }

  // The best one is the last one where nothing was evaluated yet.
  void write_policies() {
    const std::string last = policy_bytes();
    write_file_atomically(folder_.file("policy.safetensors"), last);
    if (!best_is_written_)
      write_file_atomically(folder_.file("best.safetensors"), best_policy_.empty() ? last : best_policy_);
    best_is_written_ = !best_policy_.empty();
  }

  const Recipe& recipe_;
  const TrainOptions& options_;
  Rng stream_;
  Task task_;
  ThreadPool pool_;
  VecEnv envs_;
  const Registry& registry_;
  std::unique_ptr<Algorithm> algorithm_;
  RunIdentity identity_;
  RunFolder folder_;
  CheckpointFolder checkpoints_;
  EpisodeWindow episodes_;
  std::optional<MetricsLog> log_;
  std::optional<Evaluator> evaluator_;
  TrainStatus status_;
  const std::string machine_ = kind_of_machine();
  int64_t iterations_ = 0, steps_before_ = 0;  // the latter: before the iteration at work
  bool learned_ = false;
  std::optional<int64_t> best_step_;        // of best_eval
  std::string best_policy_;                 // as a policy file
  bool best_is_written_ = false;
  std::optional<int64_t> saved_at_, resumed_from_;
  size_t state_bytes_ = 0;     // of the last checkpoint
  double seconds_before_ = 0;  // of training, before watch_ was started
  Stopwatch watch_, since_save_;
  double save_seconds_ = 0;  // of this sitting
};

}  // namespace

TrainResult train(const Recipe& recipe, const Registry& registry, const TrainOptions& options) {
  Run run(recipe, registry, options);
  try {
    return run.go();
  } catch (const Error& error) {
    const std::string text = error.what() + run.kept();
    log_line_to_file(LogLevel::error, text);
    throw Error(text, error.fault());
  }
}

}  // namespace sinew
