#pragma once
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "core/clock.h"

namespace sinew::bench {

/// The best of several ways to do the same work, each run for a short while and rated by its fastest repetition; ways
/// far behind in the first call are left out of later ones. A peer's work is measured the same way (torch_peer.h).
class BestOf {
 public:
  BestOf(std::vector<std::function<void()>> ways, double seconds) : ways_(std::move(ways)), seconds_(seconds) {}

  double operator()() {
    std::vector<double> rates;
    for (const auto& way : ways_) rates.push_back(rate(way));
    const double best = *std::ranges::max_element(rates);
    std::vector<std::function<void()>> kept;
    for (size_t i = 0; i < ways_.size(); ++i)
      if (rates[i] * 2 > best) kept.push_back(ways_[i]);
    ways_ = std::move(kept);
    return best;
  }

 private:
  // The rate of its fastest repetition.
  double rate(const std::function<void()>& way) const {
    double best = 0;
    const Stopwatch all;
    for (int i = 0; i < 3 || all.seconds() < seconds_; ++i) {
      const Stopwatch one;
      way();
      best = std::max(best, 1 / one.seconds());
    }
    return best;
  }

  std::vector<std::function<void()>> ways_;
  double seconds_;
};

}  // namespace sinew::bench
