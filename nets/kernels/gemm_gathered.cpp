#include "nets/kernels/gemm_internal.h"

namespace sinew {

template <class T>
void gemm_of_rows(const GemmArguments<T>& g) {
  all_panels<T, Addressing::rows>(g);
}

template <class T>
void gemm_of_columns(const GemmArguments<T>& g) {
  all_panels<T, Addressing::columns>(g);
}

template void gemm_of_rows(const GemmArguments<float>&);
template void gemm_of_rows(const GemmArguments<double>&);
template void gemm_of_columns(const GemmArguments<float>&);
template void gemm_of_columns(const GemmArguments<double>&);

}  // namespace sinew
