#include "apps/report/learning_curve.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "apps/report/statistics.h"

namespace sinew {
namespace {

constexpr const char* evaluation = "eval/mean_reward";
constexpr const char* training = "rollout/ep_rew_mean";

// Interpolates between the neighbours of x, which must lie within the series.
double interpolate(const RunRecord::Series& series, double x) {
  const auto right = std::lower_bound(series.steps.begin(), series.steps.end(), x);
  const size_t i = static_cast<size_t>(right - series.steps.begin());
  if (*right == x || i == 0) return series.values[i];
  const double share = (x - series.steps[i - 1]) / (series.steps[i] - series.steps[i - 1]);
  return series.values[i - 1] + share * (series.values[i] - series.values[i - 1]);
}

// All steps at which a run has a value and that every run has reached, thinned to the resolution of a picture.
std::vector<double> common_steps(const std::vector<RunRecord::Series>& runs) {
  constexpr size_t most = 1000;
  double first = -std::numeric_limits<double>::infinity(), last = -first;
  std::vector<double> steps;
  for (const RunRecord::Series& run : runs) {
    first = std::max(first, run.steps.front());
    last = std::min(last, run.steps.back());
    steps.insert(steps.end(), run.steps.begin(), run.steps.end());
  }
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  std::erase_if(steps, [&](double x) { return x < first || x > last; });
  const size_t stride = steps.size() / most + 1;
  std::vector<double> thinned;
  for (size_t i = 0; i < steps.size(); ++i)
    if (i % stride == 0 || i + 1 == steps.size()) thinned.push_back(steps[i]);
  return thinned;
}

PlotCurve curve_of(const RunGroup& group, const char* metric, std::string name) {
  PlotCurve curve;
  curve.name = std::move(name);
  std::vector<RunRecord::Series> runs;
  for (const RunRecord& run : group.runs)
    if (RunRecord::Series series = run.series(metric); !series.steps.empty()) runs.push_back(std::move(series));
  if (runs.empty()) return curve;
  curve.x = common_steps(runs);
  for (const double x : curve.x) {
    std::vector<double> values;
    for (const RunRecord::Series& run : runs) values.push_back(interpolate(run, x));
    const MeanStd over_seeds = mean_std(values);
    curve.mean.push_back(over_seeds.mean);
    if (runs.size() > 1) curve.spread.push_back(over_seeds.std);
  }
  return curve;
}

bool is_evaluated(const RunGroup& group) {
  return std::any_of(group.runs.begin(), group.runs.end(),
                     [](const RunRecord& run) { return !run.series(evaluation).steps.empty(); });
}

}  // namespace

PlotSpec learning_curve(const std::vector<RunGroup>& groups) {
  PlotSpec plot;
  plot.x_label = "env steps";
  bool several_seeds = false;
  for (const RunGroup& group : groups) several_seeds |= group.runs.size() > 1;
  const char* spread = several_seeds ? " (mean and std over seeds)" : "";
  if (groups.size() == 1) {
    const RunGroup& group = groups[0];
    plot.title = several_seeds ? fmt::format("{}, {} seeds", group.name, group.runs.size()) : group.name;
    if (!group.task.empty() && group.name.find(group.task) == std::string::npos) plot.title += " on " + group.task;
    plot.y_label = fmt::format("return{}", spread);
    plot.curves.push_back(curve_of(group, training, "training"));
    if (!is_evaluated(group)) return plot;
    PlotCurve& evaluations = plot.curves.emplace_back(curve_of(group, evaluation, "evaluation"));
    if (const auto episodes = group.runs[0].series("eval/std_reward").values;
        group.runs.size() == 1 && episodes.size() == evaluations.x.size())
      evaluations.spread = episodes;
    return plot;
  }
  const bool all_evaluated = std::all_of(groups.begin(), groups.end(), is_evaluated);
  plot.y_label = fmt::format("{} return{}", all_evaluated ? "evaluation" : "training", spread);
  plot.title = groups[0].task;
  for (const RunGroup& group : groups) {
    const std::string& name = group.label.empty() ? group.name : group.label;
    plot.curves.push_back(curve_of(group, all_evaluated ? evaluation : training,
                                   fmt::format("{}{}", name, group.is_baseline ? " (baseline)" : "")));
    plot.curves.back().is_reference = group.is_baseline;
  }
  return plot;
}

bool has_points(const PlotSpec& plot) {
  return std::any_of(plot.curves.begin(), plot.curves.end(), [](const PlotCurve& curve) { return !curve.x.empty(); });
}

}  // namespace sinew
