#include <cmath>

#include "nets/ops_internal.h"

// Matrix products, the fused affine layer, and layer normalisation.
namespace sinew {
namespace {

using internal::Block;
using simd::Vec;

// dst (+)= a[m, k] · b[k, n] with a's strides.
template <class T>
void multiply(int m, int n, int k, const T* a, int a_row, int a_col, const T* b, T* dst, bool accumulate) {
  gemm<T>({.m = m, .n = n, .k = k, .a = a, .a_row = a_row, .a_col = a_col, .b = b, .b_row = n,
           .c = dst, .c_row = n, .accumulate = accumulate});
}

// Gradients of y = x[m, k] · w[k, n], from dy[m, n]. `transposed` is w transposed, if at hand.
template <class T>
void product_backward(BasicTape<T>& tape, Node<T>* x, Node<T>* w, const T* transposed, const T* dy, int m, int k, int n) {
  if (const GradientSink<T> dw = tape.sink(w); dw.data) multiply(k, n, m, x->value, 1, k, dy, dw.data, !dw.fresh);
  if (const GradientSink<T> dx = tape.sink(x); dx.data) {
    if (!transposed) {
      T* copy = tape.scratch(int64_t{k} * n);
      transpose(w->value, k, n, copy);
      transposed = copy;
    }
    multiply(m, k, n, dy, n, 1, transposed, dx.data, !dx.fresh);
  }
}

template <class T>
void matmul_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*a = node.inputs[0], *b = node.inputs[1];
  product_backward(tape, a, b, static_cast<const T*>(nullptr), node.gradient, a->shape[0], a->shape[1], b->shape[1]);
}
template <class T>
constexpr Operation<T> matmul_operation{"matmul", matmul_backward<T>};

// integers: the activation.
template <class T>
void affine_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*x = node.inputs[0], *w = node.inputs[1];
  const int k = w->shape[0], n = w->shape[1], m = node.shape.rows();
  const auto activation = static_cast<Activation>(node.integers[0]);
  const T* dy = node.gradient;
  if (activation != Activation::none) {
    T* dz = tape.scratch(node.shape.size());
    activation_gradient(activation, node.value, node.gradient, dz, static_cast<int>(node.shape.size()));
    dy = dz;
  }
  if (T* db = node.inputs[2] ? tape.zeroed_sink(node.inputs[2]) : nullptr)
    for (int row = 0; row < m; ++row)
      for (int i = 0; i < n; ++i) db[i] += dy[int64_t{row} * n + i];
  product_backward(tape, x, w, w->parameter ? w->parameter->transposed() : nullptr, dy, m, k, n);
}
template <class T>
constexpr Operation<T> affine_operation{"affine", affine_backward<T>};

// With n̂ = (x - mean) / deviation and g = dy · scale:
// dx = (g - mean(g) - n̂ · mean(g · n̂)) / deviation.
template <class T>
void layer_norm_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*x = node.inputs[0], *scale = node.inputs[1], *shift = node.inputs[2];
  const int n = node.shape.columns();
  T *dx = tape.zeroed_sink(x), *dscale = tape.zeroed_sink(scale), *dshift = tape.zeroed_sink(shift);
  for (int row = 0; row < node.shape.rows(); ++row) {
    const T *in = x->value + int64_t{row} * n, *dy = node.gradient + int64_t{row} * n;
    T mean = 0, variance = 0, mean_g = 0, mean_gn = 0;
    for (int i = 0; i < n; ++i) mean += in[i] / n;
    for (int i = 0; i < n; ++i) variance += (in[i] - mean) * (in[i] - mean) / n;
    const T inverse = 1 / std::sqrt(variance + node.scalars[0]);
    for (int i = 0; i < n; ++i) {
      const T normal = (in[i] - mean) * inverse, g = dy[i] * scale->value[i];
      mean_g += g / n;
      mean_gn += g * normal / n;
      if (dscale) dscale[i] += dy[i] * normal;
      if (dshift) dshift[i] += dy[i];
    }
    if (dx)
      for (int i = 0; i < n; ++i)
        dx[int64_t{row} * n + i] += (dy[i] * scale->value[i] - mean_g - (in[i] - mean) * inverse * mean_gn) * inverse;
  }
}
template <class T>
constexpr Operation<T> layer_norm_operation{"layer_norm", layer_norm_backward<T>};

}  // namespace

template <class T>
BasicTensor<T> matmul(BasicTensor<T> a, BasicTensor<T> b) {
  if (a.shape().rank() != 2 || b.shape().rank() != 2 || a.shape()[1] != b.shape()[0])
    internal::shape_error(a.tape(), "matmul", fmt::format("{} · {}", a.shape().text(), b.shape().text()));
  const int m = a.shape()[0], k = a.shape()[1], n = b.shape()[1];
  Node<T>* node = a.tape().make_node(matmul_operation<T>, {m, n}, {a.node(), b.node()});
  multiply(m, n, k, a.data(), k, 1, b.data(), node->value, false);
  return {a.tape(), node};
}

template <class T>
BasicTensor<T> affine(BasicTensor<T> x, BasicTensor<T> weight, BasicTensor<T> bias, Activation activation) {
  const Shape &w = weight.shape(), &b = bias.shape();
  const bool has_bias = !(b.rank() == 1 && b[0] == 0);
  if (x.shape().rank() < 1 || w.rank() != 2 || x.shape().columns() != w[0] || (has_bias && !(b == Shape{w[1]})))
    internal::shape_error(x.tape(), "affine", fmt::format("input {}, weight {}, bias {}: the input's last extent must be "
                                                          "the weight's first, the bias as long as its second",
                                                          x.shape().text(), w.text(), b.text()));
  const int k = w[0], n = w[1];
  Node<T>* node = x.tape().make_node(affine_operation<T>, x.shape().with(-1, n),
                                     {x.node(), weight.node(), has_bias ? bias.node() : nullptr});
  node->integers[0] = static_cast<int>(activation);
  gemm<T>({.m = node->shape.rows(), .n = n, .k = k, .a = x.data(), .a_row = k, .a_col = 1, .b = weight.data(),
           .b_row = n, .c = node->value, .c_row = n, .bias = has_bias ? bias.data() : nullptr, .activation = activation});
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> layer_norm(BasicTensor<T> x, BasicTensor<T> scale, BasicTensor<T> shift, double epsilon) {
  const int n = x.shape().columns();
  if (x.shape().rank() == 0 || n == 0 || !(scale.shape() == Shape{n}) || !(shift.shape() == Shape{n}))
    internal::shape_error(x.tape(), "layer_norm", fmt::format("input {}, scale {}, shift {}", x.shape().text(),
                                                              scale.shape().text(), shift.shape().text()));
  Node<T>* node = x.tape().make_node(layer_norm_operation<T>, x.shape(), {x.node(), scale.node(), shift.node()});
  node->scalars[0] = static_cast<T>(epsilon);
  for (int row = 0; row < x.shape().rows(); ++row) {
    const T* in = x.data() + int64_t{row} * n;
    T* out = node->value + int64_t{row} * n;
    const T mean = internal::sum_blocks<T>(n, [&](const Block<T>& block) { return block.load(in); }) / n;
    T variance = 0;
    for (int i = 0; i < n; ++i) variance += (in[i] - mean) * (in[i] - mean);
    const T inverse = 1 / std::sqrt(variance / n + node->scalars[0]);
    for (int i = 0; i < n; ++i) out[i] = (in[i] - mean) * inverse * scale.data()[i] + shift.data()[i];
  }
  return {x.tape(), node};
}

#define SINEW_INSTANTIATE(T)                                                                                    \
  template BasicTensor<T> matmul(BasicTensor<T>, BasicTensor<T>);                                               \
  template BasicTensor<T> affine(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, Activation);                   \
  template BasicTensor<T> layer_norm(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, double);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
