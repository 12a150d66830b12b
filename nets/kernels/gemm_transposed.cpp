#include <algorithm>

#include "nets/kernels/gemm.h"
#include "nets/kernels/simd.h"

namespace sinew {
namespace {

using namespace simd;

// For few rows of A: each element is a product of two rows, summed in the lanes of a vector first.
template <class T>
void dot_products(const GemmArguments<T>& g) {
  constexpr int together = 8;  // rows of B
  for (int col = 0; col < g.n; col += together) {
    const int count = std::min(together, g.n - col);
    for (int row = 0; row < g.m; ++row) {
      const T *a = g.a + static_cast<long>(row) * g.a_row, *b = g.b + static_cast<long>(col) * g.b_row;
      Vec<T> sum[together] = {};
      for (int p = 0; p < g.k; p += lanes<T>) {
        const int width = std::min(lanes<T>, g.k - p);
        const Vec<T> a_part = load_first(a + p, width);
#pragma GCC unroll 8
        for (int j = 0; j < together; ++j)
          if (j < count) sum[j] += a_part * load_first(b + static_cast<long>(j) * g.b_row + p, width);
      }
      T* c = g.c + static_cast<long>(row) * g.c_row + col;
      for (int j = 0; j < count; ++j) {
        T total = g.accumulate ? c[j] : T(0);
        for (int lane = 0; lane < lanes<T>; ++lane) total += sum[j][lane];
        c[j] = total;
      }
    }
  }
}

// For many rows of A: a block of B is transposed into the first-level cache, and serves all rows of A.
template <class T>
void blocks(const GemmArguments<T>& g) {
  constexpr int width = 256 / sizeof(T), depth = 128;
  alignas(64) T block[depth * width];
  for (int col = 0; col < g.n; col += width)
    for (int begin = 0; begin == 0 || begin < g.k; begin += depth) {
      const int n = std::min(width, g.n - col), k = std::min(depth, g.k - begin);
      transpose(g.b + static_cast<long>(col) * g.b_row + begin, g.b_row, n, k, block, width);
      gemm<T>({.m = g.m,
               .n = n,
               .k = k,
               .a = g.a + begin,
               .a_row = g.a_row,
               .a_col = 1,
               .b = block,
               .b_row = width,
               .c = g.c + col,
               .c_row = g.c_row,
               .accumulate = g.accumulate || begin > 0});
    }
}

}  // namespace

template <class T>
void gemm_transposed(const GemmArguments<T>& g) {
  constexpr int few = 8;
  if (g.m < few)
    dot_products(g);
  else
    blocks(g);
}

template void gemm_transposed(const GemmArguments<float>&);
template void gemm_transposed(const GemmArguments<double>&);

}  // namespace sinew
