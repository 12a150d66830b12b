#include <algorithm>

#include "nets/kernels/gemm_internal.h"

namespace sinew {

template <class T>
void gemm(const GemmArguments<T>& g) {
  all_panels<T, Addressing::strided>(g);
}

namespace {

// Calls pack(first column, width, destination) for each panel of a product of m rows.
template <class T, class Pack>
void each_panel(int m, int k, int n, T* dst, Pack pack) {
  const int wide = panel_width<T>(panel_vectors(m)), usual = panel_width<T>(max_vectors);
  for (int col = 0; col < n;) {
    const int width = col + wide <= n ? wide : std::min(usual, n - col);
    pack(col, width, dst + static_cast<long>(col) * k);
    col += width;
  }
}

}  // namespace

template <class T>
void pack_panels(const T* b, int b_row, int m, int k, int n, T* dst) {
  each_panel(m, k, n, dst, [&](int col, int width, T* to) {
    for (int row = 0; row < k; ++row, to += width) {
      const T* from = b + static_cast<long>(row) * b_row + col;
      for (int i = 0; i < width; i += lanes<T>) {
        const int count = std::min(lanes<T>, width - i);
        store_first(to + i, load_first(from + i, count), count);
      }
    }
  });
}

template <class T>
void pack_transposed_panels(const T* b, int b_row, int m, int k, int n, T* dst) {
  each_panel(m, k, n, dst, [&](int col, int width, T* to) {
    transpose(b + static_cast<long>(col) * b_row, b_row, width, k, to, width);
  });
}

template void gemm(const GemmArguments<float>&);
template void gemm(const GemmArguments<double>&);
template void pack_panels(const float*, int, int, int, int, float*);
template void pack_panels(const double*, int, int, int, int, double*);
template void pack_transposed_panels(const float*, int, int, int, int, float*);
template void pack_transposed_panels(const double*, int, int, int, int, double*);

}  // namespace sinew
