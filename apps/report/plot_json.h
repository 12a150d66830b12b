#pragma once
#include <string>

#include "vision/plot.h"

namespace sinew {

/// A chart's description as JSON, the way it travels to sinew-media:
///   {"title", "x_label", "y_label", "width", "height", "curves": [{"name", "x", "mean", "spread",
///    "is_reference"}]}
/// A number that is not finite is null.
std::string to_json(const PlotSpec& plot);
/// Only curves with x and mean are needed. Throws Error on broken JSON or a wrong type.
PlotSpec plot_from_json(const std::string& text);

}  // namespace sinew
