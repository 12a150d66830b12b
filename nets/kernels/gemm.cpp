#include "nets/kernels/gemm_panel_internal.h"

namespace sinew {

template <class T>
void gemm(const GemmArguments<T>& g) {
  all_panels<T, Addressing::strided>(g);
}

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
void transpose(const T* src, int rows, int cols, T* dst) {
  constexpr int block = lanes<T>;
  for (int r0 = 0; r0 < rows; r0 += block)
    for (int c0 = 0; c0 < cols; c0 += block) {
      if constexpr (has_shuffle && sizeof(T) == sizeof(float)) {
        if (r0 + block <= rows && c0 + block <= cols) {
          transpose_square(src + static_cast<long>(r0) * cols + c0, cols, dst + static_cast<long>(c0) * rows + r0, rows);
          continue;
        }
      }
      for (int c = c0; c < std::min(c0 + block, cols); ++c)
        for (int r = r0; r < std::min(r0 + block, rows); ++r)
          dst[static_cast<long>(c) * rows + r] = src[static_cast<long>(r) * cols + c];
    }
}

template <class T>
void activation_gradient(Activation activation, const T* y, const T* gradient_y, T* gradient, int count) {
  switch (activation) {
    case Activation::none: std::copy(gradient_y, gradient_y + count, gradient); break;
    case Activation::tanh: for (int i = 0; i < count; ++i) gradient[i] = gradient_y[i] * (1 - y[i] * y[i]); break;
    case Activation::relu: for (int i = 0; i < count; ++i) gradient[i] = y[i] > 0 ? gradient_y[i] : T(0); break;
    case Activation::elu: for (int i = 0; i < count; ++i) gradient[i] = gradient_y[i] * (y[i] > 0 ? T(1) : y[i] + 1); break;
    case Activation::sigmoid: for (int i = 0; i < count; ++i) gradient[i] = gradient_y[i] * (y[i] * (1 - y[i])); break;
  }
}

template void gemm(const GemmArguments<float>&);
template void gemm(const GemmArguments<double>&);
template void transpose(const float*, int, int, float*);
template void transpose(const double*, int, int, double*);
template void activation_gradient(Activation, const float*, const float*, float*, int);
template void activation_gradient(Activation, const double*, const double*, double*, int);

}  // namespace sinew
