#include "agents/run/trainer.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "agents/run/candidates.h"
#include "agents/run/checkpoint_folder.h"
#include "agents/run/episode_window.h"
#include "agents/run/evaluator.h"
#include "agents/run/final_evaluation.h"
#include "agents/run/metrics_log.h"
#include "agents/run/run_identity.h"
#include "agents/run/segment_folder.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/safe_file.h"
#include "core/state_archive.h"
#include "nets/formats/policy_file.h"
#include "nets/policy/initial_policy.h"

namespace sinew {
namespace {

// Whether a multiple of `freq` lies in (before, now].
bool crosses(int64_t before, int64_t now, int64_t freq) { return freq > 0 && now / freq > before / freq; }

// The kept policy of a run folder.
std::string policy_in(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code none;
  if (!fs::exists(path, none))
    fail("initial_policy: there is no policy '{}'; give a run folder or a .safetensors file", path);
  if (!fs::is_directory(path, none)) return path;
  for (const char* name : {"best.safetensors", "policy.safetensors"})
    if (fs::exists(fs::path(path) / name, none)) return (fs::path(path) / name).string();
  fail("initial_policy: the folder '{}' holds no policy; give a run folder or a .safetensors file", path);
}

// One training run. Members are constructed in this order, so that an error is found before anything is written.
//
// An iteration has two halves: learning, and looking back (evaluate, write the row of metrics). A stop during the
// second half saves the first, recorded by `learned_`. The final evaluation follows the last iteration and is not part
// of the training time.
// part of the training time.
class Run {
 public:
  Run(const Recipe& recipe, const Registry& registry, const TrainOptions& options)
      : recipe_(recipe),
        options_(options),
        stream_(recipe.seed),
        task_(load_task(recipe.task, registry.tasks)),
        pool_(options.threads),
        registry_(registry),
        recipe_algorithm_(read_algorithm(recipe, registry)),
        steps_envs_(recipe_algorithm_.row.steps_envs),
        envs_(task_.factory, steps_envs_ ? recipe.n_envs : 1, stream_.split("train")),
        algorithm_(recipe_algorithm_.configured.make(
            {envs_, pool_, recipe.network, registry.layers, stream_.split("learn"), recipe.total_timesteps})),
        identity_(identity_of(resolve_recipe(recipe, recipe_algorithm_), task_, options.run_folder)),
        folder_(options.run_folder, options.if_run_exists),
        checkpoints_(folder_.checkpoints()),
        segments_(folder_.checkpoints()),
        episodes_(envs_.spec()),
        candidates_(recipe.eval.n_candidates) {
    status_.total_steps = recipe.total_timesteps;
    std::optional<Checkpoint> checkpoint;
    if (options.if_run_exists == IfRunExists::resume) checkpoint = find_checkpoint(folder_);
    if (checkpoint)
      restore(*checkpoint);
    else
      begin();
    if (is_complete())
      log_info("'{}' is already complete, at step {} of {}; a larger total_timesteps continues it", folder_.path(),
               status_.steps, status_.total_steps);
    else if (!has_learned())
      log_info("training on {}: {} envs, {} parameters, seed {}, {} threads", task_.name, envs_.size(), n_parameters(),
               recipe.seed, options.threads);
    if (envs_.spec().time_limit == 0 && recipe.eval.eval_freq > 0)
      log_info("{} has no time_limit: an episode of an evaluation lasts up to {} steps", task_.name,
               most_steps_without_limit);
  }
  ~Run() { log_to_file(""); }

  TrainResult go() {
    bool stopped = false;
    while (!stopped && !has_learned()) {
      if (!learned_) learn();
      stopped = !look_back();
      if (!stopped) stopped = stop_requested();
      if (stopped || has_learned() || save_is_due()) save();
      status_.has_learned = has_learned();
      if (options_.on_progress) options_.on_progress(status_);
    }
    if (has_learned() && !is_complete()) look_back_on_all();
    return {.status = status_,
            .interrupted = !is_complete(),
            .final_evaluation = final_,
            .final_seconds = final_seconds_,
            .resumed_from = resumed_from_,
            .diverged_episodes = episodes_.diverged(),
            .save_seconds = save_seconds_,
            .weights_hash = weights_hash(all_parameters())};
  }

  // The checkpoint that remains when an Error ends the run.
  std::string kept() const {
    if (!saved_at_) return "; there was no checkpoint yet";
    return fmt::format("; the checkpoint of step {} is kept in '{}', and --resume continues from there", *saved_at_,
                       folder_.checkpoints());
  }

 private:
  void start_from_initial_policy() {
    if (!recipe_.initial_policy) return;
    const std::string path = policy_in(recipe_.initial_policy->path);
    const LoadedPolicy loaded = with_context("initial_policy", [&] { return load_policy(path, registry_.layers); });
    const bool whole =
        with_context(fmt::format("initial_policy: '{}'", path), [&] { return algorithm_->start_from(loaded); });
    log_info("starting from {}{}", path,
             whole                    ? ""
             : loaded.learner.empty() ? "; it has no critic, so the critic starts untrained"
                                      : "; its critic is a different one, so the critic starts untrained");
  }

  std::vector<std::string> columns() const {
    std::vector<std::string> names = {"time/iterations", "time/time_elapsed", "time/fps"};
    for (const std::string& name : episodes_.metric_names()) names.push_back(name);
    for (const char* name : {"eval/mean_reward", "eval/std_reward", "eval/mean_ep_length"}) names.push_back(name);
    if (envs_.spec().has_success) names.push_back("eval/success_rate");
    for (const std::string& name : FinalEvaluation::metric_names(envs_.spec().has_success)) names.push_back(name);
    for (const std::string& name : algorithm_->metric_names()) names.push_back(name);
    return names;
  }

  void begin() {
    start_from_initial_policy();
    if (steps_envs_) envs_.reset(pool_);
    check_that_it_can_be_written();
    folder_.keep();
    folder_.clear();
    folder_.remove_leftovers();
    log_.emplace(folder_.path(), columns());
    write_configs();
  }

  // Refuses names that no file can store now, not at the first save an hour later.
  void check_that_it_can_be_written() const {
    MetricsLog::check_columns(columns());
    with_context("no policy of this run could be saved", [&] { policy_bytes(); });
  }

  void restore(const Checkpoint& checkpoint) {
    const int64_t step = checkpoint.head().step;
    const std::string name = fmt::format("the checkpoint '{}'", checkpoints_.file(step));
    const ModelIdentity model = model_identity_of(checkpoint.section("model"));
    check_same_run({checkpoint.section("config"), checkpoint.section("task"), model}, identity_, folder_.path());
    segments_.go_on_from(checkpoint.segments());
    StateArchive state(checkpoint.open("state"), checkpoint.size_of("state"), name, &segments_);
    visit_state(state);
    state.finish();
    MetricsPlace place;
    const std::string metrics_bytes = checkpoint.section("metrics");
    StateArchive metrics(metrics_bytes, name);
    metrics("metrics", place);
    candidates_.read_policies(checkpoint);
    folder_.keep();
    log_.emplace(folder_.path(), columns(), place);  // the first change to the folder
    folder_.remove_leftovers();
    write_configs();
    write_policies();
    resumed_from_ = saved_at_ = step;
    watch_ = since_save_ = {};
    measure_time();
    status_.has_learned = has_learned();
    if (!status_.has_learned)
      log_info("resuming '{}' from step {} of {}", folder_.path(), status_.steps, status_.total_steps);
    if (checkpoint.head().machine != machine_)
      log_warning("the checkpoint was made on another kind of machine ({}): the last bits of what follows may differ",
                  checkpoint.head().machine);
    if (!model.engine.empty() && model.engine != identity_.model.engine)
      log_warning("the checkpoint was made with {}, this is {}: what follows may differ", model.engine,
                  identity_.model.engine);
    if (!state.warnings().empty()) log_warning("{}", state.warnings().front());
  }

  void write_configs() {
    write_file_atomically(folder_.file("config.yaml"), identity_.config);
    write_file_atomically(folder_.file("task.yaml"), identity_.task);
    log_to_file(folder_.file("log.txt"));
  }

  // All state the run's future depends on, except its settings.
  void visit_state(StateArchive& archive) {
    archive("steps", status_.steps);
    archive("seconds", seconds_before_);
    archive("ep_rew_mean", status_.ep_rew_mean);
    archive("eval_mean", status_.eval_mean);
    archive("best_eval", status_.best_eval);
    archive("candidates", candidates_);
    archive("final", final_);
    archive("iterations", iterations_);
    archive("steps_before", steps_before_);
    archive("learned", learned_);
    archive("episodes", episodes_);
    if (steps_envs_) archive("envs", envs_);
    archive("algorithm", *algorithm_);
  }

  bool has_learned() const { return !learned_ && status_.steps >= status_.total_steps; }
  bool is_complete() const {
    const int episodes = recipe_.eval.n_final_episodes;
    return has_learned() && (episodes == 0 || (final_ && final_->n_episodes == episodes));
  }
  bool stop_requested() const { return options_.stop && options_.stop->load(); }
  double seconds() const { return seconds_before_ + watch_.seconds(); }
  void measure_time() {
    status_.seconds = seconds();
    status_.fps = static_cast<double>(status_.steps) / status_.seconds;
  }

  void learn() {
    const double progress = static_cast<double>(status_.steps) / static_cast<double>(status_.total_steps);
    steps_before_ = status_.steps;
    final_.reset();
    status_.steps += algorithm_->iterate(progress);
    learned_ = true;
    ++iterations_;
    if (std::vector<EpisodeRecord> episodes = envs_.take_episodes(); !episodes.empty()) {
      episodes_.add(std::move(episodes));
      status_.ep_rew_mean = episodes_.mean_reward();
    }
    if (!row_is_due()) return;
    algorithm_->report(metrics_);
    episodes_.report(metrics_);
  }

  bool is_last() const { return status_.steps >= status_.total_steps; }
  bool evaluation_is_due() const {
    const int64_t freq = recipe_.eval.eval_freq;
    return freq > 0 && (is_last() || crosses(steps_before_, status_.steps, freq));
  }
  bool row_is_due() const {
    return is_last() || evaluation_is_due() || crosses(steps_before_, status_.steps, recipe_.log_interval);
  }

  // Returns false when the run was stopped before it had looked back.
  bool look_back() {
    status_.new_eval = evaluation_is_due();
    if (status_.new_eval && !evaluate()) return false;
    measure_time();
    if (row_is_due()) finish_row();
    learned_ = false;
    return true;
  }

  // Returns false when the run was stopped before the evaluation was done.
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
    if (candidates_.want(*status_.eval_mean))
      candidates_.add({.step = status_.steps, .eval_mean = *status_.eval_mean, .policy = policy_bytes()});
    status_.best_eval = candidates_.best_first().front().eval_mean;
    return true;
  }

  // The final evaluation. All that was learnt is already saved; a stop saves nothing more.
  void look_back_on_all() {
    const Stopwatch watch;
    if (!evaluator_) evaluator_.emplace(task_.factory, pool_);
    const FinalPlay play{*evaluator_,
                         registry_.layers,
                         recipe_.eval.n_final_episodes,
                         envs_.spec().has_success,
                         stream_.split("final", static_cast<uint64_t>(status_.steps)),
                         options_.stop};
    final_ = evaluate_finally(play, candidates_.best_first(), {status_.steps, 0, policy_bytes()});
    if (final_) final_->report(metrics_);
    log_->write_row(status_.steps);
    if (!final_) return;
    final_seconds_ = watch.seconds();
    watch_ = {};  // not training time
    save();
  }

  // The last row waits for the figures of the final evaluation; a checkpoint stores it until then.
  void finish_row() {
    log_->record("time/iterations", static_cast<double>(iterations_));
    log_->record("time/time_elapsed", status_.seconds);
    log_->record("time/fps", status_.fps);
    if (!is_last() || recipe_.eval.n_final_episodes == 0) log_->write_row(status_.steps);
  }

  bool save_is_due() const {
    return candidates_.best_step() == status_.steps ||
           crosses(saved_at_.value_or(0), status_.steps, recipe_.save_freq) ||
           (recipe_.save_interval > 0 && since_save_.seconds() >= recipe_.save_interval);
  }

  std::string policy_bytes() const {
    const std::string task = names_task_file(recipe_.task) ? path_from(recipe_.task, folder_.path()) : recipe_.task;
    return format_policy(algorithm_->policy(), {task, identity_.task, identity_.config, identity_.model},
                         algorithm_->learner_parameters());
  }

  // The parameters of the policy, and those of the learner beside it.
  LearnerParameters all_parameters() const {
    LearnerParameters all = algorithm_->learner_parameters();
    all.insert(all.begin(), &algorithm_->policy().parameters());
    return all;
  }
  int64_t n_parameters() const {
    int64_t count = 0;
    for (const Parameters* parameters : all_parameters()) count += parameters->size();
    return count;
  }

  // Writes the checkpoint first: the policy files can be written again from it, but not the other way round.
  void save() {
    const Stopwatch watch;
    check_finite();
    save_checkpoint();
    saved_at_ = status_.steps;
    write_policies();
    since_save_ = {};
    save_seconds_ += watch.seconds();
  }

  void check_finite() const {
    for (const Parameters* parameters : all_parameters())
      for (const Parameter& parameter : parameters->list())
        for (const float x : parameter.values())
          if (!std::isfinite(x))
            throw Error(fmt::format("learning has diverged: the parameter '{}' has become {}", parameter.name, x),
                        Error::Fault::system);
  }

  void save_checkpoint() {
    MetricsPlace place = log_->sync();
    seconds_before_ = seconds();
    watch_ = {};
    const CheckpointHead head{.software = software_version(), .machine = machine_, .step = status_.steps};
    checkpoints_.save(head, candidates_.best_step(), [&](CheckpointWriter& out) {  // a failure here ends the run
      out.section("config", identity_.config);
      out.section("task", identity_.task);
      out.section("model", to_text(identity_.model));
      StateArchive metrics;
      metrics("metrics", place);
      out.section("metrics", metrics.bytes());
      out.section("state", [&](const ByteSink& sink) {
        StateArchive state(sink, &segments_);
        visit_state(state);
        state.finish();
      });
      candidates_.write_policies(out);
      return segments_.segments();
    });
  }

  // Until the final evaluation has selected a policy, keeps that of the best evaluation, or the last one if there is
  // none.
  void write_policies() {
    const std::string last = policy_bytes();
    write_file_atomically(folder_.file("policy.safetensors"), last);
    const int64_t kept = final_ ? final_->kept.step : candidates_.best_step().value_or(status_.steps);
    if (kept == kept_step_) return;  // already written
    const auto found = std::ranges::find(candidates_.best_first(), kept, &Candidate::step);
    write_file_atomically(folder_.file("best.safetensors"),
                          found == candidates_.best_first().end() ? last : found->policy);
    kept_step_ = kept;
  }

  const Recipe& recipe_;
  const TrainOptions& options_;
  Rng stream_;
  Task task_;
  ThreadPool pool_;
  const Registry& registry_;
  const RecipeAlgorithm recipe_algorithm_;
  const bool steps_envs_;
  VecEnv envs_;
  std::unique_ptr<Algorithm> algorithm_;
  RunIdentity identity_;
  RunFolder folder_;
  CheckpointFolder checkpoints_;
  SegmentFolder segments_;
  EpisodeWindow episodes_;
  std::optional<MetricsLog> log_;
  const MetricSink metrics_ = [this](std::string_view name, double value) { log_->record(name, value); };
  std::optional<Evaluator> evaluator_;
  TrainStatus status_;
  const std::string machine_ = kind_of_machine();
  int64_t iterations_ = 0, steps_before_ = 0;  // steps_before_: before the current iteration
  bool learned_ = false;
  Candidates candidates_;
  std::optional<FinalEvaluation> final_;  // of the current policies
  std::optional<int64_t> kept_step_;      // of the policy in best.safetensors
  std::optional<int64_t> saved_at_, resumed_from_;
  double seconds_before_ = 0;  // of training, before watch_ started
  Stopwatch watch_, since_save_;
  double save_seconds_ = 0, final_seconds_ = 0;  // in this sitting
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
