#include "apps/starter_task.h"

#include <fmt/core.h>

#include <cctype>
#include <cmath>
#include <filesystem>

#include "apps/starter_plan.h"
#include "core/safe_file.h"
#include "core/text.h"
#include "envs/make_env.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;
using Element = Model::Element;

std::string yaml_text(const std::string& text, bool quoted) {
  std::string yaml = ConfigNode::scalar(text, quoted).to_yaml();
  yaml.pop_back();
  return yaml;
}

// A word that YAML reads as that word.
std::string yaml_word(const std::string& text) {
  bool plain = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0]));
  for (const char c : text) plain &= std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  for (const char* taken : {"true", "false", "null", "none", "yes", "no", "on", "off", "all"}) plain &= text != taken;
  return yaml_text(text, !plain);
}

// As seen from the task's folder, when the two share more than the root of the file system.
std::string model_path(const std::string& model, const std::string& task) {
  const fs::path file = fs::weakly_canonical(model), folder = fs::weakly_canonical(fs::absolute(task)).parent_path();
  const bool together = !folder.relative_path().empty() && !file.relative_path().empty() &&
                        *folder.relative_path().begin() == *file.relative_path().begin();
  return (together ? file.lexically_relative(folder) : file).string();
}

std::string header_text(const InspectedModel& inspected, const std::string& path, const StarterPlan& plan) {
  const double dt = plan.frame_skip * inspected.model->timestep();
  const int time_limit = plan.travels ? 1000 : 250;
  return fmt::format(
      "# A task to start from. It trains as it stands; what it rewards is a guess: say what you want.\n"
      "model: {}\n"
      "frame_skip: {}  # physics steps of {:g} s an action: {:.3g} actions a second\n"
      "time_limit: {}  # actions in an episode: {:.3g} s\n",
      yaml_text(model_path(inspected.model->path(), path), false), plan.frame_skip, inspected.model->timestep(), 1 / dt,
      time_limit, time_limit * dt);
}

std::string observations_text(const Model& model, const StarterPlan& plan) {
  std::string text = "\nobservations:\n  state:\n";
  text += plan.qpos_from > 0 && plan.qpos_from < model.nq()
              ? fmt::format("    - qpos: {{from: {}}}  # positions, but for where in the world it is\n", plan.qpos_from)
              : std::string("    - qpos  # positions of all joints\n");
  return text + "    - qvel  # velocities of all joints\n";
}

std::string actions_text(const InspectedModel& inspected, const StarterActions& actions) {
  if (actions.all_actuators) return "\nactions: {actuators: all}  # or a list of names\n";
  std::string text = "\nactions:\n";
  if (!actions.actuators.empty()) {
    text += "  actuators:  # those with a ctrlrange\n";
    for (const std::string& name : actions.actuators) text += fmt::format("    - {}\n", yaml_word(name));
    return text;
  }
  text += "  joint_torque:\n    joints:  # limits are guessed from the masses";
  text += inspected.urdf ? "; a URDF's effort limits are the ones to put here\n" : "\n";
  for (const DrivenJoint& joint : actions.joints)
    text += fmt::format("      {}: {:g}  # {}\n", yaml_word(joint.name), joint.limit, joint.unit);
  return text;
}

// The largest actions cost `most` a step.
std::string action_cost(const StarterActions& actions, double most) {
  const double weight = actions.largest_cost > 0 ? most / actions.largest_cost : most;
  return fmt::format("  control: {{term: action_cost, weight: -{:.1g}}}\n", weight);
}

std::string reward_text(const Model& model, const StarterPlan& plan) {
  std::string text = "\nreward:\n";
  if (plan.travels) {
    const std::string joint = model.name(Element::joint, *plan.travels);
    text += joint.empty() ? "  forward: {term: x_velocity}"
                          : fmt::format("  forward: {{term: x_velocity, joint: {}}}", yaml_word(joint));
    return text + "  # m/s along x\n" + action_cost(plan.actions, 0.5);
  }
  if (!plan.goal) return text + "  alive: {term: alive}\n" + action_cost(plan.actions, 0.1);
  const ReachGoal& goal = *plan.goal;
  text +=
      "  # The square of the way from a site to a point that it can reach (its place at 70% of each joint's range).\n";
  for (size_t axis = 0; axis < 3; ++axis)
    if (goal.along[axis])
      text += fmt::format("  reach_{0}: {{term: site_error, site: {1}, axis: {0}, target: {2:.3g}, weight: -1}}\n",
                          "xyz"[axis], yaml_word(goal.site), goal.target[axis]);
  return text + action_cost(plan.actions, 0.01);
}

}  // namespace

std::string starter_task(const InspectedModel& inspected, const std::string& path) {
  const StarterPlan plan = plan_starter(inspected.model);
  return header_text(inspected, path, plan) + observations_text(*inspected.model, plan) +
         actions_text(inspected, plan.actions) + reward_text(*inspected.model, plan) +
         "\nterminate: {}\n"
         "\nreset:\n"
         "  - uniform: {qpos: 0.05, qvel: 0.05}  # ± around the model's own start; m or rad, m/s or rad/s\n";
}

void write_starter_task(const InspectedModel& inspected, const std::string& path, bool overwrite,
                        const TaskRegistry& registry) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !overwrite) fail("'{}' is there already; --overwrite replaces it", path);
  const std::string text = starter_task(inspected, path);
  const fs::path file(path);
  load_task(ConfigNode::parse_text(text, path), file.stem().string(), file.parent_path().string(), registry);
  write_file_atomically(path, text);
}

std::string starter_command(const std::string& path) {
  const fs::path recipe = "configs/recipes/quickstart.yaml", task = fs::absolute(path).lexically_normal();
  std::error_code ignored;
  return fmt::format("sinew train {} --set task={} --run runs/{}",
                     (fs::exists(recipe, ignored) ? recipe : sinew_home() / recipe).string(), task.string(),
                     task.stem().string());
}

}  // namespace sinew
