#include <cmath>

#include "nets/ops/ops_internal.h"

// Elementwise operations of one tensor: each is a value and a derivative, from the input x, the
// output y and two constants.
namespace sinew {
namespace {

using internal::Block;
using simd::Vec;

#define SINEW_UNARY(NAME, VALUE, DERIVATIVE)                                                                       \
  template <class T>                                                                                               \
  struct NAME {                                                                                                    \
    static constexpr const char* name = #NAME;                                                                     \
    static Vec<T> value([[maybe_unused]] Vec<T> x, [[maybe_unused]] T c0, [[maybe_unused]] T c1) { return VALUE; } \
    static Vec<T> derivative([[maybe_unused]] Vec<T> x, [[maybe_unused]] Vec<T> y, [[maybe_unused]] T c0,          \
                             [[maybe_unused]] T c1) {                                                              \
      return DERIVATIVE;                                                                                           \
    }                                                                                                              \
  };

template <class T>
Vec<T> one() {
  return simd::broadcast(T(1));
}
template <class T>
Vec<T> zero() {
  return Vec<T>{};
}
template <class T>
Vec<T> square_root(Vec<T> x) {
  for (int i = 0; i < simd::lanes<T>; ++i) x[i] = std::sqrt(x[i]);
  return x;
}

namespace op {
SINEW_UNARY(scale_shift, x* c0 + c1, simd::broadcast(c0))
SINEW_UNARY(exp, simd::exp(x), y)
SINEW_UNARY(log, simd::log(x), 1 / x)
SINEW_UNARY(sqrt, square_root<T>(x), T(0.5) / y)
SINEW_UNARY(square, x* x, x + x)
SINEW_UNARY(abs, simd::absolute(x), x > 0 ? one<T>() : x < 0 ? -one<T>() : zero<T>())
SINEW_UNARY(tanh, simd::tanh(x), 1 - y * y)
SINEW_UNARY(sigmoid, simd::sigmoid<T>(x), y * (1 - y))
SINEW_UNARY(softplus, simd::softplus(x), simd::sigmoid<T>(x))
SINEW_UNARY(relu, simd::at_least(x, zero<T>()), x > 0 ? one<T>() : zero<T>())
SINEW_UNARY(elu, simd::elu<T>(x), x > 0 ? one<T>() : y + 1)
SINEW_UNARY(silu, x* simd::sigmoid<T>(x), simd::sigmoid<T>(x) * (1 + x * (1 - simd::sigmoid<T>(x))))
SINEW_UNARY(clip, simd::at_most(simd::at_least(x, simd::broadcast(c0)), simd::broadcast(c1)),
            x >= c0 ? (x <= c1 ? one<T>() : zero<T>()) : zero<T>())
}  // namespace op
#undef SINEW_UNARY

template <class T, template <class> class Op>
void unary_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>* input = node.inputs[0];
  const GradientSink<T> sink = tape.sink(input);
  if (!sink.data) return;
  internal::for_blocks<T>(node.shape.size(), [&](const Block<T>& block) {
    const Vec<T> slope =
        Op<T>::derivative(block.load(input->value), block.load(node.value), node.scalars[0], node.scalars[1]);
    block.put(sink, block.load(node.gradient) * slope);
  });
}

template <class T, template <class> class Op>
BasicTensor<T> unary(const BasicTensor<T>& x, double c0 = 0, double c1 = 0) {
  static constexpr Operation<T> operation{Op<T>::name, unary_backward<T, Op>};
  Node<T>* node = x.tape().make_node(operation, x.shape(), {x.node()});
  node->scalars[0] = static_cast<T>(c0);
  node->scalars[1] = static_cast<T>(c1);
  const T* input = x.data();
  internal::for_blocks<T>(x.size(), [&](const Block<T>& block) {
    block.store(node->value, Op<T>::value(block.load(input), node->scalars[0], node->scalars[1]));
  });
  return {x.tape(), node};
}

}  // namespace

template <class T>
BasicTensor<T> scale_shift(BasicTensor<T> x, double scale, double shift) {
  return unary<T, op::scale_shift>(x, scale, shift);
}
template <class T>
BasicTensor<T> exp(BasicTensor<T> x) {
  return unary<T, op::exp>(x);
}
template <class T>
BasicTensor<T> log(BasicTensor<T> x) {
  return unary<T, op::log>(x);
}
template <class T>
BasicTensor<T> sqrt(BasicTensor<T> x) {
  return unary<T, op::sqrt>(x);
}
template <class T>
BasicTensor<T> square(BasicTensor<T> x) {
  return unary<T, op::square>(x);
}
template <class T>
BasicTensor<T> abs(BasicTensor<T> x) {
  return unary<T, op::abs>(x);
}
template <class T>
BasicTensor<T> tanh(BasicTensor<T> x) {
  return unary<T, op::tanh>(x);
}
template <class T>
BasicTensor<T> sigmoid(BasicTensor<T> x) {
  return unary<T, op::sigmoid>(x);
}
template <class T>
BasicTensor<T> softplus(BasicTensor<T> x) {
  return unary<T, op::softplus>(x);
}
template <class T>
BasicTensor<T> relu(BasicTensor<T> x) {
  return unary<T, op::relu>(x);
}
template <class T>
BasicTensor<T> elu(BasicTensor<T> x) {
  return unary<T, op::elu>(x);
}
template <class T>
BasicTensor<T> silu(BasicTensor<T> x) {
  return unary<T, op::silu>(x);
}
template <class T>
BasicTensor<T> clip(BasicTensor<T> x, double low, double high) {
  if (!(low <= high))
    internal::shape_error(x.tape(), "clip", fmt::format("the limits {} and {} are out of order", low, high));
  return unary<T, op::clip>(x, low, high);
}

#define SINEW_INSTANTIATE(T)                                           \
  template BasicTensor<T> scale_shift(BasicTensor<T>, double, double); \
  template BasicTensor<T> exp(BasicTensor<T>);                         \
  template BasicTensor<T> log(BasicTensor<T>);                         \
  template BasicTensor<T> sqrt(BasicTensor<T>);                        \
  template BasicTensor<T> square(BasicTensor<T>);                      \
  template BasicTensor<T> abs(BasicTensor<T>);                         \
  template BasicTensor<T> tanh(BasicTensor<T>);                        \
  template BasicTensor<T> sigmoid(BasicTensor<T>);                     \
  template BasicTensor<T> softplus(BasicTensor<T>);                    \
  template BasicTensor<T> relu(BasicTensor<T>);                        \
  template BasicTensor<T> elu(BasicTensor<T>);                         \
  template BasicTensor<T> silu(BasicTensor<T>);                        \
  template BasicTensor<T> clip(BasicTensor<T>, double, double);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
