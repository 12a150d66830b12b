#pragma once
#include <span>
#include <vector>

#include "core/latency_profile.h"
#include "core/state_archive.h"

namespace sinew {

class Rng;

/// The actions in transit from a policy to the motors. Each env step sends one. It arrives after a delay, and the
/// motors use the newest that has arrived. An action that a newer one overtakes is dropped; some are lost.
///
/// Time is counted in physics steps. The action that answers the observation at the beginning of an env step arrives
/// after the observation's delay plus the action's own, rounded up to a physics step. Allocates only in its
/// constructor.
class ActionDelay {
 public:
  /// rest: the action in force until the first action of an episode has arrived. timestep: s, of a physics step.
  ActionDelay(const LatencyProfile& profile, std::vector<double> rest, int frame_skip, double timestep);

  /// Drops all actions in transit and puts `rest` in force.
  void begin_episode();
  /// Called when an env step begins. Draws the delay of the observation, the delay of the action, and whether the
  /// action is lost, each only where it is random.
  void send(std::span<const double> action, Rng& rng);
  std::span<const double> in_force() const { return in_force_; }
  /// Physics steps until another action is in force, at least 1; a large number where none is in transit.
  int steps_to_next() const;
  /// Advances by this many physics steps, at most steps_to_next().
  void pass(int steps);

  void visit_state(StateArchive& archive);

 private:
  int draw_steps(Rng& rng) const;
  std::span<double> values_of(size_t place) { return std::span(values_).subspan(place * rest_.size(), rest_.size()); }

  LatencyProfile profile_;
  std::vector<double> rest_, in_force_;
  double timestep_;
  // The actions in transit, in order of arrival. A newer one arrives later; otherwise it would have overtaken the
  // other.
  uint32_t count_ = 0;
  std::vector<int> due_;        // [most] physics steps from now, at least 1
  std::vector<double> values_;  // [most, rest_.size()]
};

}  // namespace sinew
