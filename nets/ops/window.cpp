#include "nets/ops/window.h"

#include <algorithm>

#include "nets/ops/ops_internal.h"

namespace sinew {
namespace {

using internal::Block;
using internal::for_blocks;

// inputs: x. The steps' rows come last in the window.
template <class T>
void window_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>* x = node.inputs[0];
  const GradientSink<T> sink = tape.sink(x);
  if (!sink.data) return;
  const T* own = node.gradient + node.shape.size() - x->shape.size();
  for_blocks<T>(x->shape.size(), [&](const Block<T>& block) { block.put(sink, block.load(own)); });
}
template <class T>
constexpr Operation<T> window_operation{"window", window_backward<T>};
template <class T>
constexpr Operation<T> window_state_operation{"window_state", nullptr};

// Iterates over the parts of each row of a stack: body(place in the stack, row of the window).
template <class T, class Body>
void each_frame(const Node<T>& node, Body&& body) {
  const int sequences = node.integers[0], memory = node.integers[1];
  for (int64_t row = 0; row < node.shape.rows(); ++row)
    for (int i = 0; i <= memory; ++i) {
      const int64_t position = std::max(static_cast<int>(row / sequences) + i, node.indices[row]);
      body(row * (memory + 1) + i, position * sequences + row % sequences);
    }
}

// inputs: the window's rows; integers: sequences, memory; indices: first.
template <class T>
void stack_backward(BasicTape<T>& tape, Node<T>& node) {
  const int width = node.inputs[0]->shape.columns();
  T* d = tape.zeroed_sink(node.inputs[0]);
  if (!d) return;
  each_frame(node, [&](int64_t frame, int64_t row) {
    for (int i = 0; i < width; ++i) d[row * width + i] += node.gradient[frame * width + i];
  });
}
template <class T>
constexpr Operation<T> stack_operation{"frame_stack", stack_backward<T>};

}  // namespace

template <class T>
StepWindow<T> look_back(BasicTensor<T> x, BasicTensor<T> state, std::span<const uint8_t> resets) {
  const Shape &in = x.shape(), &s = state.shape();
  const bool fits = in.rank() == 2 && s.rank() == 2 && in[1] > 0 && s[0] > 0 && in[0] % s[0] == 0 && s[1] > in[1] &&
                    (s[1] - 1) % in[1] == 0 && (resets.empty() || resets.size() == static_cast<size_t>(in[0]));
  if (!fits)
    internal::shape_error(x.tape(), "window",
                          fmt::format("input {}, state {}, {} resets", in.text(), s.text(), resets.size()));
  BasicTape<T>& tape = x.tape();
  const int sequences = s[0], width = in[1], memory = (s[1] - 1) / width, steps = in[0] / sequences;
  Node<T>* node = tape.make_node(window_operation<T>, {(memory + steps) * sequences, width}, {x.node(), state.node()});
  Node<T>* next = tape.make_node(window_state_operation<T>, s, {node});
  next->requires_gradient = false;
  std::copy_n(x.data(), x.size(), node->value + int64_t{memory} * sequences * width);
  int* first = tape.index_scratch(in[0]);
  for (int q = 0; q < sequences; ++q) {
    const T* remembered = state.data() + int64_t{q} * s[1];
    const auto row = [&](int position) { return node->value + (int64_t{position} * sequences + q) * width; };
    for (int p = 0; p < memory; ++p) std::copy_n(remembered + int64_t{p} * width, width, row(p));
    int begin = memory - static_cast<int>(std::clamp<T>(remembered[s[1] - 1], 0, static_cast<T>(memory)));
    for (int step = 0; step < steps; ++step) {
      const int64_t at = int64_t{step} * sequences + q;
      if (!resets.empty() && resets[at]) begin = memory + step;
      first[at] = std::max(step, begin);
    }
    T* kept = next->value + int64_t{q} * s[1];
    for (int p = 0; p < memory; ++p, kept += width)
      if (steps + p >= begin)
        std::copy_n(row(steps + p), width, kept);
      else
        std::fill_n(kept, width, T(0));
    *kept = static_cast<T>(std::min(memory, memory + steps - begin));
  }
  return {{tape, node}, {tape, next}, first, sequences, memory};
}

template <class T>
BasicTensor<T> frame_stack(const StepWindow<T>& window) {
  const Shape& all = window.rows.shape();
  const int width = all[1], rows = all[0] - window.memory * window.sequences;
  Node<T>* node =
      window.rows.tape().make_node(stack_operation<T>, {rows, (window.memory + 1) * width}, {window.rows.node()});
  node->integers[0] = window.sequences;
  node->integers[1] = window.memory;
  node->indices = window.first;
  each_frame(*node, [&](int64_t frame, int64_t row) {
    std::copy_n(window.rows.data() + row * width, width, node->value + frame * width);
  });
  return {window.rows.tape(), node};
}

#define SINEW_INSTANTIATE(T)                                                                  \
  template StepWindow<T> look_back(BasicTensor<T>, BasicTensor<T>, std::span<const uint8_t>); \
  template BasicTensor<T> frame_stack(const StepWindow<T>&);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
