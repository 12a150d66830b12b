#include "apps/inspect/starter_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "sim/simulation/simulation.h"

namespace sinew {
namespace {

using Element = Model::Element;
using JointType = Model::JointType;

constexpr double wanted_dt = 0.02;  // s, duration of an env step

int count_joints(const Model& model) { return model.count(Element::joint); }

bool moves_on_one_axis(const Model& model, int joint) { return model.joint_dof_size(joint) == 1; }

bool is_driven(const Model& model, int joint) {
  for (int i = 0; i < model.nu(); ++i)
    if (model.joint_of_actuator(i) == joint) return true;
  return false;
}

bool is_within(const Model& model, int body, int ancestor) {
  while (body > ancestor) body = model.body_parent(body);  // parents come before their children
  return body == ancestor;
}

// Whether joints attach other bodies to it: true for a robot, false for a loose object.
bool carries_joints(const Model& model, int body) {
  for (int i = 0; i < count_joints(model); ++i)
    if (model.joint_body(i) != body && is_within(model, model.joint_body(i), body)) return true;
  return false;
}

bool slides_freely(const Model& model, int joint) {
  return model.joint_type(joint) == JointType::slide && !model.joint_limits(joint).limited && !is_driven(model, joint);
}

// Whether the joint belongs to the robot's free motion in the world: a free joint, or the slides and hinges that
// replace one in a plane.
bool is_root(const Model& model, int joint) {
  const int body = model.joint_body(joint);
  if (model.body_parent(body) != 0 || !carries_joints(model, body)) return false;
  if (model.joint_type(joint) == JointType::free) return true;
  if (is_driven(model, joint)) return false;
  for (int i = 0; i < count_joints(model); ++i)
    if (model.joint_body(i) == body && slides_freely(model, i)) return true;
  return false;
}

bool slides_along(const Model& model, int joint, size_t axis) {
  return model.joint_type(joint) == JointType::slide && std::abs(model.joint_axis(joint)[axis]) > 0.999;
}

std::optional<int> find_travelling_joint(const Model& model) {
  for (int i = 0; i < count_joints(model); ++i)
    if (is_root(model, i) && (model.joint_type(i) == JointType::free || slides_along(model, i, 0))) return i;
  return std::nullopt;
}

int first_useful_position(const Model& model) {
  int from = 0;
  for (int i = 0; i < count_joints(model) && is_root(model, i); ++i) {
    if (model.joint_type(i) == JointType::free) return from + 2;
    if (!slides_along(model, i, 0) && !slides_along(model, i, 1)) break;
    ++from;
  }
  return from;
}

double rounded(double value) {
  const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
  return std::round(value / unit) * unit;
}

// Twice the effort that holds the moved mass against gravity in any pose: its inertia about the joint bounds the
// distance of its centre of mass from the axis.
double guess_limit(const Model& model, int joint) {
  constexpr double g = 9.81;  // m/s²; also if the model has none
  const double mass = model.body_subtree_mass(model.joint_body(joint));
  const double lever = model.joint_type(joint) == JointType::slide ? 1 : std::sqrt(model.joint_inertia(joint) / mass);
  return mass > 0 ? rounded(std::max(2 * mass * g * lever, 0.01)) : 1;
}

}  // namespace

StarterActions starter_actions(const Model& model) {
  StarterActions actions;
  const auto add_cost = [&](double low, double high) {
    actions.largest_cost += std::pow(std::max(std::abs(low), std::abs(high)), 2);
  };
  bool all_limited = model.nu() > 0;
  for (int i = 0; i < model.nu(); ++i) {
    const Model::Limits limits = model.control_limits(i);
    all_limited &= limits.limited;
    const std::string name = model.called(Element::actuator, i);
    if (!limits.limited) continue;
    add_cost(limits.low, limits.high);
    if (!name.empty()) actions.actuators.push_back(name);
  }
  actions.all_actuators = all_limited;
  if (all_limited || !actions.actuators.empty()) return actions;
  actions.largest_cost = 0;
  for (int i = 0; i < count_joints(model); ++i) {
    const std::string name = model.called(Element::joint, i);
    if (name.empty() || !moves_on_one_axis(model, i) || is_root(model, i)) continue;
    if (model.leader_of_joint(i) >= 0) {
      actions.followers.push_back(name);
      continue;
    }
    const double effort = model.urdf_effort(i);
    actions.joints.push_back(
        {name, model.force_unit(model.dof_address(i)), effort > 0 ? effort : guess_limit(model, i), effort <= 0});
    add_cost(0, actions.joints.back().limit);
  }
  return actions;
}

namespace {

using Vector = std::array<double, 3>;

Vector position_of(const Simulation& sim, const NamedPoint& point) {
  const Model& model = sim.model();
  const auto p = point.noun == "site" ? sim.site_xpos(model.find(Element::site, point.name))
                                      : sim.xpos(model.find(Element::body, point.name));
  return {p[0], p[1], p[2]};
}

// Sets every joint with a range to this share of it, the others to their initial position.
void pose_at(Simulation& sim, double share) {
  const Model& model = sim.model();
  sim.reset();
  for (int i = 0; i < count_joints(model); ++i)
    if (const Model::Limits limits = model.joint_limits(i); limits.limited && moves_on_one_axis(model, i))
      sim.qpos()[static_cast<size_t>(model.qpos_address(i))] = limits.low + share * (limits.high - limits.low);
  sim.forward();
}

// The number of hinges and slides between the world and a body; the root's count too.
int joints_above(const Model& model, int body) {
  int joints = 0;
  for (int i = 0; i < count_joints(model); ++i)
    joints += moves_on_one_axis(model, i) && is_within(model, body, model.joint_body(i));
  return joints;
}

// The named site that most joints move; among those, the one farthest from its body's frame: the likeliest hand.
std::optional<NamedPoint> find_hand_site(const Simulation& sim) {
  const Model& model = sim.model();
  std::optional<NamedPoint> best;
  std::pair<int, double> best_score = {0, 0};
  for (int site = 0; site < model.count(Element::site); ++site) {
    const int body = model.site_body(site), joints = joints_above(model, body);
    if (model.name(Element::site, site).empty() || joints == 0) continue;
    const auto p = sim.site_xpos(site), q = sim.xpos(body);
    // Rounded, so that the first of two mirror images is taken.
    const double reach = std::round(1e6 * std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
    if (best && std::pair(joints, reach) <= best_score) continue;
    best_score = {joints, reach};
    best = {"site", model.name(Element::site, site)};
  }
  return best;
}

std::optional<NamedPoint> find_hand_body(const Model& model) {
  std::optional<NamedPoint> best;
  int best_joints = 0;
  for (int body = 1; body < model.count(Element::body); ++body) {
    const std::string name = model.name(Element::body, body);
    if (const int joints = joints_above(model, body); !name.empty() && joints > best_joints) {
      best = {"body", name};
      best_joints = joints;
    }
  }
  return best;
}

std::optional<ReachGoal> find_goal(Simulation& sim, const NamedPoint& hand) {
  const Vector start = position_of(sim, hand);
  pose_at(sim, 0.3);
  const Vector low = position_of(sim, hand);
  pose_at(sim, 0.7);
  const Vector high = position_of(sim, hand);
  ReachGoal goal;
  for (size_t axis = 0; axis < 3; ++axis) {
    if (std::abs(high[axis] - low[axis]) < 1e-3) continue;
    goal.axes.push_back(std::string(1, "xyz"[axis]));
    goal.target.push_back(high[axis]);
  }
  goal.distance = std::hypot(high[0] - start[0], high[1] - start[1], high[2] - start[2]);
  return goal.axes.empty() ? std::nullopt : std::optional(goal);
}

void find_base(const Simulation& sim, StarterPlan& plan) {
  const int body = sim.model().joint_body(*plan.travels);
  const std::string name = sim.model().name(Element::body, body);
  if (name.empty()) return;
  plan.base = name;
  const double height = sim.xpos(body)[2];
  if (height > 0.05) plan.fallen = height / 2;
}

}  // namespace

StarterPlan plan_starter(const std::shared_ptr<const Model>& model) {
  StarterPlan plan{};
  plan.actions = starter_actions(*model);
  const StarterActions& actions = plan.actions;
  if (!actions.all_actuators && actions.actuators.empty() && actions.joints.empty())
    fail(
        "'{}' has neither an actuator with a ctrlrange nor a hinge or slide joint with a name: there is nothing that a "
        "policy could drive",
        model->path());
  plan.frame_skip = std::max(1, static_cast<int>(std::lround(wanted_dt / model->timestep())));
  plan.qpos_from = first_useful_position(*model);
  plan.travels = find_travelling_joint(*model);

  Simulation sim(model);
  sim.forward();
  plan.hand = find_hand_site(sim);
  if (!plan.hand) plan.hand = find_hand_body(*model);
  if (plan.travels)
    find_base(sim, plan);
  else if (plan.hand)
    plan.goal = find_goal(sim, *plan.hand);
  for (int i = 0; i < count_joints(*model); ++i) plan.has_pose |= moves_on_one_axis(*model, i);
  return plan;
}

}  // namespace sinew
