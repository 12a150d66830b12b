// sinew report: the results of runs over their seeds, compared with a baseline.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "apps/commands/commands.h"
#include "apps/media/media.h"
#include "apps/report/learning_curve.h"
#include "apps/report/report_comparison.h"
#include "apps/report/report_groups.h"
#include "apps/report/report_json.h"
#include "apps/report/report_text.h"
#include "core/error.h"
#include "core/log.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

struct ReportOptions {
  std::vector<std::string> runs;
  std::string baseline, metric, json, plot;
};

// A folder name may contain commas.
std::vector<std::string> parse_baselines(const std::string& text) {
  if (text.empty()) return {};
  if (fs::is_directory(text)) return {text};
  std::vector<std::string> words;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    words.push_back(text.substr(begin, comma - begin));
    if (words.back().empty()) fail("--baseline {}: write it as RUN or RUN,RUN", text);
    begin = comma + 1;
  }
  return words;
}

// One picture per task; with several tasks, the file name includes the task's name.
std::string picture_of(const ReportOptions& options, const std::string& folder, const std::string& task,
                       bool is_one_of_several) {
  const fs::path path = options.plot.empty() ? fs::path(folder) / "report.png" : fs::path(options.plot);
  if (!is_one_of_several) return path.string();
  const std::string name =
      fmt::format("{}_{}{}", path.stem().string(), task.empty() ? "unknown" : task, path.extension().string());
  return (path.parent_path() / name).string();
}

// The first of the runs that exist.
std::string first_folder(const ReportOptions& options, const std::vector<RunGroup>& groups) {
  const auto is_reported = [&](const std::string& run) {
    return std::ranges::find(groups, run, &RunGroup::folder) != groups.end();
  };
  const auto first = std::ranges::find_if(options.runs, is_reported);
  return first == options.runs.end() ? groups.at(0).folder : *first;
}

void draw_curves(const ReportOptions& options, const std::vector<RunGroup>& groups) {
  const std::string folder = first_folder(options, groups);
  const auto tasks = by_task(groups);
  bool has_drawn = false;
  for (const auto task : tasks) {
    const PlotSpec curve = learning_curve({task.begin(), task.end()});
    if (!has_points(curve)) continue;
    const std::string picture = picture_of(options, folder, task[0].task, tasks.size() > 1);
    write_plot(picture, curve);
    fmt::print("The curve is in {}\n", picture);
    has_drawn = true;
  }
  if (!has_drawn) fmt::print("There is no curve yet: no episode has ended.\n");
}

int report(const ReportOptions& options) {
  const Figure* metric = options.metric.empty() ? nullptr : &figure_of_metric(options.metric);
  std::vector<std::string> left_out;
  std::vector<RunGroup> groups = load_groups(options.runs, parse_baselines(options.baseline), left_out);
  const Report report = make_report(std::move(groups), metric, std::move(left_out));
  fmt::print("{}", report_text(report));
  if (!options.json.empty()) write_file_atomically(options.json, report_json(report) + "\n");
  try {
    draw_curves(options, report.groups);
  } catch (const Error& error) {
    if (!options.plot.empty()) throw;
    std::fflush(stdout);
    log_warning("no curve was drawn: {}; --plot F.png names another place", error.what());  // it was not requested
  }
  return 0;
}

}  // namespace

Command::Work declare_report(CommandLine& line) {
  auto options = std::make_shared<ReportOptions>();
  line.arguments("RUN", options->runs,
                 "run folders, or parents of seed_N folders; ± is the sample standard deviation (n - 1)")
      .is_input();
  line.option("--baseline", options->baseline, "RUN|NAME",
              "compare the runs with this one of their task: difference and ratio of the interquartile means and "
              "P(better), with 95 % bootstrap intervals. A folder, or a name that the report's tables show: 'ppo' "
              "means on each task the run called ppo. For several tasks also RUN,RUN. Over tasks, scores are "
              "aggregated as shares of the baseline's mean")
      .is_input();
  line.option("--metric", options->metric, "kept|last|best|final|training",
              "what is compared, for each seed: the return of the kept policy over fresh episodes (the default, where "
              "all have it), that of the last policy, the best evaluation, the final one, or the last training return");
  line.option("--plot", options->plot, "F.png",
              "where the learning curve goes; by default report.png in the first RUN. Several tasks: F_TASK.png each")
      .is_output(png_picture());
  line.option("--json", options->json, "F", "also write the figures, every seed's too, as one JSON object")
      .is_output(json_result("'sinew report'", {"runs", "run", "task", "n_runs"}));
  line.example(
      "sinew report runs/half_cheetah_ppo\n"
      "  sinew report runs/*_ppo runs/*_ppo_wide --baseline ppo --metric last");
  return [options] { return report(*options); };
}

}  // namespace sinew
