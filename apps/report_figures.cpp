#include "apps/report_figures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/terminal.h"
#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

constexpr double not_there = std::numeric_limits<double>::quiet_NaN();

double last(const std::vector<double>& values) { return values.empty() ? not_there : values.back(); }
double largest(const std::vector<double>& values) { return values.empty() ? not_there : std::ranges::max(values); }

std::string number_or_dash(double value) { return std::isfinite(value) ? short_number(value) : "-"; }
std::string whole_or_dash(double value) { return std::isfinite(value) ? with_commas(std::llround(value)) : "-"; }
std::string time_or_dash(double value) { return std::isfinite(value) ? clock_time(value) : "-"; }

const Figure figures[] = {
    {"final_mean_reward", "final eval",
     [](const RunRecord& run) { return last(run.series("eval/mean_reward").values); }, number_or_dash, "final"},
    {"best_mean_reward", "best eval",
     [](const RunRecord& run) { return largest(run.series("eval/mean_reward").values); }, number_or_dash, "best"},
    {"ep_rew_mean", "training", [](const RunRecord& run) { return last(run.series("rollout/ep_rew_mean").values); },
     number_or_dash, "training"},
    {"total_timesteps", "steps", [](const RunRecord& run) { return last(run.columns[0]); }, whole_or_dash},
    {"time_elapsed", "wall time", [](const RunRecord& run) { return last(run.series("time/time_elapsed").values); },
     time_or_dash},
    {"fps", "steps/s", [](const RunRecord& run) { return last(run.series("time/fps").values); }, whole_or_dash},
};

Summary summarize(const RunGroup& group, const Figure& figure) {
  std::vector<double> values;
  for (const RunRecord& run : group.runs)
    if (const double value = figure.of(run); std::isfinite(value)) values.push_back(value);
  Summary summary{mean_std(values), {not_there, not_there, not_there}};
  if (figure.metric) summary.iqm = bootstrap({values}, pooled_iqm);
  return summary;
}

[[noreturn]] void fail_without_score(const RunRecord& run, const Figure& metric) {
  if (metric.metric == std::string("training"))
    fail("'{}' has no training return yet: none of its episodes has ended", run.folder);
  if (run.eval_freq == 0)
    fail(
        "'{}' was never evaluated (its eval.eval_freq is 0), so it has no {}; --metric training compares the "
        "returns of training",
        run.folder, metric.heading);
  fail("'{}' has no evaluation yet, so it has no {}; --metric training compares the returns of training", run.folder,
       metric.heading);
}

}  // namespace

std::span<const Figure> report_figures() { return figures; }

const Figure& figure_of_metric(const std::string& metric) {
  std::vector<std::string> known;
  for (const Figure& figure : figures) {
    if (!figure.metric) continue;
    if (metric == figure.metric) return figure;
    known.push_back(figure.metric);
  }
  fail("--metric {}: there is no such score{}", metric, suggestion(metric, known));
}

std::vector<Summary> summarize(const RunGroup& group) {
  std::vector<Summary> summaries;
  for (const Figure& figure : figures) summaries.push_back(summarize(group, figure));
  return summaries;
}

std::vector<double> scores(const RunGroup& group, const Figure& metric) {
  std::vector<double> values;
  for (const RunRecord& run : group.runs) {
    values.push_back(metric.of(run));
    if (!std::isfinite(values.back())) fail_without_score(run, metric);
  }
  return values;
}

}  // namespace sinew
