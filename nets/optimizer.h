#pragma once
#include <span>
#include <utility>
#include <vector>

#include "core/state_archive.h"
#include "nets/parameters.h"

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
  explicit BasicAdam(BasicParameters<T>& parameters, AdamOptions options = {});

  /// One step down `gradients` (laid out as the parameters' flat buffer), each multiplied by
  /// `gradient_scale` first. Touches the parameters, and changes those that are trainable.
  void step(std::span<const T> gradients, double learning_rate, double gradient_scale = 1);

  /// The same in pieces, which several threads may share: begin_step, update of ranges that cover the
  /// parameters once, end_step.
  void begin_step(double learning_rate, double gradient_scale = 1);
  void update(std::span<const T> gradients, size_t begin, size_t end);
  void end_step() { parameters_.touch(); }

  /// Forgets all steps so far.
  void restart();

  std::span<const T> first_moment() const { return first_; }
  std::span<const T> second_moment() const { return second_; }
  int64_t steps() const { return steps_; }
  /// The moments and the number of steps; the parameters are their owner's.
  void visit_state(StateArchive& archive) {
    archive("steps", steps_);
    archive("first_moment", std::span(first_));
    archive("second_moment", std::span(second_));
  }

 private:
  void update_range(const T* gradients, size_t begin, size_t end);

  BasicParameters<T>& parameters_;
  AdamOptions options_;
  std::vector<std::pair<size_t, size_t>> trainable_;  // ranges [first, second) of the flat buffer, in order
  std::vector<T> first_, second_;
  int64_t steps_ = 0;
  struct Rates {
    T rate = 0, root = 0, keep = 0, scale = 0;
  } rates_;  // of the step at work
};

/// The Euclidean norm, summed in double in a fixed order.
template <class T>
double norm(std::span<const T> gradients);

/// What to multiply gradients of that norm with so that it becomes at most `max_norm` (0: no limit).
inline double clip_scale(double norm, double max_norm) {
  return max_norm > 0 && norm > max_norm ? max_norm / (norm + 1e-6) : 1.0;
}

using Adam = BasicAdam<float>;

}  // namespace sinew
