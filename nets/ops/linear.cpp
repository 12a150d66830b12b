#include "nets/ops/ops_internal.h"

// Matrix products and the fused affine layer.
namespace sinew {
namespace {

// dst (+)= a[m, k] · b[k, n] with a's strides.
template <class T>
void multiply(int m, int n, int k, const T* a, int a_row, int a_col, const T* b, T* dst, bool accumulate) {
  gemm<T>({.m = m,
           .n = n,
           .k = k,
           .a = a,
           .a_row = a_row,
           .a_col = a_col,
           .b = b,
           .b_row = n,
           .c = dst,
           .c_row = n,
           .accumulate = accumulate});
}

// Gradients of y = x[m, k] · w[k, n], from dy[m, n].
template <class T>
void product_backward(BasicTape<T>& tape, Node<T>* x, Node<T>* w, const T* dy, int m, int k, int n) {
  if (const GradientSink<T> dw = tape.sink(w); dw.data) multiply(k, n, m, x->value, 1, k, dy, dw.data, !dw.fresh);
  if (const GradientSink<T> dx = tape.sink(x); dx.data)
    gemm_transposed<T>({.m = m,
                        .n = k,
                        .k = n,
                        .a = dy,
                        .a_row = n,
                        .a_col = 1,
                        .b = w->value,
                        .b_row = n,
                        .c = dx.data,
                        .c_row = k,
                        .accumulate = !dx.fresh});
}

template <class T>
void matmul_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*a = node.inputs[0], *b = node.inputs[1];
  product_backward(tape, a, b, node.gradient, a->shape[0], a->shape[1], b->shape[1]);
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
  if (T* db = node.inputs[2] ? tape.zeroed_sink(node.inputs[2]) : nullptr) add_column_sums(dy, m, n, db);
  product_backward(tape, x, w, dy, m, k, n);
}
template <class T>
constexpr Operation<T> affine_operation{"affine", affine_backward<T>};

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
    internal::shape_error(x.tape(), "affine",
                          fmt::format("input {}, weight {}, bias {}: the input's last extent must be "
                                      "the weight's first, the bias as long as its second",
                                      x.shape().text(), w.text(), b.text()));
  const int k = w[0], n = w[1];
  Node<T>* node = x.tape().make_node(affine_operation<T>, x.shape().with(-1, n),
                                     {x.node(), weight.node(), has_bias ? bias.node() : nullptr});
  node->integers[0] = static_cast<int>(activation);
  gemm<T>({.m = node->shape.rows(),
           .n = n,
           .k = k,
           .a = x.data(),
           .a_row = k,
           .a_col = 1,
           .b = weight.data(),
           .b_row = n,
           .c = node->value,
           .c_row = n,
           .bias = has_bias ? bias.data() : nullptr,
           .activation = activation});
  return {x.tape(), node};
}

#define SINEW_INSTANTIATE(T)                                      \
  template BasicTensor<T> matmul(BasicTensor<T>, BasicTensor<T>); \
  template BasicTensor<T> affine(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, Activation);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
