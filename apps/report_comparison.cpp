#include "apps/report_comparison.h"

#include <limits>

#include "apps/report_groups.h"

namespace sinew {
namespace {

double difference(const Samples& samples) { return iqm(samples[0]) - iqm(samples[1]); }

// Of negative returns, such as costs, a ratio would say the opposite of what it seems to.
double ratio(const Samples& samples) {
  const double baseline = iqm(samples[1]);
  return baseline > 0 ? iqm(samples[0]) / baseline : std::numeric_limits<double>::quiet_NaN();
}

double probability(const Samples& samples) { return probability_of_improvement(samples[0], samples[1]); }

}  // namespace

Report make_report(std::vector<RunGroup> groups, const Figure& metric) {
  Report report{.groups = std::move(groups), .summaries = {}, .metric = &metric, .comparisons = {}, .aggregate = {}};
  for (const RunGroup& group : report.groups) report.summaries.push_back(summarize(group));
  size_t first = 0;  // of the task
  for (const auto task : by_task(report.groups)) {
    for (size_t i = 1; baseline_of(task) && i < task.size(); ++i) {
      const Samples samples = {scores(task[i], metric), scores(task[0], metric)};
      report.comparisons.push_back({.group = first + i,
                                    .baseline = first,
                                    .difference = bootstrap(samples, difference),
                                    .ratio = bootstrap(samples, ratio),
                                    .probability = bootstrap(samples, probability)});
    }
    first += task.size();
  }
  report.aggregate = aggregate_over_tasks(report.groups, metric);
  return report;
}

}  // namespace sinew
