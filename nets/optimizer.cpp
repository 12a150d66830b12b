#include "nets/optimizer.h"

#include <cassert>
#include <cmath>

namespace sinew {

template <class T>
BasicAdam<T>::BasicAdam(BasicParameters<T>& parameters, AdamOptions options)
    : parameters_(parameters), options_(options), first_(parameters.size()), second_(parameters.size()) {}

template <class T>
void BasicAdam<T>::step(std::span<const T> gradients, double learning_rate, double gradient_scale) {
  assert(gradients.size() == first_.size() && parameters_.values().size() == first_.size());
  ++steps_;
  const double correction1 = 1 - std::pow(options_.beta1, static_cast<double>(steps_));
  const double correction2 = 1 - std::pow(options_.beta2, static_cast<double>(steps_));
  const T rate = static_cast<T>(learning_rate / correction1);
  const T root = static_cast<T>(1 / std::sqrt(correction2));
  const T keep = static_cast<T>(1 - learning_rate * options_.weight_decay);
  const T scale = static_cast<T>(gradient_scale), epsilon = static_cast<T>(options_.epsilon);
  const T b1 = static_cast<T>(options_.beta1), b2 = static_cast<T>(options_.beta2);
  const T c1 = static_cast<T>(1 - options_.beta1), c2 = static_cast<T>(1 - options_.beta2);  // 1 - 0.999f is off by 1e-5
  T* __restrict value = parameters_.values().data();
  T* __restrict m = first_.data();
  T* __restrict v = second_.data();
  const T* __restrict g = gradients.data();
  const size_t n = first_.size();
  for (size_t i = 0; i < n; ++i) {
    const T gradient = g[i] * scale;
    m[i] = b1 * m[i] + c1 * gradient;
    v[i] = b2 * v[i] + c2 * gradient * gradient;
    value[i] = value[i] * keep - rate * m[i] / (std::sqrt(v[i]) * root + epsilon);
  }
  parameters_.touch();
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
