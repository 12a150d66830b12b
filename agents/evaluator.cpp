#include "agents/evaluator.h"

#include <algorithm>
#include <cmath>

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

Evaluator::Evaluator(const EnvFactory& factory, ThreadPool& pool) : pool_(pool) {
  for (int i = 0; i < pool.size(); ++i) envs_.push_back(factory());
}

Evaluation Evaluator::run(const Policy& policy, int n_episodes, const Rng& stream, const std::atomic<bool>* stop) {
  Evaluation evaluation;
  const auto stopped = [stop] { return stop && stop->load(std::memory_order_relaxed); };
  StepObserver go_on;
  if (stop) go_on = [&stopped](Env&, const StepResult&) { return !stopped(); };
  evaluation.episodes.resize(n_episodes);
  pool_.parallel_for(pool_.size(), [&](int worker) {
    PolicyRunner runner(policy);
    for (int i = worker; i < n_episodes && !stopped(); i += pool_.size())
      evaluation.episodes[i] = with_context(fmt::format("episode {} of an evaluation", i), [&] {
        return run_in(*envs_[worker], runner, policy, stream.split("episode", i), go_on);
      });
  });
  return evaluation;
}

Evaluation::Episode Evaluator::run_episode(const Policy& policy, Rng stream, const StepObserver& observer,
                                           const ActionObserver& before_action) {
  PolicyRunner runner(policy);
  return run_in(*envs_[0], runner, policy, stream, observer, before_action);
}

Evaluation::Episode Evaluator::run_in(Env& env, PolicyRunner& runner, const Policy& policy, Rng stream,
                                      const StepObserver& watch, const ActionObserver& before_action) {
  Observer observer(env.spec());
  std::vector<double> command(policy.action_size());
  std::vector<float> numbers(policy.observation_size()), action(command.size()), state(policy.state_size());
  std::vector<uint8_t> images(policy.image_size());
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
    runner.act(row, state, {&reset_mask, 1}, action);
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
