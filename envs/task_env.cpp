#include "envs/task_env.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "sim/camera.h"

namespace sinew {
namespace {

// The keys that every reward and termination entry has; the rest are its term's parameters.
struct TermEntry {
  std::string term;
  double weight = 1;
};

TermEntry read_entry(const ConfigNode& node) {
  TermEntry entry;
  ConfigReader reader(node);  // not finished: the term's own reading refuses unknown keys
  reader.required("term", entry.term);
  reader.optional("weight", entry.weight);
  return entry;
}

}  // namespace

TaskEnv::TaskEnv(std::string name, const TaskConfig& config, std::shared_ptr<const Model> model,
                 const TaskRegistry& registry)
    : sim_(std::move(model)), frame_skip_(config.frame_skip), dt_(config.frame_skip * sim_.model().timestep()) {
  spec_.name = std::move(name);
  spec_.time_limit = config.time_limit;
  spec_.actions.rate = 1 / dt_;
  choose_actuators(config.actions.actuators);
  for (const auto& [sensor, terms] : config.observations) add_sensor(sensor, terms, registry);
  for (const auto& [term_name, node] : config.reward) {
    const TermEntry entry = read_entry(node);
    const auto& row = find_row(registry.rewards, entry.term, *node.find("term"), "reward term");
    reward_.push_back({row.make({node, sim_.model(), registry}), entry.weight});
    spec_.reward_terms.push_back(term_name);
  }
  for (const auto& [reason, node] : config.terminate) {
    const TermEntry entry = read_entry(node);
    const auto& row = find_row(registry.terminations, entry.term, *node.find("term"), "termination term");
    terminations_.push_back(row.make({node, sim_.model(), registry}));
  }
  for (const ConfigNode& node : config.reset) {
    const auto& [term, parameters] = node.single_entry();
    const auto& row = find_row(registry.resets, term, node, "reset term");
    resets_.push_back(row.make({parameters, sim_.model(), registry}));
  }
  rewards_.resize(reward_.size());
}

TaskEnv::~TaskEnv() = default;

void TaskEnv::add_sensor(const std::string& name, const ConfigNode& terms, const TaskRegistry& registry) {
  SensorSpec sensor;
  sensor.name = name;
  Observations parts;
  for (const ConfigNode& node : terms.items()) {
    parts.push_back(make_observation(node, sim_.model(), registry));
    const ObservationTerm& term = *parts.back();
    sensor.labels.insert(sensor.labels.end(), term.labels().begin(), term.labels().end());
    sensor.units.insert(sensor.units.end(), term.units().begin(), term.units().end());
  }
  if (sensor.labels.empty()) throw terms.error(fmt::format("the sensor '{}' observes nothing", name));
  sensor.shape = {static_cast<int>(sensor.labels.size())};
  spec_.sensors.push_back(std::move(sensor));
  observations_.push_back(std::move(parts));
}

void TaskEnv::choose_actuators(const ConfigNode& node) {
  const Model& model = sim_.model();
  if (node.is_list()) {
    for (const ConfigNode& item : node.items()) {
      const int actuator = at_node(item, [&] { return model.find(Model::Element::actuator, item.text()); });
      if (std::find(actuators_.begin(), actuators_.end(), actuator) != actuators_.end())
        throw item.error(fmt::format("the actuator '{}' is named twice", item.text()));
      actuators_.push_back(actuator);
    }
  } else {
    check_choice(node, node.text(), {"all"});
    for (int i = 0; i < model.nu(); ++i) actuators_.push_back(i);
  }
  if (actuators_.empty()) throw node.error(fmt::format("there is no actuator to act on in '{}'", model.path()));
  ActionPart part;
  part.name = "actuators";
  for (const int actuator : actuators_) {
    const Model::Limits limits = model.control_limits(actuator);
    const std::string label = model.name(Model::Element::actuator, actuator);
    if (!limits.limited)
      throw node.error(
          fmt::format("the actuator '{}' has no limits; give it a ctrlrange in '{}'", label, model.path()));
    part.labels.push_back(label);
    part.low.push_back(limits.low);
    part.high.push_back(limits.high);
  }
  spec_.actions.parts.push_back(std::move(part));
}

void TaskEnv::reset(Rng& rng) {
  elapsed_ = 0;
  std::fill(rewards_.begin(), rewards_.end(), 0.0);
  sim_.reset();
  for (const auto& term : resets_) term->apply(sim_, rng);
  sim_.forward();
}

StepResult TaskEnv::step(std::span<const double> action, Rng&) {
  const std::span<double> ctrl = sim_.ctrl();
  bool finite = true;
  for (const double a : action) finite &= std::isfinite(a);
  if (!finite) return fail_step();
  for (size_t i = 0; i < action.size(); ++i) ctrl[static_cast<size_t>(actuators_[i])] = action[i];
  for (const Reward& reward : reward_) reward.term->before_step(sim_);
  if (!sim_.step(frame_skip_)) return fail_step();
  ++elapsed_;

  StepResult result;
  StepView view{sim_, action, dt_, false};
  for (const auto& term : terminations_) result.terminated |= term->ended(view);
  view.terminated = result.terminated;
  for (size_t i = 0; i < reward_.size(); ++i) {
    rewards_[i] = reward_[i].weight * reward_[i].term->value(view);
    result.reward += rewards_[i];
  }
  if (!std::isfinite(result.reward)) return fail_step();
  result.truncated = !result.terminated && spec_.time_limit > 0 && elapsed_ >= spec_.time_limit;
  return result;
}

StepResult TaskEnv::fail_step() {
  std::fill(rewards_.begin(), rewards_.end(), 0.0);
  return StepResult::failure();
}

void TaskEnv::observe(int index, std::span<double> out) const {
  double* next = out.data();
  for (const auto& term : observations_[static_cast<size_t>(index)]) {
    term->observe(sim_, next);
    next += term->size();
  }
}

bool TaskEnv::render(int height, int width, std::span<uint8_t> pixels) {
  if (!renderer_ || renderer_->height() != height || renderer_->width() != width) {
    renderer_.reset();  // its context goes first
    renderer_ = std::make_unique<Renderer>(sim_.shared_model(), RenderOptions{.height = height, .width = width});
  }
  renderer_->render(sim_, pixels);
  return true;
}

}  // namespace sinew
