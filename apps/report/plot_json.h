#pragma once
#include <string>

#include "vision/plot.h"

namespace sinew {

/// A chart's description as JSON, as it is sent to sinew-media:
///   {"title", "x_label", "y_label", "width", "height", "curves": [{"name", "x", "mean", "spread",
///    "is_reference"}]}
/// A non-finite number is null.
std::string to_json(const PlotSpec& plot);
/// Only curves with x and mean are required. Throws an Error on malformed JSON or a wrong type.
PlotSpec plot_from_json(const std::string& text);

}  // namespace sinew
