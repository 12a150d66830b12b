#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/model/model.h"

/// The guesses behind a starter task: what is driven, what may be rewarded.
namespace sinew {

/// A joint to drive by a torque (a slide: a force), and its limit, N m or N.
struct DrivenJoint {
  std::string name, unit;
  double limit;
  bool guessed;  // the limit, from the masses
};

/// How the policy acts.
struct StarterActions {
  bool all_actuators = false;          // else:
  std::vector<std::string> actuators;  // those that have a range; or else:
  std::vector<DrivenJoint> joints;     // every named hinge and slide, the root's aside, and
  std::vector<std::string> followers;  // those that an equality ties to another
  double largest_cost = 0;             // Σ a² of the largest actions
};

/// A named body or site.
struct NamedPoint {
  std::string noun, name;  // "site", "tip"
};

/// Where a point is to be brought that the joints move.
struct ReachGoal {
  std::vector<std::string> axes;  // along which it moves
  std::vector<double> target;     // along each, in the world, m
  double distance;                // from where it starts, m
};

struct StarterPlan {
  int frame_skip;                   // for about 50 env steps a second
  int qpos_from;                    // the numbers of qpos before are where in the world the root is
  std::optional<int> travels;       // the root joint that moves along x, undriven
  std::optional<std::string> base;  // the body that travels
  std::optional<double> fallen;     // below this height of its base it lies on the ground, m
  std::optional<NamedPoint> hand;   // what most joints move
  std::optional<ReachGoal> goal;    // for the hand of a model that stays where it is
  bool has_pose = false;            // whether there is a hinge or slide
  StarterActions actions;
};

/// Throws Error for a model that has nothing to drive.
StarterPlan plan_starter(const std::shared_ptr<const Model>& model);

}  // namespace sinew
