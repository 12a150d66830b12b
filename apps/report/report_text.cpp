#include "apps/report/report_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "apps/command_line/terminal.h"
#include "apps/report/report_notes.h"

namespace sinew {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string plain(double value) { return std::isfinite(value) ? short_number(value) : "-"; }

std::string with_sign(double value) {
  const std::string text = plain(value);
  return text == "-0.00" ? "0.00" : value > 0 && text != "0.00" ? "+" + text : text;
}

std::string mean_text(const MeanStd& all, const Figure& figure) {
  const std::string mean = figure.text(all.mean);
  return all.count < 2 || all.std == 0 ? mean : mean + " ± " + figure.text(all.std);
}

// "12.3 [10.1, 14.2]", or "12.3 [-]" without an interval.
std::string estimate_text(const Estimate& estimate, std::string (*text)(double) = plain) {
  if (!std::isfinite(estimate.value)) return "-";
  if (!std::isfinite(estimate.low)) return text(estimate.value) + " [-]";
  return fmt::format("{} [{}, {}]", text(estimate.value), text(estimate.low), text(estimate.high));
}

std::string label_of(const RunGroup& group) { return group.label + (group.is_baseline ? " (baseline)" : ""); }

bool has_values(const std::vector<Summary>& summaries, const char* metric) {
  return summaries[static_cast<size_t>(&figure_of_metric(metric) - report_figures().data())].over_seeds.count > 0;
}

// The non-empty columns. The last policy's return makes the return of its single evaluation redundant.
std::vector<size_t> shown_figures(const std::vector<Summary>& summaries) {
  const Figure* superfluous = has_values(summaries, "last") ? &figure_of_metric("final") : nullptr;
  std::vector<size_t> shown;
  for (size_t i = 0; i < summaries.size(); ++i)
    if (summaries[i].over_seeds.count > 0 && &report_figures()[i] != superfluous) shown.push_back(i);
  return shown;
}

std::string seeds_text(const RunGroup& group, const std::vector<Summary>& summaries) {
  const auto figures = report_figures();
  const std::vector<size_t> shown = shown_figures(summaries);
  Rows rows(1, {"seed"});
  for (const size_t i : shown) rows[0].push_back(figures[i].heading);
  for (const RunRecord& run : group.runs) {
    std::vector<std::string>& row = rows.emplace_back(1, std::to_string(run.seed));
    for (const size_t i : shown) {
      const double error = standard_error(run, figures[i]);
      row.push_back(figures[i].text(figures[i].of(run)));
      if (std::isfinite(error)) row.back() += " ± " + figures[i].text(error);
    }
  }
  if (group.runs.size() > 1) {
    std::vector<std::string> means(1, "mean ± std"), iqms(1, "IQM [95 %]");
    for (const size_t i : shown) {
      means.push_back(mean_text(summaries[i].over_seeds, figures[i]));
      if (figures[i].metric) iqms.push_back(estimate_text(summaries[i].iqm));  // the scores are the first columns
    }
    rows.insert(rows.end(), {means, iqms});
  }
  std::string about;
  for (const std::string& part : {group.task, group.algorithm}) about += part.empty() ? "" : part + ", ";
  return fmt::format("{}: {}{} {}\n{}", group.folder, about, group.runs.size(), group.runs.size() == 1 ? "run" : "runs",
                     format_table(rows));
}

// The columns of the available scores: those of the kept policies and of the best evaluations, the one that is
// compared, and, if there is nothing better, the last ones.
std::vector<size_t> shown_scores(const Report& report) {
  std::vector<size_t> shown;
  const auto any_has = [&](const char* metric) {
    return std::ranges::any_of(report.summaries, [&](const auto& of) { return has_values(of, metric); });
  };
  for (const std::string metric : {"kept", "last", "best", "final", "training"}) {
    const Figure& figure = figure_of_metric(metric);
    const bool is_makeshift = metric == "final" ? any_has("last") : metric == "training" && !shown.empty();
    if (any_has(metric.c_str()) && (!is_makeshift || report.metric == &figure))
      shown.push_back(static_cast<size_t>(&figure - report_figures().data()));
  }
  return shown;
}

std::string groups_text(const Report& report) {
  const bool has_own_labels =
      std::ranges::any_of(report.groups, [](const RunGroup& group) { return group.label != group.algorithm; });
  Rows rows(1, {"task"});
  if (has_own_labels) rows[0].push_back("run");
  rows[0].insert(rows[0].end(), {"algorithm", "n"});
  const std::vector<size_t> shown = shown_scores(report);
  for (const size_t i : shown) rows[0].insert(rows[0].end(), {report_figures()[i].heading, "IQM [95 %]"});
  for (size_t g = 0; g < report.groups.size(); ++g) {
    const RunGroup& group = report.groups[g];
    std::vector<std::string>& row = rows.emplace_back(1, group.task.empty() ? "-" : group.task);
    if (has_own_labels) row.push_back(label_of(group));
    row.push_back(has_own_labels ? group.algorithm : label_of(group));
    row.push_back(std::to_string(group.runs.size()));
    for (const size_t i : shown) {
      const Summary& summary = report.summaries[g][i];
      row.insert(row.end(), {mean_text(summary.over_seeds, report_figures()[i]), estimate_text(summary.iqm)});
    }
  }
  return "Comparison: mean ± std over n seeds, and the interquartile mean (IQM) with its 95 % bootstrap interval\n" +
         format_table(rows);
}

std::string comparisons_text(const Report& report) {
  Rows rows(1, {"task", "run", "baseline", "difference", "ratio", "P(better)"});
  for (const Comparison& one : report.comparisons) {
    const RunGroup &group = report.groups[one.group], &baseline = report.groups[one.baseline];
    rows.push_back({group.task, group.label, baseline.label, estimate_text(one.difference, with_sign),
                    estimate_text(one.ratio), estimate_text(one.probability)});
  }
  return fmt::format("Against the baseline, by the {} score (--metric): difference and ratio of the IQM [95 %]\n{}",
                     report.metric->metric, format_table(rows));
}

std::string aggregate_text(const Aggregate& aggregate) {
  Rows rows(1, {"run", "n", "IQM / baseline's mean", "tasks", "P(better)", "tasks"});
  for (const AggregateRow& row : aggregate.rows)
    rows.push_back({row.label + (row.is_baseline ? row.label.empty() ? "baseline" : " (baseline)" : ""),
                    std::to_string(row.n_runs), estimate_text(row.iqm), std::to_string(row.tasks.size()),
                    estimate_text(row.probability), std::to_string(row.all_tasks.size())});
  return "Over tasks: scores as shares of the baseline's mean on the task, the seeds of each task resampled [95 %]\n" +
         format_table(rows);
}

}  // namespace

std::string report_text(const Report& report) {
  std::string text;
  for (size_t i = 0; i < report.groups.size(); ++i) text += seeds_text(report.groups[i], report.summaries[i]) + "\n";
  if (report.groups.size() > 1) text += groups_text(report) + "\n";
  if (!report.comparisons.empty()) text += comparisons_text(report) + "\n";
  if (report.aggregate) text += aggregate_text(*report.aggregate) + "\n";
  const std::vector<std::string> notes = report_notes(report);
  for (const std::string& note : notes) text += wrap(note, 100) + "\n";
  return notes.empty() ? text : text + "\n";
}

}  // namespace sinew
