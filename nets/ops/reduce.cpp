#include <algorithm>
#include <cmath>

#include "nets/ops/ops_internal.h"

// Sums and means, and the softmax family over the last axis.
namespace sinew {
namespace {

using internal::Block;
using simd::Vec;

template <class T>
void sum_all_backward(BasicTape<T>& tape, Node<T>& node) {
  const GradientSink<T> sink = tape.sink(node.inputs[0]);
  if (!sink.data) return;
  const Vec<T> gradient = simd::broadcast(node.gradient[0]);
  internal::for_blocks<T>(node.inputs[0]->shape.size(), [&](const Block<T>& block) { block.put(sink, gradient); });
}
template <class T>
constexpr Operation<T> sum_all{"sum", sum_all_backward<T>};

// An axis of length n, with `outer` elements before it and `inner` after it.
struct AxisSplit {
  int64_t outer = 1, n = 1, inner = 1;
  AxisSplit(const Shape& shape, int axis) : n(shape[axis]) {
    if (axis < 0) axis += shape.rank();
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }
};

template <class T>
void sum_axis_backward(BasicTape<T>& tape, Node<T>& node) {
  T* out = tape.zeroed_sink(node.inputs[0]);
  if (!out) return;
  const AxisSplit split(node.inputs[0]->shape, node.integers[0]);
  for (int64_t o = 0; o < split.outer; ++o)
    for (int64_t i = 0; i < split.n; ++i, out += split.inner)
      for (int64_t j = 0; j < split.inner; ++j) out[j] += node.gradient[o * split.inner + j];
}
template <class T>
constexpr Operation<T> sum_axis{"sum", sum_axis_backward<T>};

// y = x - logsumexp(x):  dx = dy - softmax · Σ dy.
template <class T>
void log_softmax_backward(BasicTape<T>& tape, Node<T>& node) {
  T* out = tape.zeroed_sink(node.inputs[0]);
  if (!out) return;
  const int n = node.shape.columns();
  for (int row = 0; row < node.shape.rows(); ++row) {
    const T *y = node.value + int64_t{row} * n, *dy = node.gradient + int64_t{row} * n;
    T* dx = out + int64_t{row} * n;
    T total = 0;
    for (int i = 0; i < n; ++i) total += dy[i];
    for (int i = 0; i < n; ++i) dx[i] += dy[i] - std::exp(y[i]) * total;
  }
}
template <class T>
constexpr Operation<T> log_softmax_operation{"log_softmax", log_softmax_backward<T>};

// y = logsumexp(x):  dx = exp(x - y) · dy.
template <class T>
void logsumexp_backward(BasicTape<T>& tape, Node<T>& node) {
  T* out = tape.zeroed_sink(node.inputs[0]);
  if (!out) return;
  const Shape& shape = node.inputs[0]->shape;
  const int n = shape.columns();
  for (int row = 0; row < shape.rows(); ++row)
    for (int i = 0; i < n; ++i)
      out[int64_t{row} * n + i] +=
          node.gradient[row] * std::exp(node.inputs[0]->value[int64_t{row} * n + i] - node.value[row]);
}
template <class T>
constexpr Operation<T> logsumexp_operation{"logsumexp", logsumexp_backward<T>};

// log Σ exp(x) in two terms, so that small terms beside the largest x keep their digits.
template <class T>
struct LogSumExp {
  T largest, rest = 0;
  LogSumExp(const T* x, int n) : largest(*std::max_element(x, x + n)) {
    if (std::isinf(largest)) return;
    T total = 0;
    for (int i = 0; i < n; ++i) total += std::exp(x[i] - largest);
    rest = std::log(total);
  }
};

template <class T>
void check_columns(const BasicTensor<T>& x, const char* operation) {
  if (x.shape().rank() == 0 || x.shape().columns() == 0)
    internal::shape_error(x.tape(), operation, fmt::format("the last axis of {} is empty", x.shape().text()));
}

Shape without_axis(const Shape& shape, int axis) {
  Shape result;
  for (int i = 0; i < shape.rank(); ++i)
    if (i != axis) result.append(shape[i]);
  return result;
}

}  // namespace

template <class T>
BasicTensor<T> sum(BasicTensor<T> x) {
  Node<T>* node = x.tape().make_node(sum_all<T>, {}, {x.node()});
  node->value[0] = internal::sum_blocks<T>(x.size(), [&](const Block<T>& block) { return block.load(x.data()); });
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> mean(BasicTensor<T> x) {
  if (x.size() == 0) internal::shape_error(x.tape(), "mean", fmt::format("{} has no elements", x.shape().text()));
  return sum(x) * (1.0 / static_cast<double>(x.size()));
}

template <class T>
BasicTensor<T> sum(BasicTensor<T> x, int axis) {
  const int rank = x.shape().rank();
  if (axis < -rank || axis >= rank)
    internal::shape_error(x.tape(), "sum", fmt::format("{} has no axis {}", x.shape().text(), axis));
  if (axis < 0) axis += rank;
  Node<T>* node = x.tape().make_node(sum_axis<T>, without_axis(x.shape(), axis), {x.node()});
  node->integers[0] = axis;
  const AxisSplit split(x.shape(), axis);
  std::fill_n(node->value, node->shape.size(), T(0));
  const T* in = x.data();
  for (int64_t o = 0; o < split.outer; ++o)
    for (int64_t i = 0; i < split.n; ++i, in += split.inner)
      for (int64_t j = 0; j < split.inner; ++j) node->value[o * split.inner + j] += in[j];
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> mean(BasicTensor<T> x, int axis) {
  const BasicTensor<T> total = sum(x, axis);
  if (x.shape()[axis] == 0)
    internal::shape_error(x.tape(), "mean", fmt::format("axis {} of {} is empty", axis, x.shape().text()));
  return total * (1.0 / x.shape()[axis]);
}

template <class T>
BasicTensor<T> logsumexp(BasicTensor<T> x) {
  check_columns(x, "logsumexp");
  const int n = x.shape().columns();
  Node<T>* node = x.tape().make_node(logsumexp_operation<T>, without_axis(x.shape(), x.shape().rank() - 1), {x.node()});
  for (int row = 0; row < x.shape().rows(); ++row) {
    const LogSumExp<T> total(x.data() + int64_t{row} * n, n);
    node->value[row] = total.largest + total.rest;
  }
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> log_softmax(BasicTensor<T> x) {
  check_columns(x, "log_softmax");
  const int n = x.shape().columns();
  Node<T>* node = x.tape().make_node(log_softmax_operation<T>, x.shape(), {x.node()});
  for (int row = 0; row < x.shape().rows(); ++row) {
    const T* in = x.data() + int64_t{row} * n;
    const LogSumExp<T> total(in, n);
    for (int i = 0; i < n; ++i) node->value[int64_t{row} * n + i] = (in[i] - total.largest) - total.rest;
  }
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> softmax(BasicTensor<T> x) {
  return exp(log_softmax(x));
}

#define SINEW_INSTANTIATE(T)                           \
  template BasicTensor<T> sum(BasicTensor<T>);         \
  template BasicTensor<T> mean(BasicTensor<T>);        \
  template BasicTensor<T> sum(BasicTensor<T>, int);    \
  template BasicTensor<T> mean(BasicTensor<T>, int);   \
  template BasicTensor<T> logsumexp(BasicTensor<T>);   \
  template BasicTensor<T> log_softmax(BasicTensor<T>); \
  template BasicTensor<T> softmax(BasicTensor<T>);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
