#include "envs/task/task_terms.h"

#include <algorithm>

#include "envs/terms/element_selection.h"

namespace sinew {
namespace {

constexpr const char* command_keys[] = {"term", "resample"};
constexpr const char* reward_keys[] = {"term", "weight"};
constexpr const char* termination_keys[] = {"term"};
constexpr const char* randomization_keys[] = {"interval"};

const ConfigNode& no_parameters() {
  static const ConfigNode none = ConfigNode::map();
  return none;
}

// A list item `name`, or `name: parameters`.
std::pair<const std::string&, const ConfigNode&> item_of(const ConfigNode& node) {
  if (node.is_scalar()) return {node.text(), no_parameters()};
  const auto& [name, parameters] = node.single_entry();
  return {name, parameters};
}

const ConfigNode& term_key(const ConfigNode& entry) {
  const ConfigNode* term = entry.find("term");
  if (!term) throw entry.error("the key 'term' is missing: it names what is computed");
  return *term;
}

double number_or(const ConfigNode& entry, const char* key, double otherwise, const Range& range = {}) {
  const ConfigNode* node = entry.find(key);
  if (!node) return otherwise;
  check_range(*node, node->number(), range);
  return node->number();
}

std::vector<double> default_pose_of(const TaskConfig::DefaultPose& config, const Model& model) {
  std::vector<double> pose(static_cast<size_t>(model.nq()));
  for (int i = 0; i < model.nq(); ++i) pose[static_cast<size_t>(i)] = model.qpos0(i);
  if (!config.keyframe.empty()) {
    const auto qpos = model.keyframe_qpos(model.find(Model::Element::keyframe, config.keyframe));
    pose.assign(qpos.begin(), qpos.end());
  }
  std::vector<std::string> keys;
  for (const auto& entry : config.joints) keys.push_back(entry.first);
  for (const auto& [joint, key] : joints_of_keys(keys, model))
    pose[static_cast<size_t>(model.qpos_address(joint))] = config.joints[key].second;
  return pose;
}

}  // namespace

std::unique_ptr<ObservationTerm> make_observation(const ConfigNode& node, const TermSource& source) {
  const auto [name, parameters] = item_of(node);
  const TermSource inner{parameters,          {},
                         source.model,        source.registry,
                         source.default_pose, source.commands,
                         source.actions,      source.needs_external_forces};
  return find_row(source.registry.observations, name, node, "observation term").make(inner);
}

namespace {

// Makes the terms of one task.
class Maker {
 public:
  Maker(TaskTerms& terms, const TaskRegistry& registry, EnvSpec& spec, TaskState& state,
        std::shared_ptr<RenderPool> pool)
      : terms_(terms), registry_(registry), spec_(spec), state_(state), pool_(std::move(pool)) {}

  void add_command(const std::string& name, const ConfigNode& node) {
    const ConfigNode& kind = term_key(node);
    const auto& row = find_row(registry_.commands, kind.text(), kind, "command term");
    auto term = row.make(source(node, command_keys));
    state_.commands.push_back({name, term->labels(), term->units(), std::vector<double>(term->labels().size())});
    terms_.commands.push_back({std::move(term), number_or(node, "resample", 0, at_least(0))});
  }

  void add_action(const std::string& name, const ConfigNode& parameters) {
    const auto& row = find_row(registry_.actions, name, parameters, "action term");
    auto term = row.make(source(parameters));
    for (const ActionPart& other : spec_.actions.parts)
      for (const std::string& label : term->part().labels)
        if (std::ranges::find(other.labels, label) != other.labels.end())
          throw parameters.error(fmt::format("'{}' is driven twice", label));
    spec_.actions.parts.push_back(term->part());
    terms_.actions.push_back(std::move(term));
  }

  // A map is a camera, a list the terms of numbers.
  void add_sensor(const std::string& name, const ConfigNode& node) {
    auto& terms = terms_.observations.emplace_back();
    auto& camera = terms_.cameras.emplace_back();
    if (node.is_map()) {
      camera = std::make_unique<CameraSensor>(name, node, state_.sim.shared_model(), pool_, next_view_);
      spec_.sensors.push_back(camera->spec());
    } else {
      add_numbers(name, node, terms);
    }
  }

  void add_numbers(const std::string& name, const ConfigNode& list,
                   std::vector<std::unique_ptr<ObservationTerm>>& parts) {
    SensorSpec sensor;
    sensor.name = name;
    for (const ConfigNode& node : list.items_or_one()) {
      parts.push_back(make_observation(node, source(node)));
      const ObservationTerm& term = *parts.back();
      sensor.labels.insert(sensor.labels.end(), term.labels().begin(), term.labels().end());
      sensor.units.insert(sensor.units.end(), term.units().begin(), term.units().end());
    }
    if (sensor.labels.empty()) throw list.error(fmt::format("the sensor '{}' observes nothing", name));
    sensor.shape = {static_cast<int>(sensor.labels.size())};
    spec_.sensors.push_back(std::move(sensor));
  }

  void add_reward(const std::string& name, const ConfigNode& node) {
    const ConfigNode& kind = term_key(node);
    const auto& row = find_row(registry_.rewards, kind.text(), kind, "reward term");
    terms_.rewards.push_back({row.name, row.make(source(node, reward_keys)), number_or(node, "weight", 1)});
    spec_.reward_terms.push_back(name);
  }

  void add_termination(const ConfigNode& node) {
    const ConfigNode& kind = term_key(node);
    const auto& row = find_row(registry_.terminations, kind.text(), kind, "termination term");
    terms_.terminations.push_back(row.make(source(node, termination_keys)));
    spec_.has_success |= terms_.terminations.back()->is_success();
  }

  void add_reset(const ConfigNode& node) {
    const auto [name, parameters] = item_of(node);
    terms_.resets.push_back(find_row(registry_.resets, name, node, "reset term").make(source(parameters)));
  }

  void add_randomization(const ConfigNode& node) {
    const auto [name, all] = item_of(node);
    const auto& row = find_row(registry_.randomizations, name, node, "randomization term");
    std::optional<TaskTerms::Interval> interval;
    if (const ConfigNode* seconds = all.find("interval")) {
      std::vector<double> bounds;
      read_value(*seconds, bounds);
      if (bounds.size() != 2 || bounds[0] <= 0 || bounds[1] < bounds[0])
        throw seconds->error("an interval is two numbers of seconds, [shortest, longest], above 0");
      interval = {bounds[0], bounds[1]};
    }
    terms_.randomizations.push_back({row.make(source(all, randomization_keys)), interval});
    if (interval && terms_.randomizations.back().term->at_every_state())
      throw all.find("interval")->error(fmt::format("'{}' follows every step; it takes no interval", name));
  }

 private:
  TermSource source(const ConfigNode& node, std::span<const char* const> others = {}) {
    return {node,
            others,
            state_.sim.model(),
            registry_,
            terms_.default_pose,
            state_.commands,
            spec_.actions,
            terms_.needs_external_forces};
  }

  TaskTerms& terms_;
  const TaskRegistry& registry_;
  EnvSpec& spec_;
  TaskState& state_;
  std::shared_ptr<RenderPool> pool_;
  size_t next_view_ = 0;
};

}  // namespace

TaskTerms::TaskTerms(const TaskConfig& config, const TaskRegistry& registry, EnvSpec& spec, TaskState& state,
                     std::shared_ptr<RenderPool> pool)
    : default_pose(
          with_context("default_pose", [&] { return default_pose_of(config.default_pose, state.sim.model()); })) {
  Maker maker(*this, registry, spec, state, std::move(pool));
  for (const auto& [name, node] : config.commands) maker.add_command(name, node);
  for (const auto& [name, node] : config.actions) maker.add_action(name, node);
  for (const auto& [name, node] : config.observations) maker.add_sensor(name, node);
  for (const auto& [name, node] : config.reward) maker.add_reward(name, node);
  for (const auto& [name, node] : config.terminate) maker.add_termination(node);
  for (const ConfigNode& node : config.reset) maker.add_reset(node);
  for (const ConfigNode& node : config.randomize) maker.add_randomization(node);
}

void TaskTerms::visit_state(StateArchive& archive) {
  int index = 0;
  for_each([&](Term& term) { archive(std::to_string(index++), term); });
}

}  // namespace sinew
