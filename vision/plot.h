#pragma once
#include <string>
#include <vector>

#include "core/image.h"

namespace sinew {

/// A line over x, with a shaded band of `spread` above and below it (empty: no band). Points that are not finite are
/// skipped.
struct PlotCurve {
  std::string name;
  std::vector<double> x, mean, spread;
  bool is_reference = false;  // the baseline of the comparison: grey and dashed
};

/// A chart. Texts must be ASCII: OpenCV's fonts have no other characters.
struct PlotSpec {
  std::string title, x_label, y_label;
  std::vector<PlotCurve> curves;
  int width = 960, height = 600;  // pixels
};

/// Draws it as RGB. Throws Error when no curve has a finite point, or the size is out of range.
Image draw_plot(const PlotSpec& plot);

}  // namespace sinew
