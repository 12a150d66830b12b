#include "envs/vec_env.h"

#include <algorithm>
#include <iterator>

#include "core/error.h"
#include "core/memory.h"
#include "envs/not_finite.h"

namespace sinew {
namespace {

// Runs body(); an Error that leaves it gets the env's name. No text is built without an Error.
template <class Body>
void in_env(int index, Body&& body) {
  try {
    body();
  } catch (Error& error) {
    error.add_context(fmt::format("env {}", index));
    throw;
  }
}

}  // namespace

VecEnv::VecEnv(const EnvFactory& factory, int n_envs, const Rng& stream) {
  if (n_envs < 1) fail("a vectorised env needs at least one env, not {}", n_envs);
  slots_.reserve(static_cast<size_t>(n_envs));
  for (size_t i = 0; i < static_cast<size_t>(n_envs); ++i) {
    slots_.emplace_back(factory()).rng = stream.split("env", i);
    if (i == 0)
      check_memory(fmt::format("the images of {} envs of '{}'", n_envs, spec().name),
                   2.0 * n_envs * spec().image_size());
  }
  action_size_ = static_cast<size_t>(spec().actions.size());
  observation_size_ = static_cast<size_t>(spec().observation_size());
  image_size_ = static_cast<size_t>(spec().image_size());
  for (Slot& slot : slots_) {
    slot.running.reward_terms.assign(spec().reward_terms.size(), 0.0);
    slot.action.resize(action_size_);
  }
  observations_.resize(slots_.size() * observation_size_);
  final_observations_.resize(slots_.size() * observation_size_);
  images_.resize(slots_.size() * image_size_);
  final_images_.resize(slots_.size() * image_size_);
  rewards_.resize(slots_.size());
  terminated_.resize(slots_.size());
  truncated_.resize(slots_.size());
}

// Calls body(first, last) once per thread, each with one contiguous range of envs.
template <class Body>
void VecEnv::for_ranges(ThreadPool& pool, Body&& body) {
  const int parts = std::min(pool.size(), size());
  pool.parallel_for(parts, [&](int part) { body(size() * part / parts, size() * (part + 1) / parts); });
}

void VecEnv::reset(ThreadPool& pool) {
  for_ranges(pool, [this](int first, int last) {
    for (int i = first; i < last; ++i) in_env(i, [&] { start_episode(i); });
  });
}

void VecEnv::step(ThreadPool& pool, std::span<const float> actions) {
  for_ranges(pool, [&](int first, int last) {
    step_range(first, last, actions.data() + static_cast<size_t>(first) * action_size_);
  });
}

void VecEnv::step_range(int first, int last, const float* actions) {
  for (int i = first; i < last; ++i, actions += action_size_) in_env(i, [&] { step_one(i, actions); });
}

void VecEnv::step_one(int index, const float* action) {
  const size_t i = static_cast<size_t>(index);
  Slot& slot = slots_[i];
  EpisodeRecord& running = slot.running;
  bool finite = true;
  for (size_t k = 0; k < action_size_; ++k) {
    slot.action[k] = action[k];
    finite &= fits_float(slot.action[k]);
  }
  if (!finite) [[unlikely]]
    fail_action(spec().actions, {action, action_size_}, running.length + 1);
  StepResult result = slot.env->step(slot.action, slot.rng);
  ++slot.steps;
  ++running.length;
  if (!result.diverged && !fits_float(result.reward)) [[unlikely]]
    fail_reward(*slot.env, result.reward, running.length);
  if (!result.diverged && observe(index, false)) [[likely]] {
    running.episode_return += result.reward;
    const std::span<const double> terms = slot.env->reward_terms();
    for (size_t k = 0; k < terms.size(); ++k) running.reward_terms[k] += terms[k];
  } else {  // the rows keep the last finite observation
    result = StepResult::failure();
  }
  rewards_[i] = static_cast<float>(result.reward);
  terminated_[i] = result.terminated;
  truncated_[i] = result.truncated;

  running.success |= result.success;
  if (result.terminated || result.truncated) {
    running.step = slot.steps;
    running.env = index;
    running.terminated = result.terminated;
    running.diverged = result.diverged;
    slot.finished.push_back(running);
    std::copy_n(observations_.data() + i * observation_size_, observation_size_,
                final_observations_.data() + i * observation_size_);
    std::copy_n(images_.data() + i * image_size_, image_size_, final_images_.data() + i * image_size_);
    start_episode(index);
  }
}

void VecEnv::start_episode(int index) {
  const size_t i = static_cast<size_t>(index);
  Slot& slot = slots_[i];
  slot.env->reset(slot.rng);
  slot.running.episode_return = 0;
  slot.running.length = 0;
  slot.running.success = false;
  std::fill(slot.running.reward_terms.begin(), slot.running.reward_terms.end(), 0.0);
  if (!observe(index, true)) fail("the first observation of an episode of '{}' is not finite", spec().name);
}

bool VecEnv::observe(int index, bool first) {
  const size_t i = static_cast<size_t>(index);
  return slots_[i].observer.observe(*slots_[i].env, first,
                                    std::span(observations_).subspan(i * observation_size_, observation_size_),
                                    std::span(images_).subspan(i * image_size_, image_size_));
}

ObservationRows VecEnv::rows(int first, int rows) const {
  return {rows, observations_.data() + static_cast<size_t>(first) * observation_size_,
          images_.data() + static_cast<size_t>(first) * image_size_};
}

ObservationRows VecEnv::final_row(int i) const {
  return {1, final_observations_.data() + static_cast<size_t>(i) * observation_size_,
          final_images_.data() + static_cast<size_t>(i) * image_size_};
}

std::vector<EpisodeRecord> VecEnv::take_episodes() {
  std::vector<EpisodeRecord> all;
  for (Slot& slot : slots_) {
    std::move(slot.finished.begin(), slot.finished.end(), std::back_inserter(all));
    slot.finished.clear();
  }
  std::sort(all.begin(), all.end(), [](const EpisodeRecord& a, const EpisodeRecord& b) {
    return a.step != b.step ? a.step < b.step : a.env < b.env;
  });
  return all;
}

void EpisodeRecord::visit_state(StateArchive& archive) {
  archive("step", step);
  archive("env", env);
  archive("episode_return", episode_return);
  archive("length", length);
  archive("terminated", terminated);
  archive("success", success);
  archive("diverged", diverged);
  archive("reward_terms", reward_terms);
}

void VecEnv::Slot::visit_state(StateArchive& archive) {
  archive("rng", rng);
  archive("steps", steps);
  const size_t terms = running.reward_terms.size();
  archive("running", running);
  archive("finished", finished);
  const auto fits = [&](const EpisodeRecord& episode) { return episode.reward_terms.size() == terms; };
  if (!fits(running) || !std::ranges::all_of(finished, fits))
    fail("the saved episodes have other reward terms than the {} of the task '{}'", terms, env->spec().name);
  archive("env", *env);
}

void VecEnv::visit_state(StateArchive& archive) {
  archive("envs", std::span(slots_));
  archive("observations", std::span(observations_));
  archive("final_observations", std::span(final_observations_));
  archive("images", std::span(images_));
  archive("final_images", std::span(final_images_));
  archive("rewards", std::span(rewards_));
  archive("terminated", std::span(terminated_));
  archive("truncated", std::span(truncated_));
}

}  // namespace sinew
