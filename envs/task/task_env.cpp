#include "envs/task/task_env.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/error.h"
#include "sim/camera/camera.h"

namespace sinew {
namespace {

// The motor input before the first action: 0, or the nearest value in range; the first of discrete choices.
std::vector<double> rest_of(const ActionSpec& actions) {
  std::vector<double> rest;
  for (const ActionPart& part : actions.parts)
    for (size_t i = 0; i < static_cast<size_t>(part.size()); ++i)
      rest.push_back(part.is_discrete() ? 0 : std::clamp(0.0, part.low[i], part.high[i]));
  return rest;
}

}  // namespace

TaskEnv::TaskEnv(std::string name, const TaskConfig& config, std::shared_ptr<const Model> model,
                 const TaskRegistry& registry, std::shared_ptr<RenderPool> pool)
    : spec_{{}, std::move(name), config.time_limit, {}},
      frame_skip_(config.frame_skip),
      state_{.sim = Simulation(model), .dt = config.frame_skip * model->timestep()},
      terms_(config, registry, spec_, state_, std::move(pool)),
      driven_(terms_.actions, *model),
      before_step_(state_.sim.state()) {
  spec_.actions.rate = 1 / state_.dt;
  state_.action.resize(static_cast<size_t>(spec_.actions.size()));
  state_.previous_action.resize(state_.action.size());
  state_.encoder_offset.resize(static_cast<size_t>(state_.sim.model().nq()));
  rewards_.resize(terms_.rewards.size());
  for (const SensorSpec& sensor : spec_.sensors)
    observations_.emplace_back(sensor.is_image() ? 0 : static_cast<size_t>(sensor.size()));
  next_randomization_.resize(terms_.randomizations.size());
  for (const auto& randomization : terms_.randomizations)
    if (randomization.term->changes_model()) state_.sim.make_model_its_own();
  if (std::ranges::any_of(terms_.actions, [](const auto& action) { return action->has_controller(); }))
    controller_ = [this] {
      for (const auto& action : terms_.actions) action->control(state_);
    };
  if (config.delay) delay_.emplace(*config.delay, rest_of(spec_.actions), frame_skip_, timestep());
}

TaskEnv::~TaskEnv() = default;

void TaskEnv::reset(Rng& rng) {
  clear_episode();
  state_.exact = false;
  randomize_at_reset(rng);
  for (const auto& term : terms_.resets) term->apply(state_, rng);
  begin_episode(rng);
}

void TaskEnv::reset_to(const ExactStart& start, Rng& rng) {
  Simulation& sim = state_.sim;
  const std::tuple<const char*, std::span<const double>, std::span<double>> parts[] = {
      {"qpos", start.qpos, sim.qpos()},      {"qvel", start.qvel, sim.qvel()},
      {"act", start.act, sim.act()},         {"ctrl", start.ctrl, sim.ctrl()},
      {"mpos", start.mpos, sim.mocap_pos()}, {"mquat", start.mquat, sim.mocap_quat()}};
  for (const auto& [name, given, own] : parts)
    if (!given.empty() && given.size() != own.size())
      fail("{} has {} numbers; the model has {}", name, given.size(), own.size());
  clear_episode();
  state_.exact = true;
  std::ranges::fill(next_randomization_, std::numeric_limits<double>::infinity());
  if (start.keyframe >= 0) sim.set_keyframe(start.keyframe);
  for (const auto& [name, given, own] : parts) std::ranges::copy(given, own.begin());
  begin_episode(rng);
}

void TaskEnv::reset_to(std::span<const double> qpos, std::span<const double> qvel, Rng& rng) {
  ExactStart start;
  start.qpos.assign(qpos.begin(), qpos.end());
  start.qvel.assign(qvel.begin(), qvel.end());
  reset_to(start, rng);
}

void TaskEnv::clear_episode() {
  state_.elapsed = 0;
  state_.terminated = state_.success = false;
  std::ranges::fill(rewards_, 0.0);
  std::ranges::fill(state_.action, 0.0);
  std::ranges::fill(state_.previous_action, 0.0);
  std::ranges::fill(state_.encoder_offset, 0.0);
  state_.sim.reset();
  if (delay_) delay_->begin_episode();
}

void TaskEnv::begin_episode(Rng& rng) {
  state_.sim.forward();
  // Before the terms begin: their memory of the first state may depend on a command.
  for (size_t i = 0; i < terms_.commands.size(); ++i)
    terms_.commands[i].term->sample(state_, rng, state_.commands[i].value);
  terms_.for_each([this](Term& term) { term.begin_episode(state_); });
  update_signals(rng);
  update_observations(rng);
}

StepResult TaskEnv::step(std::span<const double> action, Rng& rng) {
  if (delay_ && !state_.exact) {
    run_late(action, rng);
  } else {
    begin_step(action, rng);
    advance(frame_skip_);
  }
  return end_step(rng);
}

void TaskEnv::begin_step(std::span<const double> action, Rng& rng) {
  say(action);
  prepare_step(state_.action, rng);
}

void TaskEnv::obey_all() {
  for (const auto& term : terms_.actions) term->obey_all();
}

void TaskEnv::apply(std::span<const double> action) {
  std::ranges::copy(action, state_.action.begin());
  drive(state_.action);
}

// Runs the physics of an env step in which the motors follow the actions that have arrived.
void TaskEnv::run_late(std::span<const double> action, Rng& rng) {
  say(action);
  delay_->send(action, rng);
  prepare_step(delay_->in_force(), rng);
  while (steps_done_ < frame_skip_) {
    const int steps = std::min(frame_skip_ - steps_done_, delay_->steps_to_next());
    const bool takes_over = steps == delay_->steps_to_next();
    if (!advance(steps)) return;
    delay_->pass(steps);
    if (takes_over && steps_done_ < frame_skip_) drive(delay_->in_force());  // else the next step begins with it
  }
}

// Records the policy's action, for the terms that read it.
void TaskEnv::say(std::span<const double> action) {
  std::swap(state_.action, state_.previous_action);
  std::ranges::copy(action, state_.action.begin());
}

// Sets the action that the motors follow.
void TaskEnv::drive(std::span<const double> action) {
  for (size_t i = 0, first = 0; i < terms_.actions.size(); first += spec_.actions.parts[i++].size())
    terms_.actions[i]->begin_step(action.subspan(first, static_cast<size_t>(spec_.actions.parts[i].size())), state_);
}

void TaskEnv::prepare_step(std::span<const double> in_force, Rng& rng) {
  steps_done_ = 0;
  diverged_ = false;
  drive(in_force);
  randomize_when_due(rng);
  for (const auto& reward : terms_.rewards) reward.term->before_step(state_);
}

bool TaskEnv::advance(int physics_steps) {
  assert(physics_steps > 0 && physics_steps <= frame_skip_ - steps_done_);
  if (diverged_) return false;
  if (steps_done_ == 0 && physics_steps < frame_skip_) state_.sim.state(before_step_);
  if (run_physics(physics_steps)) {
    steps_done_ += physics_steps;
    return true;
  }
  diverged_ = true;
  if (steps_done_ > 0) state_.sim.go_to(before_step_);
  return false;
}

StepResult TaskEnv::end_step(Rng& rng) {
  if (diverged_) return fail_step();
  if (terms_.needs_external_forces) state_.sim.compute_external_forces();
  ++state_.elapsed;

  StepResult result;
  for (const auto& term : terms_.terminations) {
    const bool ended = term->ended(state_);
    result.terminated |= ended;
    result.success |= ended && term->is_success();
  }
  state_.terminated = result.terminated;
  state_.success = result.success;
  result.reward = sum_rewards();
  result.truncated = !result.terminated && spec_.time_limit > 0 && state_.elapsed >= spec_.time_limit;
  update_commands(rng);
  update_signals(rng);
  update_observations(rng);
  return result;
}

bool TaskEnv::run_physics(int steps) {
  return controller_ ? state_.sim.step(steps, controller_) : state_.sim.step(steps);
}

// Repeats the simulation's computation at the start of an episode, or in the last piece of a step and its end.
void TaskEnv::redo_physics(int steps) {
  if (steps == 0)
    state_.sim.forward();
  else if (run_physics(steps) && terms_.needs_external_forces)
    state_.sim.compute_external_forces();
}

double TaskEnv::sum_rewards() {
  double sum = 0;
  for (size_t i = 0; i < rewards_.size(); ++i) {
    rewards_[i] = terms_.rewards[i].weight * terms_.rewards[i].term->value(state_);
    sum += rewards_[i];
    if (!(std::abs(sum) <= std::numeric_limits<float>::max())) [[unlikely]]  // or a NaN
      fail("the reward '{}' (term {}) of the task '{}' is {} in step {} of an episode; it must be finite as a float",
           spec_.reward_terms[i], terms_.rewards[i].kind, spec_.name, rewards_[i], state_.elapsed);
  }
  return sum;
}

StepResult TaskEnv::fail_step() {
  std::ranges::fill(rewards_, 0.0);
  return StepResult::failure();
}

void TaskEnv::randomize_at_reset(Rng& rng) {
  bool model_changed = false;
  for (size_t i = 0; i < terms_.randomizations.size(); ++i) {
    const auto& [term, interval] = terms_.randomizations[i];
    if (term->at_every_state()) continue;
    if (interval) {
      next_randomization_[i] = rng.uniform(interval->low, interval->high);
    } else {
      term->apply(state_, rng);
      model_changed |= term->changes_model();
    }
  }
  if (model_changed) state_.sim.parameters_changed();
}

void TaskEnv::randomize_when_due(Rng& rng) {
  const double now = state_.elapsed * state_.dt;
  for (size_t i = 0; i < terms_.randomizations.size(); ++i) {
    const auto& [term, interval] = terms_.randomizations[i];
    if (!interval || now < next_randomization_[i]) continue;
    next_randomization_[i] = now + rng.uniform(interval->low, interval->high);
    term->apply(state_, rng);
    if (term->changes_model()) state_.sim.parameters_changed();
  }
}

void TaskEnv::update_commands(Rng& rng) {
  for (size_t i = 0; i < terms_.commands.size(); ++i) {
    const double period = terms_.commands[i].resample;
    if (period <= 0) continue;
    const int steps = std::max(1, static_cast<int>(std::lround(period / state_.dt)));
    if (state_.elapsed % steps == 0) terms_.commands[i].term->sample(state_, rng, state_.commands[i].value);
  }
}

void TaskEnv::update_signals(Rng& rng) {
  for (const auto& randomization : terms_.randomizations)
    if (randomization.term->at_every_state()) randomization.term->apply(state_, rng);
}

void TaskEnv::update_observations(Rng& rng) {
  for (size_t sensor = 0; sensor < observations_.size(); ++sensor) {
    double* next = observations_[sensor].data();
    for (const auto& term : terms_.observations[sensor]) {
      term->observe(state_, rng, next);
      next += term->size();
    }
  }
}

// The image is taken on request: the simulation is still as the step or reset left it.
void TaskEnv::observe_image(int index, std::span<uint8_t> frame) {
  terms_.cameras[static_cast<size_t>(index)]->take(state_.sim, frame);
}

bool TaskEnv::render(int height, int width, std::span<uint8_t> pixels) {
  if (!renderer_ || renderer_->height() != height || renderer_->width() != width) {
    renderer_.reset();  // releases its context first
    renderer_ = std::make_unique<Renderer>(state_.sim.shared_model(), RenderOptions{.height = height, .width = width});
  }
  renderer_->render(state_.sim, pixels);
  return true;
}

void TaskEnv::visit_state(StateArchive& archive) {
  archive("task", state_);
  archive("terms", terms_);
  archive("reward_terms", std::span(rewards_));
  for (size_t i = 0; i < observations_.size(); ++i)
    archive("observation " + std::to_string(i), std::span(observations_[i]));
  archive("next_randomization", std::span(next_randomization_));
  if (delay_) archive("delay", *delay_);
  // Repeats the last call of the physics, with the controller, its targets and the encoder errors restored above.
  state_.sim.visit_state(archive, [this](int steps) { redo_physics(steps); });
}

}  // namespace sinew
