#include <algorithm>

#include "nets/kernels/gemm.h"
#include "nets/kernels/simd.h"

// The parts of products' gradients that are not products: one pass over a matrix.
namespace sinew {

using namespace simd;

namespace {

#if defined(__clang__)
constexpr bool has_shuffle = false;
#else
constexpr bool has_shuffle = true;

// Rows 0 … lanes-1 of a square block become its columns: in log2(lanes) rounds, pairs of rows swap the halves of
// their elements that lie on the wrong side.
void transpose_square(const float* src, long src_row, float* dst, long dst_row) {
  constexpr int n = lanes<float>;
  Vec<float> rows[n];
  for (int i = 0; i < n; ++i) rows[i] = load(src + i * src_row);
#pragma GCC unroll 4
  for (int half = 1; half < n; half *= 2) {
    IntVec keep_low{}, keep_high{};
    for (int lane = 0; lane < n; ++lane) {
      keep_low[lane] = lane & half ? n + lane - half : lane;
      keep_high[lane] = lane & half ? n + lane : lane + half;
    }
#pragma GCC unroll 16
    for (int i = 0; i < n; ++i) {
      if (i & half) continue;
      const Vec<float> low = rows[i], high = rows[i + half];
      rows[i] = __builtin_shuffle(low, high, keep_low);
      rows[i + half] = __builtin_shuffle(low, high, keep_high);
    }
  }
  for (int i = 0; i < n; ++i) store(dst + i * dst_row, rows[i]);
}
#endif

}  // namespace

template <class T>
void transpose(const T* src, int src_row, int rows, int cols, T* dst, int dst_row) {
  constexpr int block = lanes<T>;
  for (int r0 = 0; r0 < rows; r0 += block)
    for (int c0 = 0; c0 < cols; c0 += block) {
      const T* from = src + static_cast<long>(r0) * src_row + c0;
      T* to = dst + static_cast<long>(c0) * dst_row + r0;
      if constexpr (has_shuffle && sizeof(T) == sizeof(float)) {
        if (r0 + block <= rows && c0 + block <= cols) {
          transpose_square(from, src_row, to, dst_row);
          continue;
        }
      }
      for (int c = 0; c < std::min(block, cols - c0); ++c)
        for (int r = 0; r < std::min(block, rows - r0); ++r)
          to[static_cast<long>(c) * dst_row + r] = from[static_cast<long>(r) * src_row + c];
    }
}

template <class T>
void add_column_sums(const T* src, int rows, int cols, T* sums) {
  for (int col = 0; col < cols; col += lanes<T>) {
    const int count = std::min(lanes<T>, cols - col);
    const T* from = src + col;
    // Several sums at a time, since each waits for its previous addition.
    Vec<T> sum[4] = {};
    int row = 0;
    for (; row + 4 <= rows; row += 4)
      for (int i = 0; i < 4; ++i) sum[i] += load_first(from + static_cast<long>(row + i) * cols, count);
    for (; row < rows; ++row) sum[0] += load_first(from + static_cast<long>(row) * cols, count);
    store_first(sums + col, load_first(sums + col, count) + ((sum[0] + sum[1]) + (sum[2] + sum[3])), count);
  }
}

template <class T>
void activation_gradient(Activation activation, const T* y, const T* gradient_y, T* gradient, int count) {
  switch (activation) {
    case Activation::none: std::copy(gradient_y, gradient_y + count, gradient); break;
    case Activation::tanh:
      for (int i = 0; i < count; ++i) gradient[i] = gradient_y[i] * (1 - y[i] * y[i]);
      break;
    case Activation::relu:
      for (int i = 0; i < count; ++i) gradient[i] = y[i] > 0 ? gradient_y[i] : T(0);
      break;
    case Activation::elu:
      for (int i = 0; i < count; ++i) gradient[i] = gradient_y[i] * (y[i] > 0 ? T(1) : y[i] + 1);
      break;
    case Activation::sigmoid:
      for (int i = 0; i < count; ++i) gradient[i] = gradient_y[i] * (y[i] * (1 - y[i]));
      break;
  }
}

template void transpose(const float*, int, int, int, float*, int);
template void transpose(const double*, int, int, int, double*, int);
template void add_column_sums(const float*, int, int, float*);
template void add_column_sums(const double*, int, int, double*);
template void activation_gradient(Activation, const float*, const float*, float*, int);
template void activation_gradient(Activation, const double*, const double*, double*, int);

}  // namespace sinew
