#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/config.h"

/// Latency distributions: measured on a link between a policy and a robot, and used by a task for training.
namespace sinew {

class Rng;

/// The distribution of a delay, from the shortest to the longest.
struct DelayDistribution {
  /// s, ascending, at equally spaced probabilities from 0 to 1: one number is a constant, two are the ends of a range.
  /// Between two neighbours all delays are equally likely.
  std::vector<double> quantiles = {0};

  /// Draws one random number; none where the delay is a constant.
  double sample(Rng& rng) const;
  /// The delay that the fraction `probability`, 0 to 1, of all delays does not exceed.
  double quantile(double probability) const;
  double mean() const;
  double longest() const { return quantiles.back(); }
  bool operator==(const DelayDistribution&) const = default;
};

/// A later message is of no use to a controller. A task accepts no longer delay, and a longer measured one counts as
/// this.
inline constexpr double longest_delay = 10;  // s

/// A number, or a list of numbers. Throws a located Error for a number outside 0 to longest_delay, for an empty list,
/// and for numbers that descend.
void read_value(const ConfigNode& node, DelayDistribution& delay);
ConfigNode write_value(const DelayDistribution& delay);

/// The distribution of measured delays, s, in any order. Throws Error where the list is empty or a number negative or
/// not finite. points: at least 2.
DelayDistribution distribution_of(std::span<const double> measured, size_t points = 21);

/// The latencies of a link: from a moment at the robot until the policy has received the observation of it, and from
/// the policy's action to the motors.
struct LatencyProfile {
  DelayDistribution observation, action;
  double loss = 0;  // probability that an action never arrives
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("observation", observation);
    v.optional("action", action);
    v.optional("loss", loss, Range{.low = 0, .high = 1, .open_high = true});
  }
  bool operator==(const LatencyProfile&) const = default;
};

/// Loads a YAML file with such a map, {observation: [0, 0.02], action: [0.001, 0.002, 0.01], loss: 0.01}. Throws Error.
LatencyProfile load_latency_profile(const std::string& path);
/// The text that load_latency_profile reads.
std::string to_yaml(const LatencyProfile& profile);

}  // namespace sinew
