#include "vision/plot_axis.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace sinew {

std::vector<double> PlotAxis::ticks() const {
  std::vector<double> values;
  const double slack = 1e-9 * (high - low);
  for (double i = std::ceil((low - slack) / step); i * step <= high + slack; ++i) values.push_back(i * step);
  return values;
}

std::string PlotAxis::label(double tick) const {
  const double size = std::abs(tick);
  if (size < 1e-6 * step) return "0";
  if (size >= 1e6 && step >= 1e4) return fmt::format("{:.6g}M", tick / 1e6);
  if (size >= 1e3 && step >= 1e2) return fmt::format("{:.6g}k", tick / 1e3);
  return fmt::format("{:.8g}", tick);
}

PlotAxis make_axis(double low, double high, int max_ticks) {
  if (!(high - low > 1e-9 * std::max(std::abs(low), std::abs(high)))) {
    const double room = std::max(0.5, 0.05 * std::abs(low));
    low -= room;
    high += room;
  }
  const double smallest = (high - low) / std::max(1, max_ticks - 1);
  const double power = std::pow(10, std::floor(std::log10(smallest)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.5, 2.0, 1.0})
    if (factor * power >= smallest * (1 - 1e-9)) step = factor * power;
  const double reach = 0.02 * (high - low);
  const double tick_below = std::floor(low / step) * step, tick_above = std::ceil(high / step) * step;
  return {low - tick_below < reach ? tick_below : low, tick_above - high < reach ? tick_above : high, step};
}

}  // namespace sinew
