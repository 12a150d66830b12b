#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/model.h"

/// The guesses behind a starter task: what is driven, what may be rewarded.
namespace sinew {

/// A joint to drive by a torque (a slide: a force), and its limit, N m or N.
struct DrivenJoint {
  std::string name, unit;
  double limit;
};

/// How the policy acts.
struct StarterActions {
  bool all_actuators = false;          // else:
  std::vector<std::string> actuators;  // those that have a range; or else:
  std::vector<DrivenJoint> joints;     // every named hinge and slide, the root's aside
  double largest_cost = 0;             // Σ a² of the largest actions
};

/// A named site to bring to where it can come.
struct ReachGoal {
  std::string site;
  std::array<double, 3> target;  // m, in the world
  std::array<bool, 3> along;     // the axes along which the site moves
};

/// A body or a site that the joints move the most: a hand, a foot.
struct NamedPoint {
  std::string noun, name;  // "site", "tip"
};

struct StarterPlan {
  int frame_skip;                   // for about 50 env steps a second
  int qpos_from;                    // the numbers of qpos before are where in the world the root is
  std::optional<int> travels;       // the root joint that moves along x, undriven
  std::optional<std::string> base;  // the body that travels
  std::optional<double> fallen;     // below this height of its base it lies on the ground, m
  std::optional<ReachGoal> goal;    // for a model that stays where it is
  std::optional<NamedPoint> hand;
  StarterActions actions;
};

StarterPlan plan_starter(const std::shared_ptr<const Model>& model);

}  // namespace sinew
