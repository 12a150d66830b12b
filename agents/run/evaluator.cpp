#include "agents/run/evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "envs/not_finite.h"

namespace sinew {

double Evaluation::mean_reward() const {
  double total = 0;
  for (const Episode& episode : episodes) total += episode.reward;
  return episodes.empty() ? 0 : total / static_cast<double>(episodes.size());
}

double Evaluation::std_reward() const {
  const double mean = mean_reward();
  double total = 0;
  for (const Episode& episode : episodes) total += (episode.reward - mean) * (episode.reward - mean);
  return episodes.empty() ? 0 : std::sqrt(total / static_cast<double>(episodes.size()));
}

double Evaluation::std_error() const {
  return episodes.size() < 2 ? std::numeric_limits<double>::quiet_NaN()
                             : std_reward() / std::sqrt(static_cast<double>(episodes.size() - 1));
}

double Evaluation::mean_ep_length() const {
  double total = 0;
  for (const Episode& episode : episodes) total += episode.length;
  return episodes.empty() ? 0 : total / static_cast<double>(episodes.size());
}

double Evaluation::success_rate() const {
  double total = 0;
  for (const Episode& episode : episodes) total += episode.success;
  return episodes.empty() ? 0 : total / static_cast<double>(episodes.size());
}

namespace {

// Checks that the controller has all sensors of the task, in its order.
void check_fits(const Controller& controller, const EnvSpec& task) {
  const std::string text = first_difference(with_missing_names(controller.spec(), task), task, "this task");
  if (!text.empty()) fail("the controller does not fit the task '{}': {}", task.name, text);
}

}  // namespace

Evaluator::Evaluator(const EnvFactory& factory, ThreadPool& pool) : pool_(pool) {
  for (int i = 0; i < pool.size(); ++i) envs_.push_back(factory());
}

Evaluation Evaluator::run(const ControllerFactory& controllers, int n_episodes, const Rng& stream,
                          const std::atomic<bool>* stop) {
  Evaluation evaluation;
  const auto stopped = [stop] { return stop && stop->load(std::memory_order_relaxed); };
  StepObserver go_on;
  if (stop) go_on = [&stopped](Env&, const StepResult&) { return !stopped(); };
  evaluation.episodes.resize(n_episodes);
  pool_.parallel_for(pool_.size(), [&](int worker) {
    const std::unique_ptr<Controller> controller = controllers();
    check_fits(*controller, envs_[worker]->spec());
    for (int i = worker; i < n_episodes && !stopped(); i += pool_.size())
      evaluation.episodes[i] = with_context(fmt::format("episode {} of an evaluation", i), [&] {
        return run_in(*envs_[worker], *controller, stream.split("episode", i), go_on);
      });
  });
  return evaluation;
}

Evaluation::Episode Evaluator::run_episode(Controller& controller, Rng stream, const StepObserver& observer,
                                           const ActionObserver& before_action) {
  check_fits(controller, envs_[0]->spec());
  return run_in(*envs_[0], controller, stream, observer, before_action);
}

Evaluation::Episode Evaluator::run_in(Env& env, Controller& controller, Rng stream, const StepObserver& watch,
                                      const ActionObserver& before_action) {
  const InterfaceSpec& spec = controller.spec();
  auto* const sees_env = dynamic_cast<EnvController*>(&controller);
  Observer observer(env.spec());
  std::vector<double> command(spec.actions.size());
  std::vector<float> numbers(spec.observation_size()), action(command.size()), state(controller.state_size());
  std::vector<uint8_t> images(spec.image_size());
  uint8_t reset_mask = 1;
  Evaluation::Episode episode;
  episode.reward_terms.resize(env.spec().reward_terms.size());
  env.reset(stream);
  while (true) {
    if (!observer.observe(env, episode.length == 0, numbers, images)) {
      episode.diverged = true;
      return episode;
    }
    const ObservationRows row{1, numbers.data(), images.data()};
    if (before_action) before_action(row, state, reset_mask);
    if (sees_env) sees_env->look_at(env);
    controller.act(row, state, {&reset_mask, 1}, action);
    reset_mask = 0;
    ++episode.length;
    if (!std::ranges::all_of(action, fits_float)) fail_action(env.spec().actions, action, episode.length);
    std::ranges::copy(action, command.begin());
    StepResult result = env.step(command, stream);
    if (result.diverged)
      result = StepResult::failure();
    else if (!fits_float(result.reward))
      fail_reward(env, result.reward, episode.length);
    episode.reward += result.reward;
    episode.success |= result.success;
    if (!result.diverged)
      for (size_t i = 0; i < episode.reward_terms.size(); ++i) episode.reward_terms[i] += env.reward_terms()[i];
    const bool go_on = !watch || watch(env, result);
    const bool endless = env.spec().time_limit == 0 && episode.length >= most_steps_without_limit;
    if (result.terminated || result.truncated || !go_on || endless) {
      episode.terminated = result.terminated;
      episode.diverged = result.diverged;
      return episode;
    }
  }
}

}  // namespace sinew
