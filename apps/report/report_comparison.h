#pragma once
#include <optional>
#include <string>
#include <vector>

#include "apps/report/report_figures.h"

namespace sinew {

/// A group beside the baseline of its task, by one score of every run.
struct Comparison {
  size_t group, baseline;  // in Report::groups
  Estimate difference;     // of the interquartile means
  Estimate ratio;          // of the same; NaN where the baseline's is not positive
  Estimate probability;    // that a run of the group scores more than one of the baseline
};

/// The groups of one label, over tasks.
struct AggregateRow {
  std::string label;  // "" for baselines whose labels differ
  bool is_baseline;
  int n_runs;                          // on all its tasks
  std::vector<std::string> tasks;      // those that iqm is over
  std::vector<std::string> all_tasks;  // those that probability is over
  Estimate iqm;                        // of the normalised scores of all runs, each task with the same mass
  Estimate probability;                // Comparison's, its mean over tasks; NaN for the baseline
};

/// Several tasks in one: scores are divided by the baseline's mean score on their task. As in rliable,
/// intervals are from a bootstrap that resamples the seeds within each task (stratified), and the
/// baseline's mean counts as a constant.
struct Aggregate {
  std::vector<AggregateRow> rows;     // the baseline first
  std::vector<std::string> tasks;     // with a baseline and a positive mean of it
  std::vector<std::string> left_out;  // with a baseline whose mean is not positive
};

/// Everything that `sinew report` says.
struct Report {
  std::vector<RunGroup> groups;                 // in load_groups' order
  std::vector<std::vector<Summary>> summaries;  // of each group, in the order of report_figures()
  const Figure* metric;                         // what is compared
  bool is_metric_makeshift = false;             // nobody chose it, and a group lacks the one that would be right
  std::vector<Comparison> comparisons;          // of every group that is on a baseline's task
  std::optional<Aggregate> aggregate;           // where two tasks or more have a baseline
  std::vector<std::string> left_out;            // why, of every run that could not be read, or compared
};

/// Compares by `metric`; null: by the kept policies' returns, or where a group to be compared has none, by the best
/// evaluations. A run to be compared that lacks the score is left out of the comparison. Throws Error where none can be
/// made.
Report make_report(std::vector<RunGroup> groups, const Figure* metric, std::vector<std::string> left_out = {});

/// The part of make_report that is over tasks.
std::optional<Aggregate> aggregate_over_tasks(const std::vector<RunGroup>& groups, const Figure& metric);

}  // namespace sinew
