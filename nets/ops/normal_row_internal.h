#pragma once
#include <cmath>

#include "nets/ops/ops_internal.h"

/// Normalises a row to mean 0 and variance 1, and its gradient: used by layer normalisation, as an operation and inside
/// cells.
namespace sinew::internal {

template <class T>
struct RowMoments {
  T mean, inverse;  // inverse = 1 / sqrt(variance + epsilon)
};

template <class T>
RowMoments<T> moments_of_row(const T* x, int n, T epsilon) {
  const T mean = sum_blocks<T>(n, [&](const Block<T>& block) { return block.load(x); }) / n;
  T variance = 0;
  for (int i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean);
  return {mean, 1 / std::sqrt(variance / n + epsilon)};
}

/// normal = (x - mean) · inverse; returns inverse.
template <class T>
T normalize_row(const T* x, int n, T epsilon, T* normal) {
  const auto [mean, inverse] = moments_of_row(x, n, epsilon);
  for (int i = 0; i < n; ++i) normal[i] = (x[i] - mean) * inverse;
  return inverse;
}

/// d loss / d x = (g - mean(g) - normal · mean(g · normal)) · inverse, from g = d loss / d normal; dx may be g.
template <class T>
void normalize_row_backward(const T* normal, T inverse, const T* g, int n, T* dx) {
  T mean_g = 0, mean_gn = 0;
  for (int i = 0; i < n; ++i) {
    mean_g += g[i] / n;
    mean_gn += g[i] * normal[i] / n;
  }
  for (int i = 0; i < n; ++i) dx[i] = (g[i] - mean_g - normal[i] * mean_gn) * inverse;
}

}  // namespace sinew::internal
