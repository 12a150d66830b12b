#include "core/latency_profile.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/random.h"

namespace sinew {

double DelayDistribution::quantile(double probability) const {
  const double place = std::clamp(probability, 0.0, 1.0) * static_cast<double>(quantiles.size() - 1);
  const auto below = static_cast<size_t>(place);
  if (below + 1 == quantiles.size()) return quantiles.back();
  return std::lerp(quantiles[below], quantiles[below + 1], place - static_cast<double>(below));
}

double DelayDistribution::sample(Rng& rng) const {
  return quantiles.size() == 1 ? quantiles[0] : quantile(rng.uniform());
}

double DelayDistribution::mean() const {
  if (quantiles.size() == 1) return quantiles[0];
  double sum = (quantiles.front() + quantiles.back()) / 2;  // each piece contributes its midpoint
  for (size_t i = 1; i + 1 < quantiles.size(); ++i) sum += quantiles[i];
  return sum / static_cast<double>(quantiles.size() - 1);
}

void read_value(const ConfigNode& node, DelayDistribution& delay) {
  if (node.is_scalar()) {
    delay.quantiles = {node.number()};
    check_range(node, delay.quantiles[0], between(0, longest_delay));
    return;
  }
  read_value(node, delay.quantiles);
  if (delay.quantiles.empty()) throw node.error("a delay is a number of seconds, or the list of its quantiles");
  check_range(node, delay.quantiles, between(0, longest_delay));
  const auto descent = std::ranges::adjacent_find(delay.quantiles, std::greater<>());
  if (descent != delay.quantiles.end())
    throw node.items()[static_cast<size_t>(descent - delay.quantiles.begin()) + 1].error(
        fmt::format("quantiles must ascend, but {} is below {} before it", *(descent + 1), *descent));
}

ConfigNode write_value(const DelayDistribution& delay) {
  return delay.quantiles.size() == 1 ? write_value(delay.quantiles[0]) : write_value(delay.quantiles);
}

DelayDistribution distribution_of(std::span<const double> measured, size_t points) {
  assert(points >= 2);
  if (measured.empty()) fail("no delay was measured, so there is no distribution of them");
  DelayDistribution sorted{{measured.begin(), measured.end()}};
  for (double& delay : sorted.quantiles) {
    if (!(delay >= 0) || std::isinf(delay)) fail("a measured delay is {} s; it must be finite, and at least 0", delay);
    delay = std::min(delay, longest_delay);
  }
  std::ranges::sort(sorted.quantiles);
  DelayDistribution delays{std::vector<double>(points)};
  for (size_t i = 0; i < points; ++i)
    delays.quantiles[i] = sorted.quantile(static_cast<double>(i) / static_cast<double>(points - 1));
  return delays;
}

LatencyProfile load_latency_profile(const std::string& path) {
  const ConfigNode node = ConfigNode::parse_file(path);
  if (node.is_null()) fail("{}: it is empty; a latency profile says how long observations and actions take", path);
  return read_config<LatencyProfile>(node);
}

std::string to_yaml(const LatencyProfile& profile) { return write_config(profile).to_yaml(); }

}  // namespace sinew
