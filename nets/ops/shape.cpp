#include <algorithm>

#include "nets/ops/ops_internal.h"

// Operations that move values, or reference them, without changing them.
namespace sinew {
namespace {

template <class T>
void add_to_input(BasicTape<T>& tape, Node<T>& node) {
  const GradientSink<T> sink = tape.sink(node.inputs[0]);
  if (!sink.data) return;
  internal::for_blocks<T>(node.shape.size(),
                          [&](const internal::Block<T>& block) { block.put(sink, block.load(node.gradient)); });
}

template <class T>
constexpr Operation<T> reshape_operation{"reshape", add_to_input<T>};
template <class T>
constexpr Operation<T> stop_operation{"stop_gradient", nullptr};

// integers: begin column.
template <class T>
void slice_backward(BasicTape<T>& tape, Node<T>& node) {
  T* out = tape.zeroed_sink(node.inputs[0]);
  if (!out) return;
  const int n = node.shape.columns(), width = node.inputs[0]->shape.columns();
  for (int row = 0; row < node.shape.rows(); ++row)
    for (int i = 0; i < n; ++i) out[int64_t{row} * width + node.integers[0] + i] += node.gradient[int64_t{row} * n + i];
}
template <class T>
constexpr Operation<T> slice_operation{"slice", slice_backward<T>};

template <class T>
void concat_backward(BasicTape<T>& tape, Node<T>& node) {
  const int width = node.shape.columns();
  int begin = 0;
  for (int part = 0; part < 2; ++part) {
    Node<T>* input = node.inputs[part];
    const int n = input->shape.columns();
    if (T* out = tape.zeroed_sink(input))
      for (int row = 0; row < node.shape.rows(); ++row)
        for (int i = 0; i < n; ++i) out[int64_t{row} * n + i] += node.gradient[int64_t{row} * width + begin + i];
    begin += n;
  }
}
template <class T>
constexpr Operation<T> concat_operation{"concat", concat_backward<T>};

template <class T>
void gather_backward(BasicTape<T>& tape, Node<T>& node) {
  T* out = tape.zeroed_sink(node.inputs[0]);
  if (!out) return;
  const int n = node.inputs[0]->shape.columns();
  for (int64_t row = 0; row < node.shape.size(); ++row) out[row * n + node.indices[row]] += node.gradient[row];
}
template <class T>
constexpr Operation<T> gather_operation{"gather", gather_backward<T>};

template <class T>
constexpr Operation<T> argmax_operation{"argmax", nullptr};

template <class T>
BasicTensor<T> concat_two(const BasicTensor<T>& a, const BasicTensor<T>& b) {
  if (a.shape().rank() == 0 || a.shape().rank() != b.shape().rank() ||
      a.shape().with(-1, 1).size() != b.shape().with(-1, 1).size() || !(a.shape().with(-1, 1) == b.shape().with(-1, 1)))
    internal::shape_error(a.tape(), "concat",
                          fmt::format("{} and {} differ before the last axis", a.shape().text(), b.shape().text()));
  const int na = a.shape().columns(), nb = b.shape().columns();
  Node<T>* node = a.tape().make_node(concat_operation<T>, a.shape().with(-1, na + nb), {a.node(), b.node()});
  T* out = node->value;
  for (int row = 0; row < a.shape().rows(); ++row) {
    out = std::copy_n(a.data() + int64_t{row} * na, na, out);
    out = std::copy_n(b.data() + int64_t{row} * nb, nb, out);
  }
  return {a.tape(), node};
}

}  // namespace

template <class T>
BasicTensor<T> reshape(BasicTensor<T> x, Shape shape) {
  if (shape.size() != x.size())
    internal::shape_error(x.tape(), "reshape", fmt::format("{} cannot become {}", x.shape().text(), shape.text()));
  return {x.tape(), x.tape().make_alias(reshape_operation<T>, shape, x.node())};
}

template <class T>
BasicTensor<T> stop_gradient(BasicTensor<T> x) {
  Node<T>* node = x.tape().make_alias(stop_operation<T>, x.shape(), x.node());
  node->requires_gradient = false;
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> concat(std::span<const BasicTensor<T>> tensors) {
  if (tensors.empty()) fail("concat: no tensors");
  BasicTensor<T> result = tensors[0];
  for (const BasicTensor<T>& next : tensors.subspan(1)) result = concat_two(result, next);
  return result;
}

template <class T>
BasicTensor<T> slice(BasicTensor<T> x, int begin, int end) {
  if (x.shape().rank() == 0 || begin < 0 || end < begin || end > x.shape().columns())
    internal::shape_error(x.tape(), "slice", fmt::format("columns {} to {} of {}", begin, end, x.shape().text()));
  const int n = end - begin, width = x.shape().columns();
  Node<T>* node = x.tape().make_node(slice_operation<T>, x.shape().with(-1, n), {x.node()});
  node->integers[0] = begin;
  for (int row = 0; row < x.shape().rows(); ++row)
    std::copy_n(x.data() + int64_t{row} * width + begin, n, node->value + int64_t{row} * n);
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> gather(BasicTensor<T> x, std::span<const int> indices) {
  if (x.shape().rank() == 0 || static_cast<int>(indices.size()) != x.shape().rows())
    internal::shape_error(x.tape(), "gather",
                          fmt::format("{} indices for the rows of {}", indices.size(), x.shape().text()));
  Shape shape;
  for (int i = 0; i + 1 < x.shape().rank(); ++i) shape.append(x.shape()[i]);
  Node<T>* node = x.tape().make_node(gather_operation<T>, shape, {x.node()});
  const int n = x.shape().columns();
  int* copy = x.tape().index_scratch(static_cast<int64_t>(indices.size()));
  node->indices = copy;
  for (size_t row = 0; row < indices.size(); ++row) {
    if (indices[row] < 0 || indices[row] >= n)
      internal::shape_error(x.tape(), "gather", fmt::format("index {} in rows of {}", indices[row], n));
    copy[row] = indices[row];
    node->value[row] = x.data()[static_cast<int64_t>(row) * n + indices[row]];
  }
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> argmax(BasicTensor<T> x) {
  const int n = x.shape().columns();
  if (x.shape().rank() == 0 || n == 0)
    internal::shape_error(x.tape(), "argmax", fmt::format("rows of {}", x.shape().text()));
  Node<T>* node = x.tape().make_node(argmax_operation<T>, x.shape().with(-1, 1), {x.node()});
  node->requires_gradient = false;
  for (int row = 0; row < x.shape().rows(); ++row) {
    const T* in = x.data() + int64_t{row} * n;
    node->value[row] = static_cast<T>(std::max_element(in, in + n) - in);
  }
  return {x.tape(), node};
}

#define SINEW_INSTANTIATE(T)                                            \
  template BasicTensor<T> reshape(BasicTensor<T>, Shape);               \
  template BasicTensor<T> stop_gradient(BasicTensor<T>);                \
  template BasicTensor<T> concat(std::span<const BasicTensor<T>>);      \
  template BasicTensor<T> slice(BasicTensor<T>, int, int);              \
  template BasicTensor<T> gather(BasicTensor<T>, std::span<const int>); \
  template BasicTensor<T> argmax(BasicTensor<T>);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
