#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/model/model.h"

/// The guesses behind a starter task: which joints are driven, what may be rewarded.
namespace sinew {

/// A joint to drive by a torque (for a slide, by a force), and its limit, N m or N.
struct DrivenJoint {
  std::string name, unit;
  double limit;
  bool guessed;  // the limit is guessed from the masses
};

/// How the policy acts.
struct StarterActions {
  bool all_actuators = false;          // else:
  std::vector<std::string> actuators;  // those that have a range; or else:
  std::vector<DrivenJoint> joints;     // every named hinge and slide except the root's and
  std::vector<std::string> followers;  // those that an equality constraint ties to another
  double largest_cost = 0;             // Σ a² of the largest actions
};

/// A named body or site.
struct NamedPoint {
  std::string noun, name;  // "site", "tip"
};

/// A target position for a point that the joints move.
struct ReachGoal {
  std::vector<std::string> axes;  // along which it moves
  std::vector<double> target;     // along each, in the world, m
  double distance;                // from where it starts, m
};

struct StarterPlan {
  int frame_skip;                   // for about 50 env steps per second
  int qpos_from;                    // the entries of qpos before it are the root's position in the world
  std::optional<int> travels;       // the root joint that moves along x, undriven
  std::optional<std::string> base;  // the body that travels
  std::optional<double> fallen;     // height of its base below which it has fallen, m
  std::optional<NamedPoint> hand;   // the point that most joints move
  std::optional<ReachGoal> goal;    // for the hand of a model that stays where it is
  bool has_pose = false;            // whether there is a hinge or slide
  StarterActions actions;
};

/// The actuators of the model, or the joints that a task could drive where it has none. A joint's limit is the URDF's
/// effort limit, or guessed from the masses that it moves.
StarterActions starter_actions(const Model& model);

/// Throws an Error for a model that has nothing to drive.
StarterPlan plan_starter(const std::shared_ptr<const Model>& model);

}  // namespace sinew
