#pragma once
#include <optional>
#include <string>
#include <vector>

#include "apps/report/report_figures.h"

namespace sinew {

/// A group compared with the baseline of its task, by one score per run.
struct Comparison {
  size_t group, baseline;  // in Report::groups
  Estimate difference;     // of the interquartile means
  Estimate ratio;          // of the same; NaN if the baseline's is not positive
  Estimate probability;    // that a run of the group scores higher than a baseline run
};

/// The groups of one label, over tasks.
struct AggregateRow {
  std::string label;  // "" for baselines whose labels differ
  bool is_baseline;
  int n_runs;                          // on all its tasks
  std::vector<std::string> tasks;      // those that iqm covers
  std::vector<std::string> all_tasks;  // those that probability covers
  Estimate iqm;                        // of the normalised scores of all runs, each task with the same weight
  Estimate probability;                // Comparison's, its mean over tasks; NaN for the baseline
};

/// The aggregate over several tasks: scores are divided by the baseline's mean score on their task. As in rliable, the
/// intervals come from a bootstrap that resamples the seeds within each task (stratified), and the baseline's mean is
/// treated as a constant.
struct Aggregate {
  std::vector<AggregateRow> rows;     // the baseline first
  std::vector<std::string> tasks;     // with a baseline whose mean is positive
  std::vector<std::string> left_out;  // with a baseline whose mean is not positive
};

/// The content of `sinew report`.
struct Report {
  std::vector<RunGroup> groups;                 // in load_groups' order
  std::vector<std::vector<Summary>> summaries;  // of each group, in the order of report_figures()
  const Figure* metric;                         // the metric that is compared
  bool is_metric_makeshift = false;             // chosen by default, because a group lacks the proper one
  std::vector<Comparison> comparisons;          // of every group on a task with a baseline
  std::optional<Aggregate> aggregate;           // if two or more tasks have a baseline
  std::vector<std::string> left_out;            // for every run that could not be read or compared, why
};

/// Compares by `metric`; null: by the kept policies' returns, or by the best evaluations if a group to be compared has
/// none. A run without the score is left out of the comparison. Throws an Error if no comparison can be made.
Report make_report(std::vector<RunGroup> groups, const Figure* metric, std::vector<std::string> left_out = {});

/// The part of make_report that aggregates over tasks.
std::optional<Aggregate> aggregate_over_tasks(const std::vector<RunGroup>& groups, const Figure& metric);

}  // namespace sinew
