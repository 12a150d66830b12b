#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/config.h"

/// How late things come: what a link between a policy and a robot measures, and what a task trains with.
namespace sinew {

class Rng;

/// How long something takes, from its fastest to its slowest.
struct DelayDistribution {
  /// s, ascending, at equally spaced probabilities from 0 to 1: one number is a constant, two are the ends of a range.
  /// Between two of them all delays are equally likely.
  std::vector<double> quantiles = {0};

  /// A constant draws nothing, any other distribution one number.
  double sample(Rng& rng) const;
  /// The delay that the part `probability`, 0 to 1, of all delays does not exceed.
  double quantile(double probability) const;
  double mean() const;
  double longest() const { return quantiles.back(); }
  bool operator==(const DelayDistribution&) const = default;
};

/// What comes later is of no use to a controller. A task takes no longer delay, and a measured one counts as this.
inline constexpr double longest_delay = 10;  // s

/// A number, or a list of them. Throws a located Error for one that is not from 0 to longest_delay, for an empty list,
/// and for numbers that descend.
void read_value(const ConfigNode& node, DelayDistribution& delay);
ConfigNode write_value(const DelayDistribution& delay);

/// What was measured, s, in any order. Throws Error where it is empty, negative or not finite. points: at least 2.
DelayDistribution distribution_of(std::span<const double> measured, size_t points = 21);

/// Of a link: from a moment at the robot to the policy having seen it, and from the policy's answer to the motors.
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

/// A YAML file of such a map, {observation: [0, 0.02], action: [0.001, 0.002, 0.01], loss: 0.01}. Throws Error.
LatencyProfile load_latency_profile(const std::string& path);
/// What load_latency_profile reads.
std::string to_yaml(const LatencyProfile& profile);

}  // namespace sinew
