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
    v.optional("validation", validation, between(0, 0.9), "share of the demonstrations' steps that is not learnt from");
    v.optional("batch_size", batch_size, between(1, 1 << 24), "steps in a minibatch");
    v.optional("learning_rate", learning_rate, "of Adam; a number or {start, end}");
    v.optional("max_grad_norm", max_grad_norm, at_least(0), "longest gradient; 0: any");
    v.optional("adam_epsilon", adam_epsilon, above(0), "added to Adam's denominator");
    v.optional("weight_decay", weight_decay, at_least(0), "of AdamW");
    v.optional(
        "learn_std", learn_std,
        "learns a Gaussian policy's standard deviation too: how sure the demonstrator was; false: it stays as it "
        "began, and learning that goes on from this policy explores");
    v.optional("seq_len", seq_len, between(1, 1 << 16),
               "steps that gradients flow back in a network that remembers; none: 16");
    v.optional("n_shards", n_shards, between(0, 64),
               "pieces of a minibatch that threads share; the result depends on it; 0: by the size of the minibatch");
  }
};

}  // namespace sinew
