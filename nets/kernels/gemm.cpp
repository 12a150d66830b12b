#include "nets/kernels/gemm_panel_internal.h"

namespace sinew {

template <class T>
void gemm(const GemmArguments<T>& g) {
  all_panels<T, Addressing::strided>(g);
}

template <class T>
void pack_panels(const T* b, int b_row, int k, int n, T* dst) {
  for (int col = 0; col < n; col += panel_width<T>) {
    const int width = std::min(panel_width<T>, n - col);
    for (int row = 0; row < k; ++row, dst += width) std::copy_n(b + static_cast<long>(row) * b_row + col, width, dst);
  }
}

template void gemm(const GemmArguments<float>&);
template void gemm(const GemmArguments<double>&);
template void pack_panels(const float*, int, int, int, float*);
template void pack_panels(const double*, int, int, int, double*);

}  // namespace sinew
