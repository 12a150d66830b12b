// sinew robustness: a policy with each disturbance of its task off, as it was trained, and twice as strong.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "apps/command_line/json_file_internal.h"
#include "apps/command_line/live_line.h"
#include "apps/command_line/policy_argument.h"
#include "apps/command_line/stop_signal.h"
#include "apps/command_line/terminal.h"
#include "apps/commands/commands.h"
#include "apps/report/robustness_table_internal.h"
#include "envs/task/disturbances.h"

namespace sinew {
namespace {

struct RobustnessArguments {
  std::string policy;
  std::optional<std::string> task, json;
  int episodes = 100;
  uint64_t seed = 1;
  bool markdown = false;
};

// Fills the cells of a table, one after the other, each from the same start states.
class Sweep {
 public:
  Sweep(const RobustnessArguments& arguments, const Policy& policy, const Task& task, const Registry& registry)
      : arguments_(arguments),
        policy_(policy),
        task_(task),
        registry_(registry),
        names_(disturbances_of(task.config, registry.tasks)),
        pool_(default_threads()) {
    if (names_.empty())
      fail(
          "the task '{}' has no disturbances (entries of 'randomize' that leave something to chance, 'noise' among the "
          "observations, a 'delay'), so there is nothing to compare; --task names one that has",
          task.name);
  }

  // Cells are missing if an end was requested.
  RobustnessTable run() {
    RobustnessTable table{.has_success = task_.factory()->spec().has_success,
                          .rows = {},
                          .all = {{"none of them", {}}, {"all as trained", {}}, {"all twice", {}}}};
    for (const std::string& name : names_) table.rows.push_back({name, {}});
    for (const size_t i : {1, 0, 2})  // the reference comes first
      fill(table.all[i].cells[i], table.all[i].name, std::vector(names_.size(), RobustnessTable::strengths[i]));
    for (size_t i = 0; i < names_.size(); ++i) {
      table.rows[i].cells[1] = table.all[1].cells[1];
      for (const size_t column : {0, 2}) {
        std::vector<double> strengths(names_.size(), 1);
        strengths[i] = RobustnessTable::strengths[column];
        fill(table.rows[i].cells[column], names_[i] + ", " + RobustnessTable::headings[column], strengths);
      }
    }
    line_.clear();
    return table;
  }

 private:
  void fill(RobustnessTable::Cell& cell, const std::string& label, const std::vector<double>& strengths) {
    if (stop_requested()) return;
    line_.show(fmt::format("{} of {}: {}", ++done_, 2 * names_.size() + 3, label));
    const std::optional<Task> task = make(strengths, cell.refused);
    if (!task) return;
    // The stream of `sinew play`, so that it gets the same returns on the unchanged task.
    const Rng stream = Rng(arguments_.seed).split("play");
    cell.result = Evaluator(task->factory, pool_).run(policy_, arguments_.episodes, stream, &stop_requested());
    if (stop_requested()) cell.result.reset();
  }

  // Returns none if no such task can be built, and sets the reason.
  std::optional<Task> make(const std::vector<double>& strengths, std::string& refused) const {
    try {
      return load_task(with_strengths(task_.config, strengths, registry_.tasks), task_.name, ".", registry_.tasks);
    } catch (const Error& error) {
      if (error.fault() != Error::Fault::user) throw;
      refused = error.what();
      return std::nullopt;
    }
  }

  const RobustnessArguments& arguments_;
  const Policy& policy_;
  const Task& task_;
  const Registry& registry_;
  std::vector<std::string> names_;
  ThreadPool pool_;
  LiveLine line_{can_redraw(STDERR_FILENO)};
  size_t done_ = 0;  // cells
};

int robustness_command(const RobustnessArguments& arguments, const Registry& registry) {
  if (arguments.episodes < 1) fail("--episodes {}: at least one", arguments.episodes);
  const std::string path = policy_path(arguments.policy);
  const LoadedPolicy loaded = load_policy(path, registry.layers);
  const Task task = task_for(loaded, path, arguments.task, registry);
  Sweep sweep(arguments, *loaded.policy, task, registry);
  catch_stop_signals();
  const RobustnessTable table = sweep.run();
  fmt::print("{} on {}: mean return ± its spread{}, over {} episodes{}\n\n{}", path, task.name,
             table.has_success ? " and success" : "", arguments.episodes,
             arguments.episodes > 1 ? ", the same ones in each cell" : "",
             arguments.markdown ? robustness_markdown(table) : robustness_text(table));
  if (stop_requested()) {
    fmt::print("Stopped early: what is empty was not tried.\n");
    return stop_exit_code();
  }
  if (arguments.json)
    write_json(*arguments.json, {{"policy", arguments.policy},
                                 {"task", task.name},
                                 {"seed", arguments.seed},
                                 {"episodes", arguments.episodes},
                                 {"rows", robustness_json(table)}});
  return 0;
}

}  // namespace

Command::Work declare_robustness(CommandLine& line, const Registry& registry) {
  auto arguments = std::make_shared<RobustnessArguments>();
  line.argument("POLICY", arguments->policy, "a run folder (its best policy) or a .safetensors file").is_input();
  line.option("--task", arguments->task, "TASK",
              "another task than the policy's own; it must have the same sensors and actuators")
      .is_input();
  line.option("--episodes", arguments->episodes, "N", "episodes in each cell; by default 100");
  line.option("--seed", arguments->seed, "N", "seeds the starts of the episodes");
  line.flag("--markdown", arguments->markdown, "prints the table as Markdown");
  line.option("--json", arguments->json, "F", "also writes the table to a file")
      .is_output(json_result("'sinew robustness'", {"policy", "task", "episodes", "rows"}));
  line.example("sinew robustness runs/so101_reach_ppo");
  return [arguments, &registry] { return robustness_command(*arguments, registry); };
}

}  // namespace sinew
