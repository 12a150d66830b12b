#pragma once
#include <string>
#include <vector>

namespace sinew {

/// A number line with round ticks.
struct PlotAxis {
  double low = 0, high = 1;
  double step = 1;
  std::vector<double> ticks() const;
  /// "250k", "1.5M", "-0.2": with the digits that the step needs.
  std::string label(double tick) const;
};

/// An axis for data in [low, high] with at most max_ticks ticks (at least 2): steps of 1, 2, 2.5 or 5 times a power of
/// ten. An end just short of a tick (999,424 of 1,000,000) extends to it; data of a single value gets some room around
/// it.
PlotAxis make_axis(double low, double high, int max_ticks);

}  // namespace sinew
