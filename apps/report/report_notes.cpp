#include "apps/report/report_notes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "apps/report/report_groups.h"
#include "core/text.h"

namespace sinew {
namespace {

using Names = std::set<std::string>;

std::string list(const Names& names) { return join({names.begin(), names.end()}); }

size_t n_evaluations(const RunGroup& group) {
  size_t most = 0;
  for (const RunRecord& run : group.runs) most = std::max(most, run.series("eval/mean_reward").values.size());
  return most;
}

// Notes what the returns are, and whose are missing.
void note_returns(const Report& report, std::vector<std::string>& notes) {
  std::set<int> episodes;
  Names without;
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      if (!std::isfinite(figure_of_metric("kept").of(run)))
        without.insert("'" + run.folder + "'");
      else
        episodes.insert(static_cast<int>(run.series("kept/n_episodes").values.back()));
    }
  if (episodes.size() == 1)
    notes.push_back(fmt::format(
        "Return: of the kept policy (best.safetensors), over {} episodes that it was neither learnt from nor "
        "chosen by; ± the mean's standard error. The best evaluation is higher by luck.",
        *episodes.begin()));
  else if (!episodes.empty())
    notes.push_back(fmt::format("The returns are over different numbers of episodes, from {} to {}.", *episodes.begin(),
                                *episodes.rbegin()));
  if (!without.empty())
    notes.push_back(fmt::format(
        "No return over fresh episodes: {} had no final evaluation (older than those, stopped before it, or "
        "eval.n_final_episodes: 0). A best evaluation is higher by luck than what its policy does.",
        list(without)));
}

void note_seeds(const Report& report, std::vector<std::string>& notes) {
  const auto fewer_than = [&](size_t n) {
    return std::ranges::any_of(report.groups, [n](const RunGroup& group) { return group.runs.size() < n; });
  };
  if (fewer_than(2)) notes.push_back("[-]: one seed has no spread, so there is no interval.");
  if (fewer_than(5)) notes.push_back("With fewer than five seeds, bootstrap intervals are too narrow.");
}

void note_comparisons(const Report& report, std::vector<std::string>& notes) {
  notes.push_back(
      "P(better): the probability that a run scores more than one of the baseline; ties count half (Mann-Whitney).");
  Names without_ratio;
  for (const Comparison& one : report.comparisons)
    if (!std::isfinite(one.ratio.value)) without_ratio.insert(report.groups[one.group].task);
  if (!without_ratio.empty())
    notes.push_back(
        fmt::format("No ratio where the baseline's IQM is not positive ({}): between negative returns, a smaller ratio "
                    "would be the better one.",
                    list(without_ratio)));
  if (report.is_metric_makeshift)
    notes.push_back("Compared by best evaluations, since not every group has a return over fresh episodes.");
  for (const Comparison& one : report.comparisons) {
    const RunGroup &group = report.groups[one.group], &baseline = report.groups[one.baseline];
    if (report.metric->metric != std::string("best") || n_evaluations(group) == n_evaluations(baseline)) continue;
    notes.push_back(
        fmt::format("The best of more evaluations is higher by luck alone, and '{}' has {}, its baseline {}: "
                    "--metric final is fairer.",
                    group.folder, n_evaluations(group), n_evaluations(baseline)));
  }
}

void note_tasks(const Report& report, std::vector<std::string>& notes) {
  Names without_baseline;
  for (const auto task : by_task(report.groups))
    if (!baseline_of(task)) without_baseline.insert(task[0].task.empty() ? task[0].folder : task[0].task);
  if (!without_baseline.empty())
    notes.push_back(fmt::format("Not compared, because a baseline is missing: {}.", list(without_baseline)));
}

void note_aggregate(const Aggregate& aggregate, std::vector<std::string>& notes) {
  if (!aggregate.left_out.empty())
    notes.push_back(
        fmt::format("The IQM over tasks leaves out {}: the baseline's mean is not positive there, and nothing can be "
                    "a share of it. P(better) is over all tasks.",
                    join(aggregate.left_out)));
  const size_t n_tasks = aggregate.tasks.size() + aggregate.left_out.size();
  for (const AggregateRow& row : aggregate.rows)
    if (row.all_tasks.size() < n_tasks)
      notes.push_back(fmt::format("Do not compare {} with the others, since it covers fewer tasks: it has {}.",
                                  row.label, join(row.all_tasks)));
}

}  // namespace

std::vector<std::string> report_notes(const Report& report) {
  std::vector<std::string> notes;
  for (const std::string& why : report.left_out) notes.push_back("Left out: " + why + ".");
  note_returns(report, notes);
  if (report.groups.size() > 1) note_seeds(report, notes);
  if (!report.comparisons.empty()) {
    note_comparisons(report, notes);
    note_tasks(report, notes);
  }
  if (report.aggregate) note_aggregate(*report.aggregate, notes);
  return notes;
}

}  // namespace sinew
