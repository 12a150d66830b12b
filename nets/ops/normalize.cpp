#include <cmath>

#include "nets/ops/normal_row_internal.h"

// Standardisation of observations, clipping to limits per column, and layer normalisation.
namespace sinew {
namespace {

using internal::Block;
using simd::Vec;

// scalars: the limit. The gradient to x is dy · scale, and 0 where the limit clips.
template <class T>
void standardize_backward(BasicTape<T>& tape, Node<T>& node) {
  T* dx = tape.zeroed_sink(node.inputs[0]);
  if (!dx) return;
  const int n = node.shape.columns();
  for (int64_t i = 0; i < node.shape.size(); ++i)
    if (std::abs(node.value[i]) < node.scalars[0]) dx[i] += node.gradient[i] * node.inputs[2]->value[i % n];
}
template <class T>
constexpr Operation<T> standardize_operation{"standardize", standardize_backward<T>};

template <class T>
void clip_columns_backward(BasicTape<T>& tape, Node<T>& node) {
  T* dx = tape.zeroed_sink(node.inputs[0]);
  if (!dx) return;
  for (int64_t i = 0; i < node.shape.size(); ++i)
    if (node.value[i] == node.inputs[0]->value[i]) dx[i] += node.gradient[i];
}
template <class T>
constexpr Operation<T> clip_columns_operation{"clip_columns", clip_columns_backward<T>};

template <class T>
void layer_norm_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*x = node.inputs[0], *scale = node.inputs[1], *shift = node.inputs[2];
  const int n = node.shape.columns();
  T *dx = tape.zeroed_sink(x), *dscale = tape.zeroed_sink(scale), *dshift = tape.zeroed_sink(shift);
  T *normal = tape.scratch(n), *g = tape.scratch(n);
  for (int row = 0; row < node.shape.rows(); ++row) {
    const T* dy = node.gradient + int64_t{row} * n;
    const T inverse = internal::normalize_row(x->value + int64_t{row} * n, n, node.scalars[0], normal);
    for (int i = 0; i < n; ++i) {
      if (dscale) dscale[i] += dy[i] * normal[i];
      if (dshift) dshift[i] += dy[i];
      g[i] = dy[i] * scale->value[i];
    }
    if (!dx) continue;
    internal::normalize_row_backward(normal, inverse, g, n, g);
    for (int i = 0; i < n; ++i) dx[int64_t{row} * n + i] += g[i];
  }
}
template <class T>
constexpr Operation<T> layer_norm_operation{"layer_norm", layer_norm_backward<T>};

}  // namespace

template <class T>
BasicTensor<T> standardize(BasicTensor<T> x, BasicTensor<T> mean, BasicTensor<T> scale, double limit) {
  const int n = x.shape().columns();
  if (x.shape().rank() == 0 || !(mean.shape() == Shape{n}) || !(scale.shape() == Shape{n}))
    internal::shape_error(
        x.tape(), "standardize",
        fmt::format("input {}, mean {}, scale {}", x.shape().text(), mean.shape().text(), scale.shape().text()));
  Node<T>* node = x.tape().make_node(standardize_operation<T>, x.shape(), {x.node(), mean.node(), scale.node()});
  node->scalars[0] = static_cast<T>(limit);
  const Vec<T> high = simd::broadcast(static_cast<T>(limit));
  for (int row = 0; row < x.shape().rows(); ++row) {
    const T* in = x.data() + int64_t{row} * n;
    T* out = node->value + int64_t{row} * n;
    internal::for_blocks<T>(n, [&](const Block<T>& block) {
      const Vec<T> z = (block.load(in) - block.load(mean.data())) * block.load(scale.data());
      block.store(out, simd::at_most(simd::at_least(z, -high), high));
    });
  }
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> clip_columns(BasicTensor<T> x, BasicTensor<T> low, BasicTensor<T> high) {
  const int n = x.shape().columns();
  if (x.shape().rank() == 0 || !(low.shape() == Shape{n}) || !(high.shape() == Shape{n}))
    internal::shape_error(
        x.tape(), "clip_columns",
        fmt::format("input {}, low {}, high {}", x.shape().text(), low.shape().text(), high.shape().text()));
  Node<T>* node = x.tape().make_node(clip_columns_operation<T>, x.shape(), {x.node(), low.node(), high.node()});
  for (int row = 0; row < x.shape().rows(); ++row)
    internal::for_blocks<T>(n, [&](const Block<T>& block) {
      const Vec<T> value = block.load(x.data() + int64_t{row} * n);
      block.store(node->value + int64_t{row} * n,
                  simd::at_most(simd::at_least(value, block.load(low.data())), block.load(high.data())));
    });
  return {x.tape(), node};
}

template <class T>
BasicTensor<T> layer_norm(BasicTensor<T> x, BasicTensor<T> scale, BasicTensor<T> shift, double epsilon) {
  const int n = x.shape().columns();
  if (x.shape().rank() == 0 || n == 0 || !(scale.shape() == Shape{n}) || !(shift.shape() == Shape{n}))
    internal::shape_error(
        x.tape(), "layer_norm",
        fmt::format("input {}, scale {}, shift {}", x.shape().text(), scale.shape().text(), shift.shape().text()));
  Node<T>* node = x.tape().make_node(layer_norm_operation<T>, x.shape(), {x.node(), scale.node(), shift.node()});
  node->scalars[0] = static_cast<T>(epsilon);
  for (int row = 0; row < x.shape().rows(); ++row) {
    const T* in = x.data() + int64_t{row} * n;
    T* out = node->value + int64_t{row} * n;
    const auto [mean, inverse] = internal::moments_of_row(in, n, node->scalars[0]);
    for (int i = 0; i < n; ++i) out[i] = (in[i] - mean) * inverse * scale.data()[i] + shift.data()[i];
  }
  return {x.tape(), node};
}

#define SINEW_INSTANTIATE(T)                                                                   \
  template BasicTensor<T> standardize(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, double); \
  template BasicTensor<T> clip_columns(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>);        \
  template BasicTensor<T> layer_norm(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, double);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
