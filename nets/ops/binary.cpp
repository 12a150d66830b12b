#include <algorithm>

#include "nets/ops/ops_internal.h"

// Elementwise operations of two tensors that broadcast.
namespace sinew {
namespace {

using internal::Block;
using simd::Vec;

// Traversal of the output: up to three outer loops, then a contiguous inner one in which each operand advances (1) or
// stays (0).
struct BroadcastPlan {
  Shape shape;
  int64_t extent[3] = {1, 1, 1};
  int64_t step[2][3] = {};  // of operand a and b, per outer loop
  int64_t inner = 1;
  bool advances[2] = {true, true};
};

// The stride of each output axis in an operand: 0 where it is repeated.
bool operand_strides(const Shape& operand, const Shape& out, int64_t strides[Shape::max_rank]) {
  int64_t stride = 1;
  for (int axis = out.rank() - 1, own = operand.rank() - 1; axis >= 0; --axis, --own) {
    const int extent = own >= 0 ? operand[own] : 1;
    if (extent != out[axis] && extent != 1) return false;
    strides[axis] = extent == 1 ? 0 : stride;
    stride *= extent;
  }
  return true;
}

bool plan_broadcast(const Shape& a, const Shape& b, BroadcastPlan& plan) {
  if (a == b) {
    plan.shape = a;
    plan.inner = a.size();
    return true;
  }
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  plan.shape = longer;
  for (int i = 1; i <= std::min(a.rank(), b.rank()); ++i) {
    const int ea = a[-i], eb = b[-i];
    if (ea != eb && ea != 1 && eb != 1) return false;
    plan.shape = plan.shape.with(-i, ea == 1 ? eb : ea);
  }
  int64_t strides[2][Shape::max_rank] = {};
  if (!operand_strides(a, plan.shape, strides[0]) || !operand_strides(b, plan.shape, strides[1])) return false;
  if (a.size() == 1 || b.size() == 1) {  // one number with all of the other
    plan.inner = plan.shape.size();
    plan.advances[0] = a.size() != 1 || plan.inner == 1;
    plan.advances[1] = b.size() != 1 || plan.inner == 1;
    return true;
  }
  const int last = plan.shape.rank() - 1;
  plan.inner = plan.shape[last];
  for (int operand = 0; operand < 2; ++operand) plan.advances[operand] = strides[operand][last] == 1 || plan.inner == 1;
  for (int axis = 0; axis < last; ++axis) {
    const int loop = axis + 3 - last;
    plan.extent[loop] = plan.shape[axis];
    for (int operand = 0; operand < 2; ++operand) plan.step[operand][loop] = strides[operand][axis];
  }
  return true;
}

// Calls body(offset in out, offset in a, offset in b) for each inner loop.
template <class Body>
void for_rows(const BroadcastPlan& plan, Body&& body) {
  int64_t out = 0;
  for (int64_t i = 0; i < plan.extent[0]; ++i)
    for (int64_t j = 0; j < plan.extent[1]; ++j)
      for (int64_t k = 0; k < plan.extent[2]; ++k, out += plan.inner)
        body(out, i * plan.step[0][0] + j * plan.step[0][1] + k * plan.step[0][2],
             i * plan.step[1][0] + j * plan.step[1][1] + k * plan.step[1][2]);
}

template <class T>
struct Operand {
  const T* p;
  bool advances;
  Vec<T> load(const Block<T>& block) const { return advances ? block.load(p) : simd::broadcast(*p); }
};

#define SINEW_BINARY(NAME, SYMBOL, VALUE, SLOPE_A, SLOPE_B)                                         \
  template <class T>                                                                                \
  struct NAME {                                                                                     \
    static constexpr const char* name = SYMBOL;                                                     \
    static Vec<T> value(Vec<T> a, Vec<T> b) { return VALUE; }                                       \
    static Vec<T> slope_a([[maybe_unused]] Vec<T> a, [[maybe_unused]] Vec<T> b) { return SLOPE_A; } \
    static Vec<T> slope_b([[maybe_unused]] Vec<T> a, [[maybe_unused]] Vec<T> b) { return SLOPE_B; } \
  };

template <class T>
Vec<T> constant(double x) {
  return simd::broadcast(static_cast<T>(x));
}
// 1 where a wins, ½ at a tie.
template <class T>
Vec<T> share(Vec<T> winner, Vec<T> loser) {
  return winner < loser ? constant<T>(1) : (winner == loser ? constant<T>(0.5) : constant<T>(0));
}

SINEW_BINARY(Add, "add", a + b, constant<T>(1), constant<T>(1))
SINEW_BINARY(Subtract, "subtract", a - b, constant<T>(1), constant<T>(-1))
SINEW_BINARY(Multiply, "multiply", a* b, b, a)
SINEW_BINARY(Divide, "divide", a / b, 1 / b, -a / (b * b))
// NaN wins.
SINEW_BINARY(Minimum, "min", ((b < a) | (b != b)) ? b : a, share<T>(a, b), share<T>(b, a))
SINEW_BINARY(Maximum, "max", ((b > a) | (b != b)) ? b : a, share<T>(b, a), share<T>(a, b))
#undef SINEW_BINARY

template <class T, template <class> class Op, int operand>
void flow_to(BasicTape<T>& tape, Node<T>& node, const BroadcastPlan& plan) {
  Node<T>* target = node.inputs[operand];
  const bool same_size = target->shape.size() == node.shape.size();
  GradientSink<T> sink = same_size ? tape.sink(target) : GradientSink<T>{tape.zeroed_sink(target), false};
  if (!sink.data) return;
  for_rows(plan, [&](int64_t out, int64_t at_a, int64_t at_b) {
    const Operand<T> a{node.inputs[0]->value + at_a, plan.advances[0]};
    const Operand<T> b{node.inputs[1]->value + at_b, plan.advances[1]};
    const auto flow = [&](const Block<T>& block) {
      const Vec<T> slope =
          operand == 0 ? Op<T>::slope_a(a.load(block), b.load(block)) : Op<T>::slope_b(a.load(block), b.load(block));
      return block.load(node.gradient + out) * slope;
    };
    T* destination = sink.data + (operand == 0 ? at_a : at_b);
    if (plan.advances[operand]) {
      internal::for_blocks<T>(plan.inner,
                              [&](const Block<T>& block) { block.put({destination, sink.fresh}, flow(block)); });
    } else {
      simd::Vec<T> total{};
      internal::for_blocks<T>(plan.inner, [&](const Block<T>& block) {
        Vec<T> part = flow(block);
        for (int i = block.count; i < simd::lanes<T>; ++i) part[i] = 0;  // 0 · (1/0) of unused lanes
        total += part;
      });
      *destination += internal::sum_lanes<T>(total);
    }
  });
}

template <class T, template <class> class Op>
void binary_backward(BasicTape<T>& tape, Node<T>& node) {
  BroadcastPlan plan;
  plan_broadcast(node.inputs[0]->shape, node.inputs[1]->shape, plan);
  flow_to<T, Op, 0>(tape, node, plan);
  flow_to<T, Op, 1>(tape, node, plan);
}

template <class T, template <class> class Op>
BasicTensor<T> binary(const BasicTensor<T>& a, const BasicTensor<T>& b) {
  static constexpr Operation<T> operation{Op<T>::name, binary_backward<T, Op>};
  BroadcastPlan plan;
  if (!plan_broadcast(a.shape(), b.shape(), plan))
    internal::shape_error(a.tape(), operation.name,
                          fmt::format("the shapes {} and {} do not broadcast", a.shape().text(), b.shape().text()));
  Node<T>* node = a.tape().make_node(operation, plan.shape, {a.node(), b.node()});
  for_rows(plan, [&](int64_t out, int64_t at_a, int64_t at_b) {
    const Operand<T> x{a.data() + at_a, plan.advances[0]}, y{b.data() + at_b, plan.advances[1]};
    internal::for_blocks<T>(plan.inner, [&](const Block<T>& block) {
      block.store(node->value + out, Op<T>::value(x.load(block), y.load(block)));
    });
  });
  return {a.tape(), node};
}

}  // namespace

template <class T>
BasicTensor<T> operator+(BasicTensor<T> a, BasicTensor<T> b) {
  return binary<T, Add>(a, b);
}
template <class T>
BasicTensor<T> operator-(BasicTensor<T> a, BasicTensor<T> b) {
  return binary<T, Subtract>(a, b);
}
template <class T>
BasicTensor<T> operator*(BasicTensor<T> a, BasicTensor<T> b) {
  return binary<T, Multiply>(a, b);
}
template <class T>
BasicTensor<T> operator/(BasicTensor<T> a, BasicTensor<T> b) {
  return binary<T, Divide>(a, b);
}
template <class T>
BasicTensor<T> min(BasicTensor<T> a, BasicTensor<T> b) {
  return binary<T, Minimum>(a, b);
}
template <class T>
BasicTensor<T> max(BasicTensor<T> a, BasicTensor<T> b) {
  return binary<T, Maximum>(a, b);
}

#define SINEW_INSTANTIATE(T)                                         \
  template BasicTensor<T> operator+(BasicTensor<T>, BasicTensor<T>); \
  template BasicTensor<T> operator-(BasicTensor<T>, BasicTensor<T>); \
  template BasicTensor<T> operator*(BasicTensor<T>, BasicTensor<T>); \
  template BasicTensor<T> operator/(BasicTensor<T>, BasicTensor<T>); \
  template BasicTensor<T> min(BasicTensor<T>, BasicTensor<T>);       \
  template BasicTensor<T> max(BasicTensor<T>, BasicTensor<T>);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
