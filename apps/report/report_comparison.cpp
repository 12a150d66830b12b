#include "apps/report/report_comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>
#include <utility>

#include "apps/report/report_groups.h"
#include "core/error.h"

namespace sinew {
namespace {

double difference(const Samples& samples) { return iqm(samples[0]) - iqm(samples[1]); }

// For negative returns, such as costs, a ratio would read as the opposite of its meaning.
double ratio(const Samples& samples) {
  const double baseline = iqm(samples[1]);
  return baseline > 0 ? iqm(samples[0]) / baseline : std::numeric_limits<double>::quiet_NaN();
}

double probability(const Samples& samples) { return probability_of_improvement(samples[0], samples[1]); }

// The groups with only the runs that can be compared; a group may have none left. The reason for each removal is added
// to `left_out`.
std::vector<RunGroup> comparable(std::vector<RunGroup> groups, const Figure& metric,
                                 std::vector<std::string>& left_out) {
  std::set<std::string> tasks;  // tasks with a baseline
  for (const RunGroup& group : groups)
    if (group.is_baseline) tasks.insert(group.task);
  for (RunGroup& group : groups) {
    if (!tasks.contains(group.task)) continue;
    std::erase_if(group.runs, [&](const RunRecord& run) {
      const std::string why = missing_score(run, metric);
      if (!why.empty()) left_out.push_back(why);
      return !why.empty();
    });
  }
  return groups;
}

// Whether each compared group has a run with the score.
bool have_it(const std::vector<RunGroup>& groups, const Figure& metric) {
  return std::ranges::all_of(by_task(groups), [&](std::span<const RunGroup> task) {
    return !baseline_of(task) || std::ranges::all_of(task, [&](const RunGroup& group) {
      return std::ranges::any_of(group.runs, [&](const RunRecord& run) { return std::isfinite(metric.of(run)); });
    });
  });
}

}  // namespace

Report make_report(std::vector<RunGroup> groups, const Figure* chosen, std::vector<std::string> left_out) {
  const Figure& kept = figure_of_metric("kept");
  const bool is_makeshift = !chosen && !have_it(groups, kept);
  const Figure& metric = chosen ? *chosen : is_makeshift ? figure_of_metric("best") : kept;
  const size_t unreadable = left_out.size();
  std::vector<RunGroup> compared = comparable(groups, metric, left_out);
  Report report{.groups = std::move(groups),
                .summaries = {},
                .metric = &metric,
                .is_metric_makeshift = is_makeshift,
                .comparisons = {},
                .aggregate = {},
                .left_out = std::move(left_out)};
  for (const RunGroup& group : report.groups) report.summaries.push_back(summarize(group));
  size_t first = 0;  // index of the task's first group
  for (const auto task : by_task(compared)) {
    for (size_t i = 1; baseline_of(task) && i < task.size(); ++i) {
      if (task[i].runs.empty() || task[0].runs.empty()) continue;
      const Samples samples = {scores(task[i], metric), scores(task[0], metric)};
      report.comparisons.push_back({.group = first + i,
                                    .baseline = first,
                                    .difference = bootstrap(samples, difference),
                                    .ratio = bootstrap(samples, ratio),
                                    .probability = bootstrap(samples, probability)});
    }
    first += task.size();
  }
  if (report.comparisons.empty() && report.left_out.size() > unreadable) throw Error(report.left_out[unreadable]);
  std::erase_if(compared, [](const RunGroup& group) { return group.runs.empty(); });
  report.aggregate = aggregate_over_tasks(compared, metric);
  return report;
}

}  // namespace sinew
