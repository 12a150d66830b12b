// sinew train: trains a policy from a recipe, for one or several seeds.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

#include "agents/run/trainer.h"
#include "apps/command_line/child_process.h"
#include "apps/command_line/file_argument.h"
#include "apps/command_line/progress.h"
#include "apps/command_line/recipe_argument.h"
#include "apps/command_line/shell_word.h"
#include "apps/command_line/stop_signal.h"
#include "apps/command_line/terminal.h"
#include "apps/commands/commands.h"
#include "apps/media/media.h"
#include "apps/report/learning_curve.h"
#include "core/log.h"
#include "core/named_files.h"
#include "core/thread_pool.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

struct TrainArguments {
  std::string recipe;
  std::optional<std::string> run, seeds;
  std::optional<uint64_t> seed;
  int threads = default_threads();
  bool overwrite = false, resume = false;
  std::vector<std::string> assignments;
};

// "1-5", "3" or "1,4,7"; each seed once.
std::vector<uint64_t> parse_seeds(const std::string& text) {
  std::vector<uint64_t> seeds;
  const auto number = [&](const std::string& word) -> uint64_t {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error == std::errc::result_out_of_range) fail("--seeds {}: '{}' is more than 64 bits hold", text, word);
    if (error != std::errc{} || end != word.data() + word.size()) fail("--seeds {}: write it as 1-5 or 1,2,3", text);
    return value;
  };
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    const std::string item = text.substr(begin, comma - begin);
    const size_t dash = item.find('-');
    const uint64_t first = number(item.substr(0, dash)),
                   last = dash == std::string::npos ? first : number(item.substr(dash + 1));
    if (last < first || last - first >= 1000) fail("--seeds {}: '{}' is not a range of up to 1000 seeds", text, item);
    for (uint64_t i = 0; i <= last - first; ++i) {  // last may be the largest uint64_t
      const uint64_t seed = first + i;
      if (std::ranges::find(seeds, seed) != seeds.end()) fail("--seeds {}: the seed {} appears twice", text, seed);
      seeds.push_back(seed);
    }
    begin = comma + 1;
  }
  return seeds;
}

// The command that resumes the run these arguments began.
std::string resuming_command(const TrainArguments& arguments) {
  std::string command = fmt::format("{} train {}", sinew_command(), shell_path(arguments.recipe));
  if (arguments.run) command += " --run " + shell_path(*arguments.run);
  if (arguments.seed) command += fmt::format(" --seed {}", *arguments.seed);
  if (arguments.seeds) command += " --seeds " + shell_word(*arguments.seeds);
  for (const std::string& assignment : arguments.assignments) command += " --set " + shell_word(assignment);
  return command + " --resume";
}

std::string number(const std::optional<double>& value) { return value ? fmt::format("{:.1f}", *value) : "none"; }

ProgressState progress_state(const TrainStatus& status) {
  return {.step = std::min(status.steps, status.total_steps),  // the last iteration may go beyond
          .fps = status.fps,
          .mean_return = status.ep_rew_mean.value_or(ProgressState::unknown),
          .eval_return = status.eval_mean.value_or(ProgressState::unknown)};
}

// Training is done by then: a failed picture must not make it a failure.
void draw_curve(const std::string& folder) try {
  const PlotSpec plot = learning_curve({load_runs(folder)});
  if (has_points(plot)) write_plot(folder + "/curve.png", plot);
} catch (const Error& error) {
  log_warning("no curve was drawn: {}", error.what());
}

// Runs in a separate process: rendering takes memory that training should not.
void make_video(const std::string& folder) {
  log_info("drawing {}/video.mp4 …", folder);
  const std::string own_program =
      fs::read_symlink("/proc/self/exe").string();  // it has the user's own layers and terms
  ChildProcess child({own_program, "play", fs::absolute(folder).string(), "--episodes", "1", "--video",
                      fs::absolute(folder / fs::path("video.mp4")).string()},
                     ChildProcess::Errors::passed_on);  // its progress, too
  if (child.wait().exit_code != 0) log_warning("no video was made");
}

// "kept policy, of step 50000: return 812.3 ± 4.1 over 100 fresh episodes, success in 95 % (best evaluation 900.0)"
std::string final_text(const FinalFigures& figures, int n_episodes, const char* name) {
  std::string text = fmt::format("{} policy, of step {}: return {:.1f}", name, figures.step, figures.mean_reward);
  if (std::isfinite(figures.std_error)) text += fmt::format(" ± {:.1f}", figures.std_error);
  text += fmt::format(" over {} fresh episodes", n_episodes);
  return figures.success_rate ? text + fmt::format(", success in {:.0f} %", 100 * *figures.success_rate) : text;
}

void print_result(const std::string& folder, const TrainResult& result) {
  const TrainStatus& status = result.status;
  fmt::print("{}: {} steps in {:.1f} s ({:.0f} steps/s), last training return {}\n", folder, status.steps,
             status.seconds, status.fps, number(status.ep_rew_mean));
  const std::string best = status.best_eval ? fmt::format("best evaluation {}", number(status.best_eval)) : "";
  if (const std::optional<FinalEvaluation>& evaluation = result.final_evaluation) {
    fmt::print("  {}{}\n", final_text(evaluation->kept, evaluation->n_episodes, "kept"),
               best.empty() ? "" : fmt::format(" ({})", best));
    fmt::print("  {}\n", final_text(evaluation->last, evaluation->n_episodes, "last"));
    if (result.final_seconds > 0)
      fmt::print("  their evaluation took {:.1f} s more, which the steps/s leave out\n", result.final_seconds);
  } else if (!best.empty()) {
    fmt::print("  {}, which is higher by luck than what that policy does on fresh episodes\n", best);
  }
  if (result.diverged_episodes > 0)
    fmt::print("  {} episodes ended because the simulation diverged\n", result.diverged_episodes);
  fmt::print("  weights sha256 {}\n", result.weights_hash);
}

TrainResult train_once(const Recipe& recipe, const Registry& registry, TrainOptions options) {
  Progress progress(recipe.total_timesteps, can_redraw(STDERR_FILENO));
  options.on_progress = [&](const TrainStatus& status) {
    progress.update(progress_state(status));
    if (status.has_learned) progress.finish();  // the final evaluation prints its own lines
  };
  const TrainResult result = train(recipe, registry, options);
  progress.finish();
  draw_curve(options.run_folder);
  const bool was_complete = result.resumed_from == result.status.steps;
  if (recipe.video && !result.interrupted && !(was_complete && fs::exists(options.run_folder + "/video.mp4")))
    make_video(options.run_folder);
  print_result(options.run_folder, result);
  return result;
}

int train_command(const TrainArguments& arguments, const Registry& registry) {
  if (arguments.seed && arguments.seeds) fail("--seed and --seeds exclude each other");
  if (arguments.overwrite && arguments.resume) fail("--overwrite and --resume exclude each other");
  if (arguments.threads < 1 || arguments.threads > 1024)
    fail("--threads {}: it must be from 1 to 1024", arguments.threads);
  ConfigNode node = parse_recipe_file(arguments.recipe);
  for (const std::string& assignment : arguments.assignments) node.assign(assignment);
  Recipe recipe = read_recipe(node);
  if (arguments.seed) recipe.seed = *arguments.seed;
  const std::vector<uint64_t> seeds = arguments.seeds ? parse_seeds(*arguments.seeds) : std::vector{recipe.seed};
  const std::string folder = arguments.run.value_or("runs/" + fs::path(arguments.recipe).stem().string());

  const auto folder_of = [&](uint64_t seed) {
    return arguments.seeds ? fmt::format("{}/seed_{}", folder, seed) : folder;
  };
  const IfRunExists if_run_exists = arguments.overwrite ? IfRunExists::overwrite
                                    : arguments.resume  ? IfRunExists::resume
                                                        : IfRunExists::refuse;
  read_algorithm(recipe, registry);  // errors in the algorithm's keys are reported before those of the folder
  std::vector<std::string> inputs = files_named_in(node);
  inputs.push_back(arguments.recipe);
  for (const uint64_t seed : seeds) check_run_folder(folder_of(seed), if_run_exists, inputs);  // before hours of work

  catch_stop_signals();
  bool interrupted = false, has_learned = false;
  for (const uint64_t seed : seeds) {
    recipe.seed = seed;
    TrainOptions options{.run_folder = folder_of(seed),
                         .if_run_exists = if_run_exists,
                         .threads = arguments.threads,
                         .stop = &stop_requested(),
                         .on_progress = {}};
    const TrainResult result = train_once(recipe, registry, options);
    interrupted = result.interrupted;
    has_learned = result.status.has_learned;
    if (interrupted) break;
  }
  if (interrupted) {
    fmt::print("Stopped early, and saved{}. To continue:  {}\n",
               has_learned ? "; learning is complete, only the final evaluation is left" : "",
               resuming_command(arguments));
    return stop_exit_code();
  }
  if (arguments.seeds) {
    draw_curve(folder);
    fmt::print("Next:  {} report {}\n", sinew_command(), shell_path(folder));
  } else {
    fmt::print(
        "Next:  {0} play {1} --video run.mp4   (or --window, where there is a display)\n"
        "       {0} report {1}\n",
        sinew_command(), shell_path(folder));
  }
  return 0;
}

}  // namespace

Command::Work declare_train(CommandLine& line, const Registry& registry) {
  auto arguments = std::make_shared<TrainArguments>();
  line.argument("RECIPE", arguments->recipe, "a YAML file, such as those in configs/recipes").is_input();
  line.option("--run", arguments->run, "DIR", "the run folder (runs/ and the recipe's name)").is_folder();
  line.option("--seed", arguments->seed, "N", "takes this seed instead of the recipe's");
  line.option("--seeds", arguments->seeds, "LIST", "several runs, 1-5 or 1,3,5, in DIR/seed_N");
  line.option("--threads", arguments->threads, "N", "the result does not depend on it (all cores)");
  line.option("--set", arguments->assignments, "KEY=VALUE",
              "changes a key of the recipe, such as algorithm.gamma=0.98");
  line.flag("--resume", arguments->resume, "continues the run in the folder from its newest checkpoint");
  line.flag("--overwrite", arguments->overwrite, "replaces a run that is already in the folder");
  line.example("sinew train configs/recipes/half_cheetah_ppo.yaml --seeds 1-5");
  return [arguments, &registry] { return train_command(*arguments, registry); };
}

}  // namespace sinew
