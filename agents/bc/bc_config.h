#pragma once
#include <optional>

#include "core/input_path.h"
#include "nets/tape/schedule.h"

namespace sinew {

struct BcConfig {
  InputPaths demonstrations;
  double validation = 0.1;
  int batch_size = 256;
  Schedule learning_rate = Schedule::constant(1e-3);
  double max_grad_norm = 1;
  double adam_epsilon = 1e-8;
  double weight_decay = 0;
  bool learn_std = false;
  std::optional<int> seq_len;
  int n_shards = 0;

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("demonstrations", demonstrations, "a file of demonstrations, a list of files, or a folder of them");
    v.optional("validation", validation, between(0, 0.9),
               "share of the demonstrations' steps that is held out from learning");
    v.optional("batch_size", batch_size, between(1, 1 << 24), "steps in a minibatch");
    v.optional("learning_rate", learning_rate, "Adam's learning rate; a number or {start, end}");
    v.optional("max_grad_norm", max_grad_norm, at_least(0), "largest norm of a gradient; 0: no limit");
    v.optional("adam_epsilon", adam_epsilon, above(0), "added to Adam's denominator");
    v.optional("weight_decay", weight_decay, at_least(0), "AdamW's weight decay");
    v.optional("learn_std", learn_std,
               "also learns a Gaussian policy's standard deviation: how sure the demonstrator was; false: it keeps its "
               "initial value, and learning that continues from this policy explores");
    v.optional("seq_len", seq_len, between(1, 1 << 16),
               "steps that gradients flow back in a network with memory; none: 16");
    v.optional("n_shards", n_shards, between(0, 64),
               "pieces of a minibatch that threads share; the result depends on it; 0: by the size of the minibatch");
  }
};

}  // namespace sinew
