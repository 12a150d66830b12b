#include "apps/report/report_json.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace sinew {
namespace {

using nlohmann::ordered_json;

void add(ordered_json& object, const std::string& name, const Estimate& estimate) {
  object[name] = estimate.value;
  object[name + "_low"] = estimate.low;
  object[name + "_high"] = estimate.high;
}

ordered_json json_of(const RunGroup& group, const std::vector<Summary>& summaries) {
  ordered_json result = {{"run", group.folder},
                         {"task", group.task},
                         {"algorithm", group.algorithm},
                         {"label", group.label},
                         {"n_runs", group.runs.size()}};
  const auto figures = report_figures();
  for (size_t i = 0; i < figures.size(); ++i) {
    ordered_json& figure = result[figures[i].name];
    figure = {{"mean", summaries[i].over_seeds.mean}, {"std", summaries[i].over_seeds.std}};
    if (figures[i].metric) add(figure, "iqm", summaries[i].iqm);
  }
  for (const RunRecord& run : group.runs) {
    ordered_json seed = {{"seed", run.seed}, {"run", run.folder}};
    for (const Figure& figure : figures) {
      seed[figure.name] = figure.of(run);
      if (figure.error) seed[fmt::format("{}_error", figure.name)] = standard_error(run, figure);
    }
    result["seeds"].push_back(seed);
  }
  return result;
}

ordered_json json_of(const Comparison& comparison, const Report& report) {
  const RunGroup &group = report.groups[comparison.group], &baseline = report.groups[comparison.baseline];
  ordered_json result = {{"task", group.task},          {"run", group.folder},
                         {"label", group.label},        {"n_runs", group.runs.size()},
                         {"baseline", baseline.folder}, {"n_baseline_runs", baseline.runs.size()}};
  add(result, "difference", comparison.difference);
  add(result, "ratio", comparison.ratio);
  add(result, "probability_of_improvement", comparison.probability);
  return result;
}

ordered_json json_of(const AggregateRow& row) {
  ordered_json result = {{"label", row.label},
                         {"is_baseline", row.is_baseline},
                         {"tasks", row.tasks},
                         {"all_tasks", row.all_tasks},
                         {"n_runs", row.n_runs}};
  add(result, "iqm", row.iqm);
  add(result, "probability_of_improvement", row.probability);
  return result;
}

}  // namespace

std::string report_json(const Report& report) {
  ordered_json result;
  for (size_t i = 0; i < report.groups.size(); ++i)
    result["runs"].push_back(json_of(report.groups[i], report.summaries[i]));
  if (!report.comparisons.empty()) {
    ordered_json& comparison = result["comparison"];
    comparison = {{"metric", report.metric->name}, {"confidence", 0.95}};
    for (const Comparison& one : report.comparisons) comparison["results"].push_back(json_of(one, report));
  }
  if (report.aggregate) {
    ordered_json& aggregate = result["aggregate"];
    aggregate = {
        {"metric", report.metric->name}, {"tasks", report.aggregate->tasks}, {"left_out", report.aggregate->left_out}};
    for (const AggregateRow& row : report.aggregate->rows) aggregate["results"].push_back(json_of(row));
  }
  if (!report.left_out.empty()) result["left_out"] = report.left_out;
  return result.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace sinew
