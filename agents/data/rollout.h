#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "agents/update/actor_critic.h"
#include "core/thread_pool.h"
#include "envs/frame_store.h"
#include "envs/vec_env.h"

namespace sinew {

class StateArchive;

/// Experience of n_envs × n_steps. The steps of an env are adjacent: row env·n_steps + step.
struct Rollout {
  int n_envs = 0, n_steps = 0, observation_size = 0, action_size = 0;
  std::vector<float> observations;  // [rows, observation size], as the envs gave them
  FrameStore frames;                // the images as the cameras recorded them
  std::vector<float> actions;       // [rows, action size], before the action map (as the distribution drew them)
  std::vector<float> log_probs, rewards, values;
  std::vector<uint8_t> terminated, truncated;
  std::vector<float> advantages, returns;
  /// For a policy with memory, the rows are cut into sequences of seq_len steps; row q · seq_len is the first of
  /// sequence q. Otherwise every row is a sequence.
  int seq_len = 1;
  std::vector<float> states;    // [sequences, state_size()]: the memory before its first step
  std::vector<uint8_t> starts;  // [rows]: an episode begins with it

  /// A truncated episode: its value is bootstrapped from its final observation.
  struct Cut {
    int row;
    std::vector<float> observation;
    float value = 0;
    std::vector<uint8_t> images;
    std::vector<float> state;  // the memory after the row
  };
  std::vector<std::vector<Cut>> cuts;  // per env, by step
  std::vector<float> next_values;      // [n_envs]: of the observation after the last step

  /// `spec` describes observations and actions. seq_len divides n_steps.
  Rollout(int n_envs, int n_steps, const InterfaceSpec& spec, int seq_len = 1, int state_size = 0);
  int rows() const { return n_envs * n_steps; }
  int sequences() const { return rows() / seq_len; }
};

/// Runs a policy in the envs, and evaluates V(s) of the observations. The networks are frozen during collection, so the
/// envs do not wait for each other: every thread runs its share of them through all steps. A row's bits do not depend
/// on its neighbours, so the result does not depend on the number of threads.
class RolloutCollector {
 public:
  RolloutCollector(VecEnv& envs, const ActorCritic& networks, ThreadPool& pool, const Rng& stream);

  /// Fills everything but advantages and returns. Throws an Error that names the env and the culprit if the policy's
  /// action is not finite, or an env fails.
  void collect(Rollout& rollout);

  /// The random streams and the networks' memory of each env; the envs' own state is visited by their owner.
  void visit_state(StateArchive& archive);

 private:
  void run_range(Rollout& rollout, int worker, int first, int last);
  void store_memory(Rollout& rollout, int env, int step) const;
  [[noreturn]] void explain_failure(int first, std::span<const float> commands, std::span<const float> state) const;
  std::optional<std::string> find_culprit(int env, std::span<const float> state) const;
  void compute_values(Rollout& rollout, int env);
  std::span<const float> state_of(int env) const;

  VecEnv& envs_;
  const ActorCritic& networks_;
  const Policy& policy_;  // a member of networks_
  ThreadPool& pool_;
  std::vector<Rng> action_streams_;                          // per env
  std::vector<float> state_;                                 // [n_envs, state_size()]
  std::vector<uint8_t> reset_mask_;                          // per env: its next observation starts an episode
  std::vector<std::unique_ptr<ActorCriticRunner>> runners_;  // per thread
};

/// Merges the images of rows 0 … rows-1 into the policy's image normalisers, if it has any.
void update_image_normalizers(Policy& policy, const FrameStore& frames, int rows);

/// Generalised advantage estimation (Schulman et al. 2016) and returns = advantages + values. A terminated step has no
/// next value. A truncated step bootstraps from its final observation's value. Either stops the recursion.
void compute_gae(Rollout& rollout, double gamma, double gae_lambda);

}  // namespace sinew
