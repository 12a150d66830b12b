#pragma once
#include <algorithm>
#include <cmath>

#include "nets/ops/ops_internal.h"

/// Sums down the columns of a matrix, for batch and group normalisation.
namespace sinew::internal {

/// sums[lane] = Σ over rows of f(row)[lane]: short sums in T, accumulated in double.
template <class T, class F>
void sum_rows(int rows, F&& f, double* sums) {
  constexpr int piece = 64;
  std::fill_n(sums, simd::lanes<T>, 0.0);
  for (int begin = 0; begin < rows; begin += piece) {
    simd::Vec<T> part{};
    for (int row = begin; row < std::min(rows, begin + piece); ++row) part += f(row);
    for (int lane = 0; lane < simd::lanes<T>; ++lane) sums[lane] += part[lane];
  }
}

template <class T>
simd::Vec<T> divided(const double* sums, int count) {
  simd::Vec<T> result{};
  for (int lane = 0; lane < simd::lanes<T>; ++lane) result[lane] = static_cast<T>(sums[lane] / count);
  return result;
}

/// The same for f(row, block), for every block of n columns: one number a column.
template <class T, class F>
void sum_columns(int rows, int n, F&& f, T* columns) {
  double sums[simd::lanes<T>];
  for_blocks<T>(n, [&](const Block<T>& block) {
    sum_rows<T>(rows, [&](int row) { return f(row, block); }, sums);
    block.store(columns, divided<T>(sums, 1));
  });
}

template <class T>
simd::Vec<T> inverse_deviation(simd::Vec<T> variance, T epsilon) {
  for (int lane = 0; lane < simd::lanes<T>; ++lane) variance[lane] = 1 / std::sqrt(variance[lane] + epsilon);
  return variance;
}

}  // namespace sinew::internal
