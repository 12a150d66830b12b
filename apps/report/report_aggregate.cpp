// Aggregation over several tasks.
#include <algorithm>

#include "apps/report/report_comparison.h"
#include "apps/report/report_groups.h"

namespace sinew {
namespace {

using Tasks = std::vector<std::span<const RunGroup>>;

// The tasks with something to compare and a baseline.
Tasks compared_tasks(const std::vector<RunGroup>& groups) {
  Tasks tasks = by_task(groups);
  std::erase_if(tasks, [](const auto& task) { return !baseline_of(task) || task.size() < 2; });
  return tasks;
}

// `samples` alternates between a group's scores on a task and the baseline's.
double mean_probability(const Samples& samples) {
  double sum = 0;
  for (size_t i = 0; i + 1 < samples.size(); i += 2) sum += probability_of_improvement(samples[i], samples[i + 1]);
  return sum / (static_cast<double>(samples.size()) / 2);
}

// The row of the baselines, or of the other groups with a label; each task has one such group or none.
AggregateRow make_row(const Tasks& tasks, const Figure& metric, const std::string& label, bool is_baseline) {
  constexpr Estimate none{not_there, not_there, not_there};
  AggregateRow row{label, is_baseline, 0, {}, {}, none, none};
  Samples normalized, pairs;
  for (const auto task : tasks) {
    const auto group = std::ranges::find_if(task, [&](const RunGroup& candidate) {
      return candidate.is_baseline == is_baseline && (is_baseline || candidate.label == label);
    });
    if (group == task.end()) continue;
    std::vector<double> values = scores(*group, metric);
    const std::vector<double> baseline = scores(task[0], metric);
    row.n_runs += static_cast<int>(values.size());
    row.all_tasks.push_back(group->task);
    pairs.insert(pairs.end(), {values, baseline});
    const double unit = mean_std(baseline).mean;
    if (unit <= 0) continue;
    row.tasks.push_back(group->task);
    for (double& value : values) value /= unit;
    normalized.push_back(std::move(values));
  }
  if (!normalized.empty()) row.iqm = bootstrap(normalized, pooled_iqm);
  if (!is_baseline) row.probability = bootstrap(pairs, mean_probability);
  return row;
}

}  // namespace

std::optional<Aggregate> aggregate_over_tasks(const std::vector<RunGroup>& groups, const Figure& metric) {
  const Tasks tasks = compared_tasks(groups);
  if (tasks.size() < 2) return std::nullopt;
  Aggregate aggregate;
  std::vector<std::string> labels;
  for (const auto task : tasks) {
    const bool has_unit = mean_std(scores(task[0], metric)).mean > 0;
    (has_unit ? aggregate.tasks : aggregate.left_out).push_back(task[0].task);
    for (const RunGroup& group : task.subspan(1))
      if (std::ranges::find(labels, group.label) == labels.end()) labels.push_back(group.label);
  }
  const std::string& label = tasks[0][0].label;
  const bool have_one_label = std::ranges::all_of(tasks, [&](const auto& task) { return task[0].label == label; });
  aggregate.rows.push_back(make_row(tasks, metric, have_one_label ? label : "", true));
  for (const std::string& other : labels) aggregate.rows.push_back(make_row(tasks, metric, other, false));
  return aggregate;
}

}  // namespace sinew
