#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "core/controller.h"
#include "core/thread_pool.h"
#include "envs/vec_env.h"

namespace sinew {

/// Step limit of an episode in a task without a time limit, which might never end.
inline constexpr int most_steps_without_limit = 100'000;

/// Episodes of a controller.
struct Evaluation {
  struct Episode {
    double reward = 0;  // the sum
    int length = 0;
    bool terminated = false, diverged = false;
    bool success = false;  // where EnvSpec::has_success
    std::vector<double> reward_terms;
  };
  std::vector<Episode> episodes;
  double mean_reward() const;
  double std_reward() const;  // over the episodes, population form
  double std_error() const;   // of the mean, from the sample form; NaN for fewer than two episodes
  double mean_ep_length() const;
  double success_rate() const;  // fraction of the episodes
};

/// Called after each step of an evaluation with its env, for example to draw it or to slow it down. Returning false
/// ends the evaluation.
using StepObserver = std::function<bool(Env& env, const StepResult& result)>;

/// Called before each action of an evaluation with the controller's inputs.
using ActionObserver = std::function<void(const ObservationRows& row, std::span<const float> state, bool starts_anew)>;

/// Runs episodes in its own envs. Episode i draws only from stream.split("episode", i), so the result does not depend
/// on the threads. No result is NaN, as in VecEnv: a simulation that diverges or an observation that is not finite ends
/// an episode as diverged; an action or a reward that is not finite is an Error. A task without a time limit is stopped
/// after most_steps_without_limit.
class Evaluator {
 public:
  Evaluator(const EnvFactory& factory, ThreadPool& pool);

  /// Each thread has its own controller. Setting `stop` ends the run soon; the returned evaluation is then not valid.
  Evaluation run(const ControllerFactory& controllers, int n_episodes, const Rng& stream,
                 const std::atomic<bool>* stop = nullptr);
  /// One episode on the calling thread.
  Evaluation::Episode run_episode(Controller& controller, Rng stream, const StepObserver& observer = {},
                                  const ActionObserver& before_action = {});

 private:
  Evaluation::Episode run_in(Env& env, Controller& controller, Rng stream, const StepObserver& watch,
                             const ActionObserver& before_action = {});

  ThreadPool& pool_;
  std::vector<std::unique_ptr<Env>> envs_;  // one per thread
};

}  // namespace sinew
