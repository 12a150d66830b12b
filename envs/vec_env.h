#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/observation.h"
#include "core/thread_pool.h"
#include "envs/env.h"
#include "envs/observer.h"

namespace sinew {

using EnvFactory = std::function<std::unique_ptr<Env>()>;

/// A finished episode.
struct EpisodeRecord {
  int64_t step = 0;  // total steps of this env when the episode ended
  int env = 0;
  double episode_return = 0;  // sum of rewards
  int length = 0;             // env steps
  bool terminated = false;    // else truncated
  bool success = false;       // where EnvSpec::has_success
  bool diverged = false;
  std::vector<double> reward_terms;  // sums, in the order of EnvSpec::reward_terms

  void visit_state(StateArchive& archive);
};

/// n envs stepped side by side, each with its own random stream: an env's trajectory depends only on the seed and its
/// actions, not on the threads or the other envs.
///
/// Auto-reset is explicit: when an env ends, its rows of `final_observations` and `final_images` hold the last
/// observation of the episode, and its rows of `observations` and `images` the first one of the next. The layout is
/// that of ObservationRows.
///
/// No output number is NaN or infinite: an env whose simulation diverged, or whose observation contains such a number,
/// is truncated with reward 0 and its last finite observation, and recorded as diverged. An action or a reward that is
/// not finite is an Error that names the env and the culprit; any Error that an env throws names the env, too. The envs
/// must not be used after an Error.
class VecEnv {
 public:
  VecEnv(const EnvFactory& factory, int n_envs, const Rng& stream);

  const EnvSpec& spec() const { return slots_[0].env->spec(); }
  int size() const { return static_cast<int>(slots_.size()); }
  Env& env(int i) { return *slots_[static_cast<size_t>(i)].env; }

  /// Starts a new episode in every env.
  void reset(ThreadPool& pool);
  /// Makes one step of every env; actions [n_envs, action size]. Each thread gets one run of neighbouring envs.
  void step(ThreadPool& pool, std::span<const float> actions);
  /// The same for only envs [first, last), on the calling thread; `actions` points to the row of env `first`. Disjoint
  /// ranges may be stepped by several threads, each at its own pace.
  void step_range(int first, int last, const float* actions);

  std::span<const float> observations() const { return observations_; }              // [n_envs, obs size]
  std::span<const float> final_observations() const { return final_observations_; }  // valid where done
  std::span<const uint8_t> images() const { return images_; }                        // [n_envs, image size]
  std::span<const uint8_t> final_images() const { return final_images_; }            // valid where done
  /// The current observations of envs first … first+rows-1, and the last one of the episode that env `i` ended.
  ObservationRows rows(int first, int rows) const;
  ObservationRows final_row(int i) const;
  /// Env steps since env `i` began its episode.
  int episode_length(int i) const { return slots_[static_cast<size_t>(i)].running.length; }
  std::span<const float> rewards() const { return rewards_; }
  std::span<const uint8_t> terminated() const { return terminated_; }
  std::span<const uint8_t> truncated() const { return truncated_; }

  /// The episodes that ended since the last call, ordered by (step, env).
  std::vector<EpisodeRecord> take_episodes();

  /// Saves the whole state between two steps, or restores it into as many envs made by the same factory: envs, random
  /// streams, running and finished episodes, and the outputs of the last step. The restored envs give the same bits
  /// from there on, and need no reset.
  void visit_state(StateArchive& archive);

 private:
  // The data of one env, on its own cache lines: another thread may step the neighbouring envs.
  struct alignas(64) Slot {
    std::unique_ptr<Env> env;
    Rng rng;
    int64_t steps = 0;
    EpisodeRecord running;
    std::vector<EpisodeRecord> finished;
    std::vector<double> action;  // one row in double
    Observer observer;
    explicit Slot(std::unique_ptr<Env> of) : env(std::move(of)), observer(env->spec()) {}

    void visit_state(StateArchive& archive);
  };

  void step_one(int index, const float* action);
  void start_episode(int index);
  bool observe(int index, bool first);  // false: not finite
  template <class Body>
  void for_ranges(ThreadPool& pool, Body&& body);

  std::vector<Slot> slots_;
  size_t action_size_, observation_size_, image_size_;
  std::vector<float> observations_, final_observations_, rewards_;
  std::vector<uint8_t> images_, final_images_, terminated_, truncated_;
};

}  // namespace sinew
