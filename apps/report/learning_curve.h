#pragma once
#include <vector>

#include "apps/report/runs.h"
#include "vision/plot.h"

namespace sinew {

/// The learning curve of runs, for write_plot. One group: its training and evaluation returns. Several groups of one
/// task: one curve each, of the evaluations if every group has them. Bands are the standard deviation over the seeds;
/// for a single run, over the evaluation's episodes. A curve covers the steps that all seeds have reached.
PlotSpec learning_curve(const std::vector<RunGroup>& groups);

/// Whether there is anything to draw yet.
bool has_points(const PlotSpec& plot);

}  // namespace sinew
