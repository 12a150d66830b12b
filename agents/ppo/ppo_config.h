#pragma once
#include <optional>

#include "core/config.h"
#include "nets/tape/schedule.h"

namespace sinew {

struct PpoConfig {
  int n_steps = 2048;
  int batch_size = 64;
  int n_epochs = 10;
  double gamma = 0.99;
  double gae_lambda = 0.95;
  Schedule clip_range = Schedule::constant(0.2);
  std::optional<double> clip_range_vf;
  bool normalize_reward = false;
  bool normalize_advantage = true;
  double ent_coef = 0;
  double vf_coef = 0.5;
  double max_grad_norm = 0.5;
  std::optional<double> target_kl;
  std::optional<Schedule> desired_kl;
  Schedule learning_rate = Schedule::constant(3e-4);
  double adam_epsilon = 1e-5;
  double weight_decay = 0;
  int64_t critic_warmup = 0;
  std::optional<int> seq_len;
  int n_shards = 0;

  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("n_steps", n_steps, between(1, 1 << 24), "env steps of each env in an iteration");
    v.optional("batch_size", batch_size, between(1, 1 << 24),
               "transitions in a minibatch; it must divide n_envs · n_steps");
    v.optional("n_epochs", n_epochs, between(1, 1000), "passes over an iteration's transitions");
    v.optional("gamma", gamma, between(0, 1), "discount of later rewards, per env step");
    v.optional("gae_lambda", gae_lambda, between(0, 1),
               "λ of generalised advantage estimation: 0 trusts the critic, 1 the returns");
    v.optional("clip_range", clip_range,
               "how far the ratio of new to old probability may move from 1; a number or {start, end}");
    v.optional("clip_range_vf", clip_range_vf, above(0), "how far a value may move from the old one; none: no limit");
    v.optional("normalize_reward", normalize_reward,
               "divides rewards by the running standard deviation of the discounted return");
    v.optional("normalize_advantage", normalize_advantage, "gives advantages mean 0 and variance 1 in each minibatch");
    v.optional("ent_coef", ent_coef, at_least(0), "weight of the entropy in the loss");
    v.optional("vf_coef", vf_coef, at_least(0), "weight of the critic's squared error in the loss");
    v.optional("max_grad_norm", max_grad_norm, at_least(0), "largest norm of a gradient; 0: no limit");
    v.optional("target_kl", target_kl, above(0), "ends an iteration's epochs once approx_kl exceeds 1.5 times this");
    v.optional("desired_kl", desired_kl,
               "adapts the learning rate so that approx_kl stays near this; a number or {start, end}");
    v.optional("learning_rate", learning_rate, "Adam's learning rate; a number or {start, end}");
    v.optional("adam_epsilon", adam_epsilon, above(0), "added to Adam's denominator");
    v.optional("weight_decay", weight_decay, at_least(0), "AdamW's weight decay");
    v.optional("critic_warmup", critic_warmup, at_least(0),
               "env steps in which only the critic learns, for a policy that already acts well");
    v.optional("seq_len", seq_len, between(0, 1 << 24),
               "steps that gradients flow back in a network with memory; 0: all n_steps; none: 16, or a number near it "
               "that divides n_steps and batch_size");
    v.optional("n_shards", n_shards, between(0, 64),
               "pieces of a minibatch that threads share; the result depends on it; 0: by the size of the minibatch");
  }
};

}  // namespace sinew
