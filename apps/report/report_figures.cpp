#include "apps/report/report_figures.h"

#include <algorithm>
#include <cmath>

#include "apps/command_line/terminal.h"
#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

double last(const std::vector<double>& values) { return values.empty() ? not_there : values.back(); }
double largest(const std::vector<double>& values) { return values.empty() ? not_there : std::ranges::max(values); }

// A value of the run's final evaluation; none if training continued after it.
double of_final_evaluation(const RunRecord& run, const std::string& column) {
  const RunRecord::Series series = run.series(column);
  return series.steps.empty() || series.steps.back() < run.columns[0].back() ? not_there : series.values.back();
}

std::string number_or_dash(double value) { return std::isfinite(value) ? short_number(value) : "-"; }
std::string whole_or_dash(double value) { return std::isfinite(value) ? with_commas(std::llround(value)) : "-"; }
std::string percent_or_dash(double value) { return std::isfinite(value) ? fmt::format("{:.0f} %", 100 * value) : "-"; }
std::string time_or_dash(double value) { return std::isfinite(value) ? clock_time(value) : "-"; }

const Figure figures[] = {
    {"kept_mean_reward", "return ± SE",
     [](const RunRecord& run) { return of_final_evaluation(run, "kept/mean_reward"); }, number_or_dash, "kept",
     "kept/std_error"},
    {"last_mean_reward", "last policy ± SE",
     [](const RunRecord& run) { return of_final_evaluation(run, "last/mean_reward"); }, number_or_dash, "last",
     "last/std_error"},
    {"final_mean_reward", "final eval",
     [](const RunRecord& run) { return last(run.series("eval/mean_reward").values); }, number_or_dash, "final"},
    {"best_mean_reward", "best eval",
     [](const RunRecord& run) { return largest(run.series("eval/mean_reward").values); }, number_or_dash, "best"},
    {"ep_rew_mean", "training", [](const RunRecord& run) { return last(run.series("rollout/ep_rew_mean").values); },
     number_or_dash, "training"},
    {"success_rate", "success", [](const RunRecord& run) { return of_final_evaluation(run, "kept/success_rate"); },
     percent_or_dash},
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

}  // namespace

std::span<const Figure> report_figures() { return figures; }

double standard_error(const RunRecord& run, const Figure& figure) {
  return figure.error ? of_final_evaluation(run, figure.error) : not_there;
}

const Figure& figure_of_metric(std::string_view metric) {
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
  for (const RunRecord& run : group.runs) values.push_back(metric.of(run));
  return values;
}

std::string missing_score(const RunRecord& run, const Figure& metric) {
  if (std::isfinite(metric.of(run))) return "";
  if (metric.metric == std::string("training"))
    return fmt::format("'{}' has no training return yet: none of its episodes has ended", run.folder);
  if (metric.error)
    return fmt::format(
        "'{}' has no final evaluation of its present policy: it was stopped before that, has none configured "
        "(eval.n_final_episodes: 0), or is older than final evaluations; --metric best compares best evaluations",
        run.folder);
  const char* instead = "--metric training compares the returns of training";
  if (run.eval_freq == 0)
    return fmt::format("'{}' was never evaluated (its eval.eval_freq is 0), so it has no {}; {}", run.folder,
                       metric.heading, instead);
  return fmt::format("'{}' has no evaluation yet, so it has no {}; {}", run.folder, metric.heading, instead);
}

}  // namespace sinew
