#include "envs/task/disturbances.h"

#include <algorithm>
#include <cassert>
#include <cctype>

#include "core/latency_profile.h"

namespace sinew {
namespace {

using Scales = std::optional<std::vector<DisturbanceScale>>;
/// The strength of the disturbance with this name.
using StrengthOf = std::function<double(const std::string& name)>;

bool is_name(const ConfigNode& node) {
  return node.is_scalar() && !node.text().empty() && node.text() != "all" &&
         (std::isalpha(static_cast<unsigned char>(node.text()[0])) || node.text()[0] == '_');
}

// "chassis", "shoulder … gripper (6)": the names in the first parameter that contains any; "" where none does.
std::string chosen_by(const ConfigNode& parameters) {
  if (!parameters.is_map()) return is_name(parameters) ? parameters.text() : "";
  for (const auto& [key, value] : parameters.entries()) {
    if (is_name(value)) return value.text();
    if (!value.is_list() || value.items().empty() || !std::ranges::all_of(value.items(), is_name)) continue;
    const std::vector<ConfigNode>& items = value.items();
    if (items.size() == 1) return items[0].text();
    if (items.size() == 2) return items[0].text() + ", " + items[1].text();
    return fmt::format("{} … {} ({})", items.front().text(), items.back().text(), items.size());
  }
  return "";
}

// "joint friction: shoulder … gripper (6)".
std::string name_of(std::string term, const ConfigNode& parameters) {
  std::ranges::replace(term, '_', ' ');
  const std::string chosen = chosen_by(parameters);
  return chosen.empty() ? term : term + ": " + chosen;
}

ConfigNode with_randomizations(const ConfigNode& list, const TaskRegistry& registry, const StrengthOf& strength_of) {
  ConfigNode result = ConfigNode::list();
  for (const ConfigNode& item : list.items()) {
    const ConfigNode::Entry entry =
        item.is_scalar() ? ConfigNode::Entry{item.text(), ConfigNode::map()} : item.single_entry();
    const auto& [term, parameters] = entry;
    const Scales& scales = find_row(registry.randomizations, term, item, "randomization term").scales;
    const bool is_disturbance = !scales || !scales->empty();
    const double strength = is_disturbance ? strength_of(name_of(term, parameters)) : 1;
    if (strength == 1)
      result.append(item);
    else if (scales)
      result.append(ConfigNode::map({{term, scaled(parameters, *scales, strength)}}));
    else if (strength != 0)
      throw item.error(fmt::format("the term '{}' does not say which of its parameters make it stronger", term));
  }
  return result;
}

const std::vector<DisturbanceScale>* scales_of_noise(const std::string& term, const TaskRegistry& registry) {
  const auto row = std::ranges::find(registry.observations, term, &TermRow<ObservationTerm>::name);
  return row != registry.observations.end() && row->scales ? &*row->scales : nullptr;
}

// An observation, or a part of one, with its noise scaled by `strength`; sets `found` if there is noise.
ConfigNode with_noise(const ConfigNode& node, const TaskRegistry& registry, double strength, bool& found) {
  if (node.is_list()) {
    ConfigNode list = ConfigNode::list();
    for (const ConfigNode& item : node.items()) list.append(with_noise(item, registry, strength, found));
    return list;
  }
  if (!node.is_map()) return node;
  ConfigNode map = ConfigNode::map();
  for (const auto& [key, value] : node.entries()) {
    ConfigNode inner = with_noise(value, registry, strength, found);
    const std::vector<DisturbanceScale>* scales = scales_of_noise(key, registry);
    if (scales && inner.is_map() && node.entries().size() == 1) {  // {noise: {of: …, uniform: …}}
      found = true;
      inner = scaled(inner, *scales, strength);
    }
    map.set(key, std::move(inner));
  }
  return map;
}

ConfigNode with_observations(const ConfigNode& sensors, const TaskRegistry& registry, const StrengthOf& strength_of) {
  const auto with = [&](double strength, bool& found) {
    ConfigNode result = ConfigNode::map();
    for (const auto& [name, sensor] : sensors.entries())  // a map is a camera
      result.set(name, sensor.is_list() ? with_noise(sensor, registry, strength, found) : sensor);
    return result;
  };
  bool found = false;
  with(1, found);
  const double strength = found ? strength_of("observation noise") : 1;
  return strength == 1 ? sensors : with(strength, found);
}

ConfigNode scaled_delay(const ConfigNode& delay, const StrengthOf& strength_of) {
  auto profile = read_config<LatencyProfile>(delay);
  const auto scale = [&](DelayDistribution& distribution, const char* name) {
    if (distribution.longest() == 0) return;
    const double strength = strength_of(name);
    for (double& seconds : distribution.quantiles) seconds *= strength;
  };
  scale(profile.observation, "delay of observations");
  scale(profile.action, "delay of actions");
  if (profile.loss > 0) profile.loss *= strength_of("lost actions");
  return write_config(profile);
}

ConfigNode changed(ConfigNode task, const TaskRegistry& registry, const StrengthOf& strength_of) {
  if (task.find("env")) return task;
  if (const ConfigNode* list = task.find("randomize"))
    task.set("randomize", with_randomizations(*list, registry, strength_of));
  if (const ConfigNode* sensors = task.find("observations"))
    task.set("observations", with_observations(*sensors, registry, strength_of));
  if (const ConfigNode* delay = task.find("delay")) task.set("delay", scaled_delay(*delay, strength_of));
  return task;
}

}  // namespace

std::vector<std::string> disturbances_of(const ConfigNode& task, const TaskRegistry& registry) {
  std::vector<std::string> names;
  changed(task, registry, [&](const std::string& name) {
    names.push_back(name);
    return 1;
  });
  return names;
}

ConfigNode with_strengths(const ConfigNode& task, const std::vector<double>& strengths, const TaskRegistry& registry) {
  size_t next = 0;
  return changed(task, registry, [&](const std::string&) {
    assert(next < strengths.size());
    return strengths[next++];
  });
}

}  // namespace sinew
