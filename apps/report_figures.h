#pragma once
#include <span>
#include <string>
#include <vector>

#include "apps/runs.h"
#include "apps/statistics.h"

namespace sinew {

/// A figure of a run: its name in the JSON, its heading in the table, how it is read and written.
struct Figure {
  const char* name;
  const char* heading;
  double (*of)(const RunRecord&);  // NaN where the run has none
  std::string (*text)(double);     // "-" for NaN
  const char* metric = nullptr;    // what --metric calls it; null for what is no score
};

/// All of them, in the order of the table's columns.
std::span<const Figure> report_figures();

/// The one that --metric names: final, best or training. Throws Error on another word.
const Figure& figure_of_metric(const std::string& metric);

/// A figure over the seeds that have it.
struct Summary {
  MeanStd over_seeds;
  Estimate iqm;  // of a score; NaN otherwise
};
/// In the order of report_figures().
std::vector<Summary> summarize(const RunGroup& group);

/// The score of every run, for a comparison. Throws Error on a run that has none, and says why.
std::vector<double> scores(const RunGroup& group, const Figure& metric);

}  // namespace sinew
