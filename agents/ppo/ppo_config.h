#pragma once
#include <optional>

#include "core/config.h"
#include "nets/tape/schedule.h"

namespace sinew {

struct PpoConfig {
  int n_steps = 2048;   // per env and iteration
  int batch_size = 64;  // must divide n_envs · n_steps
  int n_epochs = 10;
  double gamma = 0.99;
  double gae_lambda = 0.95;
  Schedule clip_range = Schedule::constant(0.2);
  std::optional<double> clip_range_vf;  // limits how far a value moves from the old one; none: free
  bool normalize_reward = false;        // by the running standard deviation of the discounted return
  bool normalize_advantage = true;      // per minibatch
  double ent_coef = 0;
  double vf_coef = 0.5;
  double max_grad_norm = 0.5;
  std::optional<double> target_kl;     // an iteration's epochs end once approx_kl exceeds 1.5 × this
  std::optional<Schedule> desired_kl;  // the learning rate adapts so that approx_kl stays near this
  Schedule learning_rate = Schedule::constant(3e-4);
  double adam_epsilon = 1e-5;
  double weight_decay = 0;
  int64_t critic_warmup = 0;  // env steps in which the critic alone learns: of a policy that acts well already
  /// Of a network that remembers: through so many steps gradients flow back; 0: through all n_steps. None: 16 steps,
  /// or as many more or less as divide n_steps and batch_size.
  std::optional<int> seq_len;
  int n_shards = 0;  // a minibatch is cut into this many, which threads share; 0: by its size

  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("n_steps", n_steps, between(1, 1 << 24));
    v.optional("batch_size", batch_size, between(1, 1 << 24));
    v.optional("n_epochs", n_epochs, between(1, 1000));
    v.optional("gamma", gamma, between(0, 1));
    v.optional("gae_lambda", gae_lambda, between(0, 1));
    v.optional("clip_range", clip_range);
    v.optional("clip_range_vf", clip_range_vf, above(0));
    v.optional("normalize_reward", normalize_reward);
    v.optional("normalize_advantage", normalize_advantage);
    v.optional("ent_coef", ent_coef, at_least(0));
    v.optional("vf_coef", vf_coef, at_least(0));
    v.optional("max_grad_norm", max_grad_norm, at_least(0));
    v.optional("target_kl", target_kl, above(0));
    v.optional("desired_kl", desired_kl);
    v.optional("learning_rate", learning_rate);
    v.optional("adam_epsilon", adam_epsilon, above(0));
    v.optional("weight_decay", weight_decay, at_least(0));
    v.optional("critic_warmup", critic_warmup, at_least(0));
    v.optional("seq_len", seq_len, between(0, 1 << 24));
    v.optional("n_shards", n_shards, between(0, 64));
  }
};

}  // namespace sinew
