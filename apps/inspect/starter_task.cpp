#include "apps/inspect/starter_task_internal.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "apps/command_line/shell_word.h"
#include "apps/inspect/starter_draft.h"
#include "apps/inspect/starter_plan.h"
#include "core/config_node.h"
#include "core/safe_file.h"
#include "core/text.h"
#include "envs/task/make_env.h"
#include "envs/task/task_env.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;
using Element = Model::Element;

std::string yaml_text(const std::string& text, bool quoted) {
  std::string yaml = ConfigNode::scalar(text, quoted).to_yaml();
  yaml.pop_back();
  return yaml;
}

// Quotes the text if needed, so that YAML reads it as a string.
std::string yaml_word(const std::string& text) {
  bool plain = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0]));
  for (const char c : text) plain &= std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  for (const char* taken : {"true", "false", "null", "none", "yes", "no", "on", "off", "all"}) plain &= text != taken;
  return yaml_text(text, !plain);
}

// Relative to the task's folder if the two paths share more than the file system's root.
std::string model_path(const std::string& model, const std::string& task) {
  const fs::path file = fs::weakly_canonical(model), folder = fs::weakly_canonical(fs::absolute(task)).parent_path();
  const bool together = !folder.relative_path().empty() && !file.relative_path().empty() &&
                        *folder.relative_path().begin() == *file.relative_path().begin();
  return (together ? file.lexically_relative(folder) : file).string();
}

void write_header(StarterDraft& draft, const Model& model, const std::string& path, const StarterPlan& plan) {
  const double step = model.timestep(), dt = plan.frame_skip * step;
  const int time_limit = plan.travels ? 1000 : 250;
  draft.say(starter_first_line);
  draft.say("# Lines behind a # are options that work with this model: remove the #. `./sinew terms` lists all.");
  draft.say("model: " + yaml_text(model_path(model.path(), path), false));
  draft.say(fmt::format("frame_skip: {}  # physics steps of {:g} s an action: {:.3g} actions a second", plan.frame_skip,
                        step, 1 / dt));
  draft.say(fmt::format("time_limit: {}  # actions in an episode: {:.3g} s", time_limit, time_limit * dt));
}

void write_observations(StarterDraft& draft, const Model& model, const StarterPlan& plan) {
  const std::string here = "    ";
  draft.say("");
  draft.say("observations:");
  draft.say("  state:");
  draft.say(plan.qpos_from > 0 && plan.qpos_from < model.nq()
                ? fmt::format("    - qpos: {{from: {}}}  # positions, but for where in the world it is", plan.qpos_from)
                : "    - qpos  # positions of all joints");
  draft.say("    - qvel  # velocities of all joints");
  draft.offer(here, "- last_action");
  if (plan.base) {
    const std::string base = yaml_word(*plan.base);
    draft.offer(here, fmt::format("- projected_gravity: {{body: {}}}  # which way is down", base));
    draft.offer(here, fmt::format("- body_linear_velocity: {{body: {}}}", base));
    draft.offer(here, fmt::format("- body_angular_velocity: {{body: {}}}", base));
  }
  if (plan.hand) draft.offer(here, fmt::format("- {0}_pos: {{{0}: {1}}}", plan.hand->noun, yaml_word(plan.hand->name)));
  constexpr size_t most_sensors = 8;
  std::vector<std::string> sensors = model.names(Element::sensor);
  std::erase(sensors, "");
  for (size_t i = 0; i < std::min(sensors.size(), most_sensors); ++i)
    draft.offer(here, fmt::format("- sensor: {}", yaml_word(sensors[i])));
}

void write_actions(StarterDraft& draft, const Model& model, const StarterActions& actions) {
  draft.say("");
  draft.say(
      "# In the model's units. In the recipe, `network: {action_map: scale}` lets a policy's ±1 be the whole range.");
  if (actions.all_actuators) return draft.say("actions: {actuators: all}  # or a list of names");
  draft.say("actions:");
  if (!actions.actuators.empty()) {
    draft.say("  actuators:  # those with a ctrlrange");
    for (const std::string& name : actions.actuators) draft.say("    - " + yaml_word(name));
    return;
  }
  draft.say("  joint_torque:");
  draft.say("    joints:  # the largest torque of each, or force of what slides");
  for (const DrivenJoint& joint : actions.joints)
    draft.say(fmt::format("      {}: {:g}  # {}{}", yaml_word(joint.name), joint.limit, joint.unit,
                          joint.guessed     ? ", guessed from the masses"
                          : model.is_urdf() ? ", the URDF's effort limit"
                                            : ""));
  for (const std::string& name : actions.followers)
    draft.say(fmt::format("      # {} follows another joint{}", yaml_word(name), model.is_urdf() ? " (<mimic>)" : ""));
}

// The weight at which the largest actions cost `most` per step.
std::string action_cost(const StarterActions& actions, double most) {
  const double weight = actions.largest_cost > 0 ? most / actions.largest_cost : most;
  return fmt::format("  control: {{term: action_cost, weight: -{:.1g}}}", weight);
}

void write_travel_reward(StarterDraft& draft, const Model& model, const StarterPlan& plan) {
  const std::string joint = model.called(Element::joint, *plan.travels);
  draft.say(fmt::format("  forward: {{term: x_velocity{}}}  # m/s along x",
                        joint.empty() ? "" : ", joint: " + yaml_word(joint)));
  if (plan.fallen) draft.say("  alive: {term: alive}");
  draft.say(action_cost(plan.actions, 0.5));
}

void write_reach_reward(StarterDraft& draft, const StarterPlan& plan) {
  const ReachGoal& goal = *plan.goal;
  std::vector<std::string> target;
  for (const double x : goal.target) target.push_back(fmt::format("{:.3g}", x));
  const std::string what = fmt::format("of: {{{0}_pos: {{{0}: {1}, axes: [{2}]}}}}, target: [{3}]", plan.hand->noun,
                                       yaml_word(plan.hand->name), join(goal.axes), join(target));
  draft.say(
      fmt::format("  # 1 at the target, 1/e at sigma (m) from it: where the {} is with each joint at 70% of its range.",
                  plan.hand->noun));
  draft.say(fmt::format("  reach: {{term: tracking, {}, sigma: {:.1g}}}", what, std::max(goal.distance, 0.05)));
  draft.offer("  ", fmt::format("error: {{term: tracking_error, {}, weight: -1}}", what));
  draft.say(action_cost(plan.actions, 0.1));
}

void write_reward(StarterDraft& draft, const Model& model, const StarterPlan& plan) {
  draft.say("");
  draft.say("reward:");
  if (plan.travels) {
    write_travel_reward(draft, model, plan);
  } else if (plan.goal) {
    write_reach_reward(draft, plan);
  } else {
    draft.say(plan.has_pose ? "  hold: {term: joint_deviation, weight: -1}  # stay in the model's own pose"
                            : "  alive: {term: alive}");
    draft.say(action_cost(plan.actions, 0.1));
  }
  draft.offer("  ", "smooth: {term: action_rate, weight: -0.01}");
  draft.offer("  ", "energy: {term: energy, weight: -0.001}  # W");
  draft.offer("  ", "limits: {term: joint_limits, weight: -1}  # rad or m beyond a joint's range");
}

void write_endings(StarterDraft& draft, const StarterPlan& plan) {
  draft.say("");
  if (!plan.base) return draft.say("terminate: {}");
  const std::string base = yaml_word(*plan.base);
  if (plan.fallen) {
    draft.say("terminate:");
    draft.say(fmt::format("  fallen: {{term: height, body: {}, low: {:.2g}}}  # m", base, *plan.fallen));
  } else {
    draft.say_empty("terminate");
  }
  draft.offer("  ", fmt::format("tilted: {{term: tilt, body: {}, most: 1}}  # rad", base));
}

void write_reset(StarterDraft& draft, const Model& model, const StarterPlan& plan) {
  draft.say("");
  draft.say("reset:");
  std::vector<std::string> keyframes = model.names(Element::keyframe);
  std::erase(keyframes, "");
  if (!keyframes.empty()) draft.offer("  ", fmt::format("- keyframe: {}", yaml_word(keyframes[0])));
  if (plan.travels && model.joint_type(*plan.travels) == Model::JointType::free)
    draft.offer("  ", fmt::format("- yaw: {{joint: {}}}", yaml_word(model.called(Element::joint, *plan.travels))));
  draft.say("  - uniform: {qpos: 0.05, qvel: 0.05}  # added, ±; m or rad, m/s or rad/s");
}

StarterDraft starter_draft(const std::shared_ptr<const Model>& model, const std::string& path) {
  const StarterPlan plan = plan_starter(model);
  StarterDraft draft;
  write_header(draft, *model, path, plan);
  write_observations(draft, *model, plan);
  write_actions(draft, *model, plan.actions);
  write_reward(draft, *model, plan);
  write_endings(draft, plan);
  write_reset(draft, *model, plan);
  return draft;
}

}  // namespace

void write_starter_task(const std::shared_ptr<const Model>& model, const std::string& path, bool overwrite,
                        const TaskRegistry& registry) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !overwrite) fail("'{}' is there already; --overwrite replaces it", path);
  const StarterDraft draft = starter_draft(model, path);
  const auto make = [&](const std::string& text) {
    const auto config = read_config<TaskConfig>(ConfigNode::parse_text(text, path));
    TaskEnv(fs::path(path).stem().string(), config, model, registry, nullptr);
  };
  make(draft.plain());
  write_file_atomically(path, draft.finish([&](const std::string& text) {
    try {
      make(text);
      return true;
    } catch (const Error&) {
      return false;
    }
  }));
}

std::string starter_command(const std::string& path) {
  const fs::path recipe = "configs/recipes/quickstart.yaml", task = fs::absolute(path).lexically_normal();
  std::error_code ignored;
  std::string assignment = "task=" + ConfigNode::scalar(task.string()).to_yaml();  // --set takes YAML
  assignment.pop_back();
  return fmt::format("{} train {} --set {} --set network.action_map=scale --run {}", sinew_command(),
                     shell_path((fs::exists(recipe, ignored) ? recipe : sinew_home() / recipe).string()),
                     shell_word(assignment), shell_path("runs/" + task.stem().string()));
}

}  // namespace sinew
