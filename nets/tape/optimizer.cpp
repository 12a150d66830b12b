#include "nets/tape/optimizer.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sinew {

template <class T>
BasicAdam<T>::BasicAdam(BasicParameters<T>& parameters, AdamOptions options, ParameterRange range)
    : parameters_(parameters),
      options_(options),
      range_{range.begin, std::min(range.end, parameters.size())},
      first_(static_cast<size_t>(range_.size())),
      second_(first_.size()) {
  for (const BasicParameter<T>& parameter : parameters.list()) {
    const int64_t begin = std::max(parameter.offset, range_.begin),
                  end = std::min(parameter.offset + parameter.shape.size(), range_.end);
    if (parameter.is_statistic || begin >= end) continue;
    if (learnt_.empty() || learnt_.back().end != begin) learnt_.push_back({begin, begin});
    learnt_.back().end = end;
  }
}

template <class T>
void BasicAdam<T>::begin_step(double learning_rate, double gradient_scale) {
  ++steps_;
  const double correction1 = 1 - std::pow(options_.beta1, static_cast<double>(steps_));
  const double correction2 = 1 - std::pow(options_.beta2, static_cast<double>(steps_));
  rates_ = {.rate = static_cast<T>(learning_rate / correction1),
            .root = static_cast<T>(1 / std::sqrt(correction2)),
            .keep = static_cast<T>(1 - learning_rate * options_.weight_decay),
            .scale = static_cast<T>(gradient_scale)};
}

template <class T>
void BasicAdam<T>::update(std::span<const T> gradients, ParameterRange piece) {
  assert(static_cast<int64_t>(gradients.size()) == piece.size());
  assert(piece.begin >= range_.begin && piece.end <= range_.end && range_.end <= parameters_.size());
  for (const ParameterRange& learnt : learnt_) {
    const ParameterRange part{std::max(piece.begin, learnt.begin), std::min(piece.end, learnt.end)};
    if (part.begin < part.end) update_values(gradients.data() + (part.begin - piece.begin), part);
  }
}

template <class T>
void BasicAdam<T>::restart() {
  std::ranges::fill(first_, T(0));
  std::ranges::fill(second_, T(0));
  steps_ = 0;
}

template <class T>
void BasicAdam<T>::update_values(const T* gradients, ParameterRange piece) {
  const T rate = rates_.rate, root = rates_.root, keep = rates_.keep, scale = rates_.scale;
  const T epsilon = static_cast<T>(options_.epsilon);
  const T b1 = static_cast<T>(options_.beta1), b2 = static_cast<T>(options_.beta2);
  const T c1 = static_cast<T>(1 - options_.beta1),
          c2 = static_cast<T>(1 - options_.beta2);  // 1 - 0.999f is off by 1e-5
  T* __restrict value = parameters_.values().data() + piece.begin;
  T* __restrict m = first_.data() + (piece.begin - range_.begin);
  T* __restrict v = second_.data() + (piece.begin - range_.begin);
  const T* __restrict g = gradients;
  for (int64_t i = 0; i < piece.size(); ++i) {
    const T gradient = g[i] * scale;
    m[i] = b1 * m[i] + c1 * gradient;
    v[i] = b2 * v[i] + c2 * gradient * gradient;
    value[i] = value[i] * keep - rate * m[i] / (std::sqrt(v[i]) * root + epsilon);
  }
}

template <class T>
void BasicAdam<T>::step(std::span<const T> gradients, double learning_rate, double gradient_scale) {
  begin_step(learning_rate, gradient_scale);
  update(gradients, range_);
}

template <class T>
double norm(std::span<const T> gradients) {
  constexpr size_t lanes = 16;
  double sums[lanes] = {};
  size_t i = 0;
  for (; i + lanes <= gradients.size(); i += lanes)
    for (size_t j = 0; j < lanes; ++j) sums[j] += static_cast<double>(gradients[i + j]) * gradients[i + j];
  for (; i < gradients.size(); ++i) sums[0] += static_cast<double>(gradients[i]) * gradients[i];
  double total = 0;
  for (const double sum : sums) total += sum;
  return std::sqrt(total);
}

template class BasicAdam<float>;
template class BasicAdam<double>;
template double norm(std::span<const float>);
template double norm(std::span<const double>);

}  // namespace sinew
