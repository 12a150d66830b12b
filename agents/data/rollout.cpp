#include "agents/data/rollout.h"

#include <algorithm>

#include "core/error.h"
#include "core/state_archive.h"
#include "envs/not_finite.h"
#include "nets/tape/not_finite.h"

namespace sinew {

Rollout::Rollout(int envs, int steps, const InterfaceSpec& spec, int sequence_length, int state_size)
    : n_envs(envs),
      n_steps(steps),
      observation_size(spec.observation_size()),
      action_size(spec.actions.size()),
      frames(spec, envs, steps),
      seq_len(sequence_length) {
  const size_t n = static_cast<size_t>(rows());
  observations.resize(n * observation_size);
  actions.resize(n * action_size);
  for (std::vector<float>* column : {&log_probs, &rewards, &values, &advantages, &returns}) column->resize(n);
  terminated.resize(n);
  truncated.resize(n);
  if (state_size > 0) starts.resize(n);
  states.resize(static_cast<size_t>(sequences()) * state_size);
  cuts.resize(n_envs);
  next_values.resize(n_envs);
}

RolloutCollector::RolloutCollector(VecEnv& envs, const ActorCritic& networks, ThreadPool& pool, const Rng& stream)
    : envs_(envs),
      networks_(networks),
      policy_(networks.policy),
      pool_(pool),
      state_(static_cast<size_t>(envs.size()) * networks.state_size()),
      reset_mask_(envs.size(), 1) {
  for (int i = 0; i < envs.size(); ++i) action_streams_.push_back(stream.split("action", i));
  for (int i = 0; i < pool.size(); ++i) runners_.push_back(std::make_unique<ActorCriticRunner>(networks));
}

void RolloutCollector::visit_state(StateArchive& archive) {
  archive("action_streams", std::span(action_streams_));
  archive("state", std::span(state_));
  archive("reset_mask", std::span(reset_mask_));
}

void RolloutCollector::collect(Rollout& rollout) {
  const int workers = std::min(pool_.size(), envs_.size());
  pool_.parallel_for(workers, [&](int worker) {
    run_range(rollout, worker, envs_.size() * worker / workers, envs_.size() * (worker + 1) / workers);
  });
  pool_.parallel_for(envs_.size(), [&](int env) { compute_values(rollout, env); });
}

std::span<const float> RolloutCollector::state_of(int env) const {
  const size_t size = networks_.state_size();
  return {state_.data() + env * size, size};
}

// Stores the memory before a step, for a policy with memory.
void RolloutCollector::store_memory(Rollout& rollout, int env, int step) const {
  const size_t row = static_cast<size_t>(env) * rollout.n_steps + step;
  rollout.starts[row] = reset_mask_[env];
  if (step % rollout.seq_len == 0)
    std::ranges::copy(state_of(env), rollout.states.begin() + row / rollout.seq_len * networks_.state_size());
}

void RolloutCollector::run_range(Rollout& rollout, int worker, int first, int last) {
  const size_t rows = last - first, width = rollout.observation_size, action_width = rollout.action_size;
  const size_t state_width = networks_.state_size();
  // A trunk shared by actor and critic runs once for both; a memory advances step by step.
  const bool with_values = networks_.shares_parameters() || state_width > 0;
  std::vector<float> raw(rows * action_width), log_prob(rows), commands(rows * action_width),
      values(with_values ? rows : 0);
  const std::span<float> state(state_.data() + first * state_width, rows * state_width);
  const std::span<uint8_t> reset_mask(reset_mask_.data() + first, rows);
  const std::span<Rng> rngs(action_streams_.data() + first, rows);
  for (int i = first; i < last; ++i) rollout.cuts[i].clear();
  for (int step = 0; step < rollout.n_steps; ++step) {
    const ObservationRows observations = envs_.rows(first, static_cast<int>(rows));
    if (state_width > 0)
      for (int env = first; env < last; ++env) store_memory(rollout, env, step);
    runners_[worker]->sample(observations, state, reset_mask, rngs, {raw, log_prob, values}, commands);
    for (size_t r = 0; r < rows; ++r) {
      const int env = first + static_cast<int>(r);
      const size_t row = static_cast<size_t>(env) * rollout.n_steps + step;
      std::copy_n(observations.numbers + r * width, width, rollout.observations.begin() + row * width);
      rollout.frames.add(env, step, observations.images + r * policy_.image_size(), envs_.episode_length(env));
      std::copy_n(&raw[r * action_width], action_width, &rollout.actions[row * action_width]);
      rollout.log_probs[row] = log_prob[r];
      if (with_values) rollout.values[row] = values[r];
    }
    try {
      envs_.step_range(first, last, commands.data());
    } catch (const Error&) {
      explain_failure(first, commands, state);
    }
    for (size_t r = 0; r < rows; ++r) {
      const size_t env = first + r, row = env * rollout.n_steps + step;
      rollout.rewards[row] = envs_.rewards()[env];
      rollout.terminated[row] = envs_.terminated()[env];
      rollout.truncated[row] = envs_.truncated()[env];
      reset_mask[r] = rollout.terminated[row] || rollout.truncated[row];
      if (rollout.truncated[row] && !rollout.terminated[row]) {
        const ObservationRows final = envs_.final_row(static_cast<int>(env));
        rollout.cuts[env].push_back({static_cast<int>(row),
                                     {final.numbers, final.numbers + width},
                                     0,
                                     {final.images, final.images + policy_.image_size()},
                                     {state.begin() + r * state_width, state.begin() + (r + 1) * state_width}});
      }
    }
  }
}

// Called in the handler of an env's Error: where the policy's action caused it, says what is wrong with the policy. The
// rows are those of envs first, first + 1, …; `state`: their memory after the step.
void RolloutCollector::explain_failure(int first, std::span<const float> commands, std::span<const float> state) const {
  const auto bad = std::ranges::find_if_not(commands, fits_float);
  if (bad == commands.end()) throw;
  const size_t row = static_cast<size_t>(bad - commands.begin()) / policy_.action_size(),
               width = networks_.state_size();
  const int env = first + static_cast<int>(row);
  throw Error(fmt::format("learning has diverged: the policy's action for env {} is not finite: {}", env,
                          find_culprit(env, state.subspan(row * width, width)).value_or("the distribution drew it")),
              Error::Fault::system);
}

// The memory is looked at last, since a wrong weight spoils it as well.
std::optional<std::string> RolloutCollector::find_culprit(int env, std::span<const float> state) const {
  Tape tape;
  policy_.actor()(policy_.observe(tape, envs_.rows(env, 1)));
  std::optional<std::string> culprit = find_not_finite(tape);
  if (culprit || state.empty()) return culprit;
  tape.rewind();
  Sequence step(tape.view({1, static_cast<int>(state.size())}, state.data(), "memory"), {});
  policy_.actor()(policy_.observe(tape, envs_.rows(env, 1)), step);
  return find_not_finite(tape);
}

// Computes the missing values: of all steps of an env, in pieces that fit the cache, and of the observations that
// follow.
void RolloutCollector::compute_values(Rollout& rollout, int env) {
  ActorCriticRunner runner(networks_);
  if (!networks_.shares_parameters() && networks_.state_size() == 0) {
    const size_t n = rollout.n_steps, width = rollout.observation_size, image_size = policy_.image_size();
    const size_t piece = image_size > 0 ? 32 : 256;
    std::vector<uint8_t> images(piece * image_size);
    for (size_t begin = 0; begin < n; begin += piece) {
      const size_t rows = std::min(piece, n - begin), row = env * n + begin;
      for (size_t i = 0; i < rows; ++i)
        rollout.frames.copy_row(static_cast<int>(row + i), images.data() + i * image_size);
      runner.values({static_cast<int>(rows), rollout.observations.data() + row * width, images.data()},
                    {&rollout.values[row], rows});
    }
  }
  for (Rollout::Cut& cut : rollout.cuts[env])
    cut.value = runner.value({1, cut.observation.data(), cut.images.data()}, cut.state, false);
  rollout.next_values[env] = runner.value(envs_.rows(env, 1), state_of(env), reset_mask_[env]);
}

void update_image_normalizers(Policy& policy, const FrameStore& frames, int rows) {
  if (!policy.normalizes_images()) return;
  constexpr int piece = 32;
  const size_t size = static_cast<size_t>(policy.image_size());
  std::vector<uint8_t> images(piece * size);
  for (int begin = 0; begin < rows; begin += piece) {
    const int together = std::min(piece, rows - begin);
    for (int i = 0; i < together; ++i) frames.copy_row(begin + i, images.data() + static_cast<size_t>(i) * size);
    policy.update_image_normalizers({.rows = together, .images = images.data()});
  }
}

void compute_gae(Rollout& rollout, double gamma, double gae_lambda) {
  for (int env = 0; env < rollout.n_envs; ++env) {
    const int begin = env * rollout.n_steps;
    auto cut = rollout.cuts[env].rbegin();
    double advantage = 0, next_value = rollout.next_values[env];
    for (int row = begin + rollout.n_steps - 1; row >= begin; --row) {
      const bool done = rollout.terminated[row] || rollout.truncated[row];
      if (rollout.terminated[row])
        next_value = 0;
      else if (rollout.truncated[row])
        next_value = (cut++)->value;
      const double delta = rollout.rewards[row] + gamma * next_value - rollout.values[row];
      advantage = delta + (done ? 0 : gamma * gae_lambda * advantage);
      rollout.advantages[row] = static_cast<float>(advantage);
      rollout.returns[row] = static_cast<float>(advantage + rollout.values[row]);
      next_value = rollout.values[row];
    }
  }
}

}  // namespace sinew
