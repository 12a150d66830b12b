#include "nets/kernels/gemm.h"

#include <algorithm>

#include "nets/kernels/simd.h"

namespace sinew {
namespace {

using namespace simd;

// A tile of C lives in registers: 6 × 4 vectors use 24 of AVX-512's 32 registers, 6 × 2 use 12 of
// AVX2's 16; the rest holds a row of B and an element of A.
constexpr int tile_rows = 6;
constexpr int tile_vectors = vector_bytes == 64 ? 4 : 2;

template <class T>
Vec<T> activate(Vec<T> x, Activation activation) {
  switch (activation) {
    case Activation::none: return x;
    case Activation::tanh: return simd::tanh(x);
    case Activation::relu: return at_least(x, Vec<T>{});
    case Activation::elu: return simd::elu<T>(x);
    case Activation::sigmoid: return simd::sigmoid<T>(x);
  }
  return x;
}

// Rows `row` … row+Rows-1 and columns `col` … of C. Where Partial, the last vector has `tail`
// columns (1 … lanes-1).
template <class T, int Rows, int Vectors, bool Partial>
void tile(const GemmArguments<T>& g, int row, int col, [[maybe_unused]] int tail) {
  Vec<T> sum[Rows][Vectors] = {};
  const T* a = g.a + static_cast<long>(row) * g.a_row;
  const T* b = g.b + col;
  for (int p = 0; p < g.k; ++p, a += g.a_col, b += g.b_row) {
    Vec<T> b_row[Vectors];
    for (int v = 0; v < Vectors; ++v) {
      const bool cut = Partial && v == Vectors - 1;
      b_row[v] = cut ? load_partial(b + v * lanes<T>, tail) : load(b + v * lanes<T>);
    }
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const Vec<T> scale = broadcast(a[static_cast<long>(i) * g.a_row]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sum[i][v] += scale * b_row[v];
    }
  }
  for (int v = 0; v < Vectors; ++v) {
    const bool cut = Partial && v == Vectors - 1;
    const int offset = col + v * lanes<T>;
    Vec<T> bias{};
    if (g.bias) bias = cut ? load_partial(g.bias + offset, tail) : load(g.bias + offset);
    for (int i = 0; i < Rows; ++i) {
      T* c = g.c + static_cast<long>(row + i) * g.c_row + offset;
      Vec<T> value = sum[i][v];
      if (g.accumulate) value += cut ? load_partial(c, tail) : load(c);
      if (g.bias) value += bias;
      value = activate<T>(value, g.activation);
      if (cut) store_partial(c, value, tail);
      else store(c, value);
    }
  }
}

template <class T, int Vectors, bool Partial>
void column_panel(const GemmArguments<T>& g, int col, int tail) {
  int row = 0;
  for (; row + tile_rows <= g.m; row += tile_rows) tile<T, tile_rows, Vectors, Partial>(g, row, col, tail);
  if (row + 4 <= g.m) {
    tile<T, 4, Vectors, Partial>(g, row, col, tail);
    row += 4;
  }
  if (row + 2 <= g.m) {
    tile<T, 2, Vectors, Partial>(g, row, col, tail);
    row += 2;
  }
  if (row < g.m) tile<T, 1, Vectors, Partial>(g, row, col, tail);
}

template <class T, bool Partial>
void last_panel(const GemmArguments<T>& g, int col, int vectors, int tail) {
  switch (vectors) {
    case 1: return column_panel<T, 1, Partial>(g, col, tail);
    case 2: return column_panel<T, 2, Partial>(g, col, tail);
    case 3: if constexpr (tile_vectors > 2) return column_panel<T, 3, Partial>(g, col, tail); break;
    case 4: if constexpr (tile_vectors > 2) return column_panel<T, 4, Partial>(g, col, tail); break;
  }
}

}  // namespace

template <class T>
void gemm(const GemmArguments<T>& g) {
  constexpr int panel = tile_vectors * lanes<T>;
  int col = 0;
  for (; col + panel <= g.n; col += panel) column_panel<T, tile_vectors, false>(g, col, 0);
  const int rest = g.n - col, tail = rest % lanes<T>;
  if (tail > 0) last_panel<T, true>(g, col, rest / lanes<T> + 1, tail);
  else if (rest > 0) last_panel<T, false>(g, col, rest / lanes<T>, 0);
}

template <class T>
void transpose(const T* src, int rows, int cols, T* dst) {
  constexpr int block = 16;  // a cache line of floats
  for (int r0 = 0; r0 < rows; r0 += block)
    for (int c0 = 0; c0 < cols; c0 += block)
      for (int c = c0; c < std::min(c0 + block, cols); ++c)
        for (int r = r0; r < std::min(r0 + block, rows); ++r)
          dst[static_cast<long>(c) * rows + r] = src[static_cast<long>(r) * cols + c];
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
