#include "nets/kernels/gemm_panel_internal.h"

namespace sinew {

template <class T>
void gemm(const GemmArguments<T>& g) {
  all_panels<T, Addressing::strided>(g);
}

template void gemm(const GemmArguments<float>&);
template void gemm(const GemmArguments<double>&);

}  // namespace sinew
