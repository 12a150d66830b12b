#pragma once
#include <span>
#include <vector>

#include "core/state_archive.h"
#include "nets/tape/parameters.h"

namespace sinew {

/// Adam (Kingma & Ba 2015) and, with weight_decay, AdamW (Loshchilov & Hutter 2019).
struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // decoupled
};

template <class T>
class BasicAdam {
 public:
  /// For a range of the set's flat buffer, by default all of it. Statistics in the range are not changed.
  explicit BasicAdam(BasicParameters<T>& parameters, AdamOptions options = {}, ParameterRange range = {});

  /// One step down `gradients` (laid out like the range), each first multiplied by `gradient_scale`.
  void step(std::span<const T> gradients, double learning_rate, double gradient_scale = 1);

  /// The same in pieces, which several threads may share: begin_step, then an update for each of the ranges that cover
  /// the optimiser's own. Its gradients are laid out like that piece.
  void begin_step(double learning_rate, double gradient_scale = 1);
  void update(std::span<const T> gradients, ParameterRange piece);

  ParameterRange range() const { return range_; }

  /// Resets all steps so far.
  void restart();

  std::span<const T> first_moment() const { return first_; }
  std::span<const T> second_moment() const { return second_; }
  int64_t steps() const { return steps_; }
  /// The moments and the number of steps; the parameters are visited by their owner.
  void visit_state(StateArchive& archive) {
    archive("steps", steps_);
    archive("first_moment", std::span(first_));
    archive("second_moment", std::span(second_));
  }

 private:
  void update_values(const T* gradients, ParameterRange piece);

  BasicParameters<T>& parameters_;
  AdamOptions options_;
  ParameterRange range_;
  std::vector<ParameterRange> learnt_;  // all of range_ except the statistics, in order
  std::vector<T> first_, second_;       // laid out like range_
  int64_t steps_ = 0;
  struct Rates {
    T rate = 0, root = 0, keep = 0, scale = 0;
  } rates_;  // of the current step
};

/// The Euclidean norm, summed in double in a fixed order.
template <class T>
double norm(std::span<const T> gradients);

/// The factor that reduces gradients of norm `norm` to at most `max_norm` (0: no limit).
inline double clip_scale(double norm, double max_norm) {
  return max_norm > 0 && norm > max_norm ? max_norm / (norm + 1e-6) : 1.0;
}

using Adam = BasicAdam<float>;

}  // namespace sinew
