#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/thread_pool.h"
#include "nets/tape/optimizer.h"
#include "nets/tape/tape.h"

namespace sinew {

class StateArchive;

/// Some of a set's parameters; all by default.
struct ParameterSlice {
  Parameters* set = nullptr;
  ParameterRange range = {};
};

/// The work of one thread in an update: some of a minibatch's items (rows, or sequences of rows), through one part of
/// the network.
struct UpdateShard {
  int index = 0;               // in [0, UpdateEngine::shards())
  std::span<const int> items;  // never empty
};

struct UpdateOptions {
  /// The slices that learn, each of a different set. Each part is differentiated by its own shards: when the loss is a
  /// sum of terms that share no parameter, this keeps each term's weights, gradients and moments in one core's cache.
  std::vector<std::vector<ParameterSlice>> parts;
  int pieces = 1;  // the items of each part are cut into these; depends on the config only, so that the bits do not
                   // depend on threads
  double max_grad_norm = 0;  // 0: no limit
  AdamOptions adam;
  bool has_batch_statistics = false;  // the networks': see nets/ops/ops.h
};

/// The steps between a loss and the weights it changes: shards shared by threads, the sum of their gradients in a fixed
/// order, clipping, the optimiser's step, batch statistics, and the report when a number is not finite. A learner
/// supplies its data and its loss:
///
///   engine.find_gradients(items, [&](const UpdateShard& shard, Tape& tape) { return loss_of(shard.items, tape); });
///   engine.take_step(learning_rate);
///
/// A warm update allocates nothing. The same config gives the same bits on any number of threads.
class UpdateEngine {
 public:
  /// `augment_stream`: source of the network's randomness in training (nets/layers/augment_layers.h). `advice`:
  /// possible remedies when learning diverges, as the end of a sentence.
  UpdateEngine(ThreadPool& pool, UpdateOptions options, Rng augment_stream, std::function<std::string()> advice);
  ~UpdateEngine();

  /// The part of shard i is i % parts; its piece of the items is i / parts.
  int shards() const { return static_cast<int>(shards_.size()); }
  int part_of(int shard) const { return shard % static_cast<int>(options_.parts.size()); }
  /// The most items a shard receives from a minibatch of `of_all`.
  int most_items(int of_all) const { return (of_all + options_.pieces - 1) / options_.pieces; }

  /// Calls loss(shard, tape) for each shard that has items, from several threads at once. `loss` records the shard's
  /// share of the minibatch's loss and returns it: one number. Leaves the gradient for take_step().
  template <class Loss>
  void find_gradients(std::span<const int> items, Loss&& loss) {
    pool_.parallel_for(shards(), [&](int i) {
      const UpdateShard shard{i, prepare(i, items)};
      if (!shard.items.empty()) differentiate(i, loss(shard, tape_of(i)));
    });
  }
  /// Throws Error naming the culprit when a gradient is not finite.
  void take_step(double learning_rate);
  /// Throws Error naming the culprit when this loss, or sum of losses, is not finite.
  void check_finite(double loss) const;

  /// From now on all other sets are frozen; null: all sets learn, the default.
  void learn_only(const Parameters* set) { only_ = set; }
  /// Resets the optimiser's steps so far.
  void restart_optimizer();

  int64_t n_updates() const { return n_updates_; }
  void visit_state(StateArchive& archive);

 private:
  struct Shard;
  struct Slice;
  std::span<const int> prepare(int shard, std::span<const int> items);
  void differentiate(int shard, const Tensor& loss);
  Tape& tape_of(int shard);
  bool learns(const Slice& slice) const;
  double sum_gradients(size_t part);
  [[noreturn]] void fail_diverged(const char* what) const;

  ThreadPool& pool_;
  UpdateOptions options_;
  Rng augment_stream_;
  std::function<std::string()> advice_;
  std::vector<std::vector<Slice>> parts_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<double> squares_;  // per part: of the gradient norm
  const Parameters* only_ = nullptr;
  int64_t n_updates_ = 0;
};

/// The number of pieces a minibatch is cut into: `n_shards`, or, when that is 0, a number chosen by batch_size. One
/// when there are batch statistics, which cover a whole minibatch; throws Error when n_shards then requests more.
int pieces_of(bool has_batch_statistics, int batch_size, int n_shards);

}  // namespace sinew
