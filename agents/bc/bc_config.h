#pragma once
#include <optional>

#include "core/input_path.h"
#include "nets/tape/schedule.h"

namespace sinew {

struct BcConfig {
  InputPaths demonstrations;
  double validation = 0.1;  // share of their steps that is not learnt from
  int batch_size = 256;     // steps
  Schedule learning_rate = Schedule::constant(1e-3);
  double max_grad_norm = 1;
  double adam_epsilon = 1e-8;
  double weight_decay = 0;
  /// Of a Gaussian policy: whether its standard deviation is learnt too, which then says how sure the demonstrator was.
  /// Else it stays as the network begins, so that learning which goes on from it explores.
  bool learn_std = false;
  std::optional<int> seq_len;  // of a network that remembers: through so many steps gradients flow back; none: 16
  int n_shards = 0;            // a minibatch is cut into this many, which threads share; 0: by its size

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("demonstrations", demonstrations);
    v.optional("validation", validation, between(0, 0.9));
    v.optional("batch_size", batch_size, between(1, 1 << 24));
    v.optional("learning_rate", learning_rate);
    v.optional("max_grad_norm", max_grad_norm, at_least(0));
    v.optional("adam_epsilon", adam_epsilon, above(0));
    v.optional("weight_decay", weight_decay, at_least(0));
    v.optional("learn_std", learn_std);
    v.optional("seq_len", seq_len, between(1, 1 << 16));
    v.optional("n_shards", n_shards, between(0, 64));
  }
};

}  // namespace sinew
