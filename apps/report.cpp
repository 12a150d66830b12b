// sinew report: what runs achieved, over their seeds.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>

#include "apps/commands.h"
#include "apps/json_file_internal.h"
#include "apps/learning_curve.h"
#include "apps/media.h"
#include "apps/runs.h"
#include "apps/terminal.h"

namespace sinew {
namespace {

using nlohmann::ordered_json;

struct ReportOptions {
  std::vector<std::string> runs;
  std::string json, plot;
};

double last(const std::vector<double>& values) {
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : values.back();
}

// A figure of a run: its name in the JSON, its heading in the table, how it is read and written.
struct Figure {
  const char* name;
  const char* heading;
  double (*of)(const RunRecord&);
  std::string (*text)(double);
};

std::string number_or_dash(double value) { return std::isfinite(value) ? short_number(value) : "-"; }
std::string whole_or_dash(double value) { return std::isfinite(value) ? with_commas(std::llround(value)) : "-"; }
std::string time_or_dash(double value) { return std::isfinite(value) ? clock_time(value) : "-"; }

const Figure figures[] = {
    {"final_mean_reward", "final eval",
     [](const RunRecord& run) { return last(run.series("eval/mean_reward").values); }, number_or_dash},
    {"best_mean_reward", "best eval",
     [](const RunRecord& run) {
       std::vector<double> values = run.series("eval/mean_reward").values;
       std::sort(values.begin(), values.end());
       return last(values);
     },
     number_or_dash},
    {"ep_rew_mean", "training", [](const RunRecord& run) { return last(run.series("rollout/ep_rew_mean").values); },
     number_or_dash},
    {"total_timesteps", "steps", [](const RunRecord& run) { return last(run.columns[0]); }, whole_or_dash},
    {"time_elapsed", "wall time", [](const RunRecord& run) { return last(run.series("time/time_elapsed").values); },
     time_or_dash},
    {"fps", "steps/s", [](const RunRecord& run) { return last(run.series("time/fps").values); }, whole_or_dash},
};

MeanStd over_seeds(const RunGroup& group, const Figure& figure) {
  std::vector<double> values;
  for (const RunRecord& run : group.runs) values.push_back(figure.of(run));
  return mean_std(values);
}

std::string text_of(const RunGroup& group) {
  std::vector<std::vector<std::string>> rows(1, {"seed"});
  for (const Figure& figure : figures) rows[0].push_back(figure.heading);
  for (const RunRecord& run : group.runs) {
    std::vector<std::string>& row = rows.emplace_back(1, std::to_string(run.seed));
    for (const Figure& figure : figures) row.push_back(figure.text(figure.of(run)));
  }
  if (group.runs.size() > 1) {
    std::vector<std::string>& row = rows.emplace_back(1, "mean ± std");
    for (const Figure& figure : figures) {
      const MeanStd all = over_seeds(group, figure);
      row.push_back(all.count < 2 || all.std == 0 ? figure.text(all.mean)
                                                  : figure.text(all.mean) + " ± " + figure.text(all.std));
    }
  }
  std::string about;
  for (const std::string& part : {group.task, group.algorithm}) about += part.empty() ? "" : part + ", ";
  return fmt::format("{}: {}{} {}\n{}", group.folder, about, group.runs.size(), group.runs.size() == 1 ? "run" : "runs",
                     format_table(rows));
}

ordered_json json_of(const RunGroup& group) {
  ordered_json result = {
      {"run", group.folder}, {"task", group.task}, {"algorithm", group.algorithm}, {"n_runs", group.runs.size()}};
  for (const Figure& figure : figures) {
    const MeanStd all = over_seeds(group, figure);
    result[figure.name] = {{"mean", all.mean}, {"std", all.std}};
  }
  for (const RunRecord& run : group.runs) {
    ordered_json seed = {{"seed", run.seed}, {"run", run.folder}};
    for (const Figure& figure : figures) seed[figure.name] = figure.of(run);
    result["seeds"].push_back(seed);
  }
  return result;
}

int report(const ReportOptions& options) {
  std::vector<RunGroup> groups;
  for (const std::string& folder : options.runs) groups.push_back(load_runs(folder));
  ordered_json runs = ordered_json::array();
  for (const RunGroup& group : groups) {
    fmt::print("{}\n", text_of(group));
    runs.push_back(json_of(group));
  }
  if (!options.json.empty()) write_json(options.json, {{"runs", runs}});
  const PlotSpec curve = learning_curve(groups);
  if (!has_points(curve)) {
    fmt::print("There is no curve yet: no episode has ended.\n");
    return 0;
  }
  const std::string picture =
      options.plot.empty() ? (std::filesystem::path(options.runs[0]) / "report.png").string() : options.plot;
  write_plot(picture, curve);
  fmt::print("The curve is in {}\n", picture);
  return 0;
}

}  // namespace

Command::Work declare_report(CommandLine& line) {
  auto options = std::make_shared<ReportOptions>();
  line.arguments("RUN", options->runs,
                 "run folders, or parents of seed_N folders; ± is the sample standard deviation (n - 1)");
  line.option("--plot", options->plot, "F.png", "where the learning curve goes; report.png in the first RUN otherwise");
  line.option("--json", options->json, "F", "also write the figures, every seed's too, as one JSON object");
  line.example("sinew report runs/half_cheetah_ppo");
  return [options] { return report(*options); };
}

}  // namespace sinew
