#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/report/runs.h"
#include "apps/report/statistics.h"

namespace sinew {

/// A figure of a run: its name in the JSON, its heading in the table, and functions to read and format it.
struct Figure {
  const char* name;
  const char* heading;
  double (*of)(const RunRecord&);  // NaN if the run has none
  std::string (*text)(double);     // "-" for NaN
  const char* metric = nullptr;    // its name for --metric; null if it is not a score
  const char* error = nullptr;     // the metrics.csv column of its standard error, if any
};

/// All figures, in the order of the table's columns.
std::span<const Figure> report_figures();

/// The figure's standard error for one run; NaN if it has none.
double standard_error(const RunRecord& run, const Figure& figure);

/// The figure that --metric names: kept, last, best, final or training. Throws an Error on another word.
const Figure& figure_of_metric(std::string_view metric);

/// A figure over the seeds that have it.
struct Summary {
  MeanStd over_seeds;
  Estimate iqm;  // for a score; NaN otherwise
};
/// In the order of report_figures().
std::vector<Summary> summarize(const RunGroup& group);

/// The score of every run, for a comparison; every run must have one.
std::vector<double> scores(const RunGroup& group, const Figure& metric);
/// Why a run has no such score; "" if it has one.
std::string missing_score(const RunRecord& run, const Figure& metric);

}  // namespace sinew
