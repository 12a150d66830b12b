#pragma once
#include <array>
#include <span>

#include "core/random.h"
#include "core/spec.h"
#include "nets/ops/ops.h"

/// Probability distributions over actions. On a tape, log_prob and entropy carry gradients to the inputs of the
/// distribution's parameters.
namespace sinew {

/// Independent Gaussians per column: mean [rows, n]; log_std [n] (state-independent) or [rows, n].
template <class T>
struct DiagonalGaussian {
  BasicTensor<T> mean, log_std;

  BasicTensor<T> log_prob(BasicTensor<T> x) const;  // x [rows, n] → [rows]
  BasicTensor<T> entropy() const;                   // [rows]
  /// mean + std · noise, with noise [rows, n] of standard normals.
  BasicTensor<T> sample(BasicTensor<T> noise) const;
};

/// a = tanh(u), u from a diagonal Gaussian. log_prob takes u, for which it is exact and finite
/// everywhere: log N(u) - Σ log(1 - tanh²(u)), the latter as 2·(log 2 - u - softplus(-2u)).
template <class T>
struct TanhGaussian {
  DiagonalGaussian<T> base;

  BasicTensor<T> log_prob(BasicTensor<T> u) const;  // density of tanh(u), [rows]
  /// The Gaussian's own entropy: that of tanh(u) has no closed form; -mean(log_prob) estimates it.
  BasicTensor<T> base_entropy() const { return base.entropy(); }
};

/// One choice out of n per row: logits [rows, n].
template <class T>
struct Categorical {
  BasicTensor<T> logits;

  BasicTensor<T> log_prob(std::span<const int> choices) const;  // one per row → [rows]
  BasicTensor<T> entropy() const;                               // [rows]
};

/// The distribution of a whole action row (ActionSpec). Its parts are independent: continuous ones are Gaussian,
/// squashed or not, discrete ones Categoricals side by side (MultiDiscrete). A raw row holds the drawn values: the
/// Gaussian's value (before any tanh), or the index.
template <class T>
class ActionDistribution {
 public:
  static constexpr int max_parts = 8;

  ActionDistribution(const ActionSpec& spec, bool squash) : spec_(&spec), squash_(squash) {}
  void add_continuous(BasicTensor<T> mean, BasicTensor<T> log_std) { parts_[count_++] = {mean, log_std}; }
  void add_discrete(BasicTensor<T> logits) { parts_[count_++] = {logits, {}}; }

  int rows() const { return parts_[0].first.shape()[0]; }
  /// raw [rows, action size] → [rows].
  BasicTensor<T> log_prob(BasicTensor<T> raw) const;
  BasicTensor<T> entropy() const;

  /// Draws a raw row and its log_prob for each row r, from rngs[r].
  void sample(std::span<Rng> rngs, std::span<T> raw, std::span<T> log_prob) const;
  /// The likeliest raw row of each, [rows, action size], on the tape.
  BasicTensor<T> mode() const;

 private:
  struct Part {
    BasicTensor<T> first;   // mean, or logits of all choices side by side
    BasicTensor<T> second;  // log_std
  };
  template <class Visit>
  void for_parts(Visit&& visit) const;

  const ActionSpec* spec_;
  bool squash_;
  std::array<Part, max_parts> parts_;
  int count_ = 0;
};

}  // namespace sinew
