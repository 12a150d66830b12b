#include "apps/report/statistics.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/random.h"

namespace sinew {
namespace {

// Interpolates between the neighbours, as NumPy does by default.
double percentile(const std::vector<double>& sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() - 1);
  const size_t below = static_cast<size_t>(position), above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

MeanStd mean_std(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  int count = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  if (count == 0) return {not_there, not_there, 0};
  const double mean = sum / count;
  for (const double value : values) squares += std::isfinite(value) ? (value - mean) * (value - mean) : 0;
  return {mean, count > 1 ? std::sqrt(squares / (count - 1)) : 0, count};
}

double iqm(const std::vector<double>& values) { return pooled_iqm(Samples{values}); }

double pooled_iqm(const Samples& samples) {
  size_t count = 0;
  for (const auto& sample : samples) count += sample.size();
  const double total = static_cast<double>(count);
  std::vector<std::pair<double, double>> scores;  // value, mass
  scores.reserve(count);
  for (const auto& sample : samples) {
    const double mass = total / static_cast<double>(samples.size() * sample.size());  // exactly 1 if sizes agree
    for (const double value : sample) scores.emplace_back(value, mass);
  }
  std::sort(scores.begin(), scores.end());

  const double low = total / 4, high = 3 * total / 4;
  double sum = 0, weight = 0, position = 0;
  for (const auto& [value, mass] : scores) {
    const double stays = std::min(position + mass, high) - std::max(position, low);
    position += mass;
    if (stays <= 0) continue;
    sum += stays * value;
    weight += stays;
  }
  return weight > 0 ? sum / weight : not_there;
}

double probability_of_improvement(const std::vector<double>& x, const std::vector<double>& y) {
  if (x.empty() || y.empty()) return not_there;
  double wins = 0;
  for (const double a : x)
    for (const double b : y) wins += a > b ? 1.0 : a == b ? 0.5 : 0.0;
  return wins / static_cast<double>(x.size() * y.size());
}

Estimate bootstrap(const Samples& samples, const std::function<double(const Samples&)>& statistic, int n_resamples) {
  Estimate result{statistic(samples), not_there, not_there};
  const bool has_spread = std::ranges::all_of(samples, [](const auto& sample) { return sample.size() > 1; });
  if (!has_spread || !std::isfinite(result.value)) return result;

  Rng rng = Rng(0).split("bootstrap");
  Samples drawn = samples;
  std::vector<double> statistics(static_cast<size_t>(n_resamples));
  for (double& value : statistics) {
    for (size_t s = 0; s < samples.size(); ++s)
      for (double& score : drawn[s]) score = samples[s][rng.below(static_cast<uint32_t>(samples[s].size()))];
    value = statistic(drawn);
    if (!std::isfinite(value)) return result;
  }
  std::sort(statistics.begin(), statistics.end());
  result.low = percentile(statistics, 0.025);
  result.high = percentile(statistics, 0.975);
  return result;
}

}  // namespace sinew
