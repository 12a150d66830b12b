#pragma once
#include <span>
#include <vector>

#include "core/latency_profile.h"
#include "core/state_archive.h"

namespace sinew {

class Rng;

/// The actions that are under way from a policy to the motors: each env step sends one, it arrives after a delay, and
/// the newest that has arrived is in force. One that a newer one has overtaken is dropped; some are lost.
///
/// Time is counted in physics steps. An action that answers what was seen at the beginning of an env step comes after
/// the observation's delay and its own together, rounded up to a physics step. Allocates in its constructor only.
class ActionDelay {
 public:
  /// rest: what is in force until the first action of an episode has arrived. timestep: s, of a physics step.
  ActionDelay(const LatencyProfile& profile, std::vector<double> rest, int frame_skip, double timestep);

  /// Nothing is under way, and the rest is in force.
  void begin_episode();
  /// An env step begins. Draws how long the observation takes, how long the action, and whether it is lost, each where
  /// it is left to chance.
  void send(std::span<const double> action, Rng& rng);
  std::span<const double> in_force() const { return in_force_; }
  /// Physics steps until another action is in force, at least 1; a large number where none is under way.
  int steps_to_next() const;
  /// So many physics steps have passed, at most steps_to_next().
  void pass(int steps);

  void visit_state(StateArchive& archive);

 private:
  int draw_steps(Rng& rng) const;
  std::span<double> values_of(size_t place) { return std::span(values_).subspan(place * rest_.size(), rest_.size()); }

  LatencyProfile profile_;
  std::vector<double> rest_, in_force_;
  double timestep_;
  // Of those under way, the first to arrive first. A newer one arrives later, or it would have overtaken the other.
  uint32_t count_ = 0;
  std::vector<int> due_;        // [most] physics steps from now, at least 1
  std::vector<double> values_;  // [most, rest_.size()]
};

}  // namespace sinew
