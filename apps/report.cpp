// sinew report: what runs achieved, over their seeds, and beside a baseline.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "apps/commands.h"
#include "apps/learning_curve.h"
#include "apps/media.h"
#include "apps/report_comparison.h"
#include "apps/report_groups.h"
#include "apps/report_json.h"
#include "apps/report_text.h"
#include "core/error.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

struct ReportOptions {
  std::vector<std::string> runs;
  std::string baseline, metric = "best", json, plot;
};

// A folder may have commas in its name.
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

// One task, one picture; of several, the task's name is in the file's.
std::string picture_of(const ReportOptions& options, const std::string& task, bool is_one_of_several) {
  const fs::path path = options.plot.empty() ? fs::path(options.runs[0]) / "report.png" : fs::path(options.plot);
  if (!is_one_of_several) return path.string();
  const std::string name =
      fmt::format("{}_{}{}", path.stem().string(), task.empty() ? "unknown" : task, path.extension().string());
  return (path.parent_path() / name).string();
}

void draw_curves(const ReportOptions& options, const std::vector<RunGroup>& groups) {
  const auto tasks = by_task(groups);
  bool has_drawn = false;
  for (const auto task : tasks) {
    const PlotSpec curve = learning_curve({task.begin(), task.end()});
    if (!has_points(curve)) continue;
    const std::string picture = picture_of(options, task[0].task, tasks.size() > 1);
    write_plot(picture, curve);
    fmt::print("The curve is in {}\n", picture);
    has_drawn = true;
  }
  if (!has_drawn) fmt::print("There is no curve yet: no episode has ended.\n");
}

int report(const ReportOptions& options) {
  if (!options.plot.empty() && fs::path(options.plot).extension() != ".png")
    fail("--plot {}: the picture's name must end in .png", options.plot);
  const Figure& metric = figure_of_metric(options.metric);
  const Report report = make_report(load_groups(options.runs, parse_baselines(options.baseline)), metric);
  fmt::print("{}", report_text(report));
  if (!options.json.empty()) write_file_atomically(options.json, report_json(report) + "\n");
  draw_curves(options, report.groups);
  return 0;
}

}  // namespace

Command::Work declare_report(CommandLine& line) {
  auto options = std::make_shared<ReportOptions>();
  line.arguments("RUN", options->runs,
                 "run folders, or parents of seed_N folders; ± is the sample standard deviation (n - 1)");
  line.option("--baseline", options->baseline, "RUN|NAME",
              "compare the runs with this one of their task: difference and ratio of the interquartile means and "
              "P(better), with 95 % bootstrap intervals. A folder, or a name that the report's tables show: 'ppo' "
              "means on each task the run called ppo. For several tasks also RUN,RUN. Over tasks, scores are "
              "aggregated as shares of the baseline's mean");
  line.option("--metric", options->metric, "best|final|training",
              "what is compared: each seed's best evaluation (the default, that of best.safetensors), its final one, "
              "or the last training return");
  line.option("--plot", options->plot, "F.png",
              "where the learning curve goes; report.png in the first RUN otherwise. Several tasks: F_TASK.png each");
  line.option("--json", options->json, "F", "also write the figures, every seed's too, as one JSON object");
  line.example(
      "sinew report runs/half_cheetah_ppo\n"
      "  sinew report runs/*_ppo runs/*_ppo_wide --baseline ppo --metric final");
  return [options] { return report(*options); };
}

}  // namespace sinew
