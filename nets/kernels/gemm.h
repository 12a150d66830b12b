#pragma once

/// The only interface to matrix multiplication: nets/ calls these and no other GEMM.
namespace sinew {

/// The activations that a Linear layer can fuse. Each derivative can be computed from the output alone.
enum class Activation { none, tanh, relu, elu, sigmoid };

/// C[m, n] (+)= A[m, k] · B[k, n], then + bias[n], then the activation.
///
/// A is addressed by two strides, so that a transposed A costs nothing; rows of B and of C are contiguous. An element
/// of C is one chain of fused multiply-adds over ascending k, whatever m and n are: a row of a batch has the same bits
/// as that row alone (decision 9). The chain starts at 0, or at the value in C. Single-threaded; allocates nothing. Any
/// of m, n, k may be 0.
template <class T>
struct GemmArguments {
  int m, n, k;
  const T* a;
  int a_row, a_col;  // strides, in elements
  const T* b;
  int b_row;
  T* c;
  int c_row;
  bool accumulate = false;  // start from the values in C
  const T* bias = nullptr;
  Activation activation = Activation::none;

  /// B has the layout that pack_panels() wrote for this m, which is faster to read when a product with few rows is
  /// repeated often; b_row is not read. The result has the same bits.
  bool b_packed = false;
  /// Processes the panels of B from the last to the first. When products of one large B follow each other, every second
  /// one then begins with the panels still in the cache. The result has the same bits.
  bool backwards = false;

  // For the gathered products below.
  const int* a_rows = nullptr;     // [m]: the offset of each row of A, instead of a_row
  const int* a_columns = nullptr;  // [k]: the offset of each column of A, instead of a_col
  int segments = 1, a_segment = 0;
};

template <class T>
void gemm(const GemmArguments<T>& arguments);

/// dst [k · n] = B [k, n], cut into the panels of columns that gemm() with m rows of A processes in turn.
template <class T>
void pack_panels(const T* b, int b_row, int m, int k, int n, T* dst);
/// The same of the transpose of b [n, k].
template <class T>
void pack_transposed_panels(const T* b, int b_row, int m, int k, int n, T* dst);

/// The same for rows of A at any offsets, each in `segments` pieces of k neighbours that are a_segment apart (B then
/// has segments · k rows). A convolution thus reads its input in place, with the rows of a window as segments. a_row
/// and a_col are not read.
template <class T>
void gemm_of_rows(const GemmArguments<T>& arguments);
/// The same for columns of A at any offsets: the gradient of a convolution's weights. a_col is not read.
template <class T>
void gemm_of_columns(const GemmArguments<T>& arguments);

/// C[m, n] (+)= A[m, k] · B[n, k]ᵀ, rows of A, B and C contiguous: the gradient of a layer's input. No bias, no
/// activation. The order of its sums follows from the shapes, and a row's bits may differ with m.
template <class T>
void gemm_transposed(const GemmArguments<T>& arguments);

/// sums[i] += Σ over rows of src[row, i]; src [rows, cols] is dense.
template <class T>
void add_column_sums(const T* src, int rows, int cols, T* sums);

/// dst[cols, rows] = src[rows, cols] transposed; their rows lie src_row and dst_row apart.
template <class T>
void transpose(const T* src, int src_row, int rows, int cols, T* dst, int dst_row);

/// gradient[i] = gradient_y[i] · f'(x[i]), computed from the output y = f(x).
template <class T>
void activation_gradient(Activation activation, const T* y, const T* gradient_y, T* gradient, int count);

extern template void gemm(const GemmArguments<float>&);
extern template void gemm(const GemmArguments<double>&);

}  // namespace sinew
