#include "nets/ops/attention.h"

#include <algorithm>
#include <cmath>

#include "nets/ops/ops_internal.h"

namespace sinew {
namespace {

using internal::Block;
using internal::for_blocks;
using simd::Vec;

template <class T>
T dot(const T* a, const T* b, int n) {
  return internal::sum_blocks<T>(n, [&](const Block<T>& block) { return block.load(a) * block.load(b); });
}
template <class T>
void add_scaled(T* to, T scale, const T* from, int n) {
  if (!to) return;
  const Vec<T> factor = simd::broadcast(scale);
  for_blocks<T>(n, [&](const Block<T>& block) { block.store(to, block.load(to) + factor * block.load(from)); });
}

// One head of one step: the location of its columns, and the positions it attends to.
struct Look {
  int64_t query, weights;  // offset of its columns in a row; of its weights
  int first, own;          // positions
  int column, step;
};

// Shared by forward and backward.
template <class T>
struct Heads {
  int sequences, memory, heads, width;
  const int* first;
  int size() const { return width / heads; }
  // Offset of a head's columns at a position of a sequence, and at a distance.
  int64_t at(int position, int64_t row, int column) const {
    return (int64_t{position} * sequences + row % sequences) * width + column;
  }
  template <class Body>
  void each(int rows, Body&& body) const {
    for (int64_t row = 0; row < rows; ++row)
      for (int head = 0; head < heads; ++head) {
        const int step = static_cast<int>(row / sequences), column = head * size();
        body(row,
             Look{row * width + column, (row * heads + head) * (memory + 1), first[row], memory + step, column, step});
      }
  }
};

template <class T>
Heads<T> heads_of(const Node<T>& node) {
  return {node.integers[0], node.integers[1], node.integers[2], node.shape.columns(), node.indices};
}

// inputs: content, position, keys, values, distances, and the window, which the reader of a trace needs; integers:
// sequences, memory, heads; indices: first; numbers: the weights.
template <class T>
void attention_backward(BasicTape<T>& tape, Node<T>& node) {
  const Heads<T> of = heads_of(node);
  const T *content = node.inputs[0]->value, *position = node.inputs[1]->value, *keys = node.inputs[2]->value;
  const T *values = node.inputs[3]->value, *distances = node.inputs[4]->value;
  T* d[5];
  for (int i = 0; i < 5; ++i) d[i] = tape.zeroed_sink(node.inputs[i]);
  T* dscore = tape.scratch(of.memory + 1);
  const T scale = 1 / std::sqrt(static_cast<T>(of.size()));
  const auto moved = [](T* to, int64_t by) { return to ? to + by : nullptr; };
  of.each(node.shape.rows(), [&](int64_t row, const Look& look) {
    const T *dy = node.gradient + look.query, *weights = node.numbers + look.weights;
    T mean = 0;
    for (int p = look.first; p <= look.own; ++p) {
      const T weight = weights[p - look.step];
      dscore[p - look.step] = dot(dy, values + of.at(p, row, look.column), of.size());
      mean += weight * dscore[p - look.step];
    }
    for (int p = look.first; p <= look.own; ++p) {
      const T weight = weights[p - look.step], slope = weight * (dscore[p - look.step] - mean) * scale;
      const int64_t there = of.at(p, row, look.column);
      const int64_t distance = int64_t{look.own - p} * of.width + look.column;
      add_scaled(moved(d[0], look.query), slope, keys + there, of.size());
      add_scaled(moved(d[1], look.query), slope, distances + distance, of.size());
      add_scaled(moved(d[2], there), slope, content + look.query, of.size());
      add_scaled(moved(d[3], there), weight, dy, of.size());
      add_scaled(moved(d[4], distance), slope, position + look.query, of.size());
    }
  });
}
template <class T>
constexpr Operation<T> attention_operation{"attention", attention_backward<T>};

// softmax of scores[0 … n), in place.
template <class T>
void normalize_scores(T* scores, int n) {
  T largest = scores[0], total = 0;
  for (int i = 1; i < n; ++i) largest = std::max(largest, scores[i]);
  const Vec<T> shift = simd::broadcast(largest);
  for_blocks<T>(n, [&](const Block<T>& block) { block.store(scores, simd::exp(block.load(scores) - shift)); });
  for (int i = 0; i < n; ++i) total += scores[i];
  const T inverse = 1 / total;
  for (int i = 0; i < n; ++i) scores[i] *= inverse;
}

}  // namespace

template <class T>
BasicTensor<T> attention(BasicTensor<T> content, BasicTensor<T> position, BasicTensor<T> keys, BasicTensor<T> values,
                         BasicTensor<T> distances, const StepWindow<T>& window, int heads) {
  const Shape& q = content.shape();
  const bool fits = q.rank() == 2 && position.shape() == q && keys.shape() == window.rows.shape().with(-1, q[1]) &&
                    values.shape() == keys.shape() && distances.shape() == Shape{window.memory + 1, q[1]} &&
                    heads > 0 && q[1] % heads == 0 && q[0] == keys.shape()[0] - window.memory * window.sequences;
  if (!fits)
    internal::shape_error(content.tape(), "attention",
                          fmt::format("content {}, position {}, keys {}, values {}, distances {}, {} heads", q.text(),
                                      position.shape().text(), keys.shape().text(), values.shape().text(),
                                      distances.shape().text(), heads));
  BasicTape<T>& tape = content.tape();
  Node<T>* node = tape.make_node(
      attention_operation<T>, q,
      {content.node(), position.node(), keys.node(), values.node(), distances.node(), window.rows.node()});
  node->integers[0] = window.sequences;
  node->integers[1] = window.memory;
  node->integers[2] = heads;
  node->indices = window.first;
  const Heads<T> of = heads_of(*node);
  const int64_t n_weights = int64_t{q[0]} * heads * (window.memory + 1);
  T* all_weights = tape.scratch(n_weights);
  std::fill_n(all_weights, n_weights, T(0));
  node->numbers = all_weights;
  std::fill_n(node->value, node->shape.size(), T(0));
  const T scale = 1 / std::sqrt(static_cast<T>(of.size()));
  of.each(q[0], [&](int64_t row, const Look& look) {
    T* weights = all_weights + look.weights + (look.first - look.step);
    for (int p = look.first; p <= look.own; ++p) {
      const T* distance = distances.data() + int64_t{look.own - p} * of.width + look.column;
      weights[p - look.first] =
          scale * (dot(content.data() + look.query, keys.data() + of.at(p, row, look.column), of.size()) +
                   dot(position.data() + look.query, distance, of.size()));
    }
    normalize_scores(weights, look.own - look.first + 1);
    for (int p = look.first; p <= look.own; ++p)
      add_scaled(node->value + look.query, weights[p - look.first], values.data() + of.at(p, row, look.column),
                 of.size());
  });
  return {tape, node};
}

template <class T>
std::span<const T> attention_weights(const Node<T>& node) {
  return {node.numbers, static_cast<size_t>(node.shape.rows()) * node.integers[2] * (node.integers[1] + 1)};
}

#define SINEW_INSTANTIATE(T)                                                                                        \
  template BasicTensor<T> attention(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, \
                                    const StepWindow<T>&, int);                                                     \
  template std::span<const T> attention_weights(const Node<T>&);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
