#pragma once
#include <algorithm>

#include "nets/ops/normal_row_internal.h"
#include "nets/ops/recurrent.h"

/// Helpers shared by the files that implement cells.
namespace sinew::internal {

template <class T>
constexpr T cell_epsilon = T(1e-5);  // layer_norm's default

/// A copy of the resets that lasts as long as the tape's nodes; null when there are none.
template <class T>
const int* keep_resets(BasicTape<T>& tape, std::span<const uint8_t> resets) {
  if (std::ranges::all_of(resets, [](uint8_t reset) { return reset == 0; })) return nullptr;
  int* kept = tape.index_scratch(static_cast<int64_t>(resets.size()));
  std::ranges::copy(resets, kept);
  return kept;
}

/// to [rows, width] = from, whose rows are from_row apart, but 0 where a row is reset.
template <class T>
void copy_unless_reset(const T* from, int from_row, int rows, int width, const int* resets, T* to) {
  for (int row = 0; row < rows; ++row, from += from_row, to += width)
    if (resets && resets[row])
      std::fill_n(to, width, T(0));
    else
      std::copy_n(from, width, to);
}

/// Zeroes the gradient where a row was reset: nothing flows to the step before.
template <class T>
void clear_where_reset(T* gradient, int rows, int width, const int* resets) {
  if (!resets) return;
  for (int row = 0; row < rows; ++row)
    if (resets[row]) std::fill_n(gradient + int64_t{row} * width, width, T(0));
}

/// Cuts one block of a tape into arrays with `rows` rows each; a null block only computes the size.
template <class T>
class Pieces {
 public:
  Pieces(T* block, int64_t rows) : block_(block), rows_(rows) {}
  T* take(int64_t columns) {
    T* piece = block_ ? block_ + size_ : nullptr;
    size_ += rows_ * columns;
    return piece;
  }
  int64_t size() const { return size_; }

 private:
  T* block_;
  int64_t rows_, size_ = 0;
};

/// The recurrent product of a cell: h [sequences, units] · weight [units, columns], step by step, and its gradients.
/// For several steps the weights are packed once for all of them, and traversed forwards and backwards in turn.
template <class T>
class HiddenProduct {
 public:
  HiddenProduct(int sequences, int units, int columns, const T* weight)
      : sequences_(sequences), units_(units), columns_(columns), weight_(weight) {}
  int sequences() const { return sequences_; }
  int units() const { return units_; }

  /// Called before many calls of add(), so that they read memory in order.
  void prepare(BasicTape<T>& tape, int steps) {
    if (steps < few_steps) return;
    T* panels = tape.scratch(int64_t{units_} * columns_);
    pack_panels(weight_, columns_, sequences_, units_, columns_, panels);
    weight_ = panels;
    packed_ = true;
  }
  void add(const T* hidden, T* to, bool accumulate) {
    gemm<T>({.m = sequences_,
             .n = columns_,
             .k = units_,
             .a = hidden,
             .a_row = units_,
             .a_col = 1,
             .b = weight_,
             .b_row = columns_,
             .c = to,
             .c_row = columns_,
             .accumulate = accumulate,
             .b_packed = packed_,
             .backwards = turn()});
  }

  /// Called before any call of back().
  void prepare_back(BasicTape<T>& tape, int steps) {
    T* transposed = tape.scratch(int64_t{units_} * columns_);
    packed_ = steps >= few_steps;
    if (packed_)
      pack_transposed_panels(weight_, columns_, sequences_, columns_, units_, transposed);
    else
      transpose(weight_, columns_, units_, columns_, transposed, units_);
    weight_ = transposed;
  }
  /// hidden_gradient (+)= product_gradient · weightᵀ.
  void back(const T* product_gradient, T* hidden_gradient, bool accumulate) {
    gemm<T>({.m = sequences_,
             .n = units_,
             .k = columns_,
             .a = product_gradient,
             .a_row = columns_,
             .a_col = 1,
             .b = weight_,
             .b_row = units_,
             .c = hidden_gradient,
             .c_row = units_,
             .accumulate = accumulate,
             .b_packed = packed_,
             .backwards = turn()});
  }
  /// The weight's gradient for all steps at once: hiddenᵀ · product_gradient, rows of all steps.
  void weight_gradient(BasicTape<T>& tape, Node<T>* node, const T* hidden, const T* product_gradient, int rows) const {
    if (const GradientSink<T> sink = tape.sink(node); sink.data)
      gemm<T>({.m = units_,
               .n = columns_,
               .k = rows,
               .a = hidden,
               .a_row = 1,
               .a_col = units_,
               .b = product_gradient,
               .b_row = columns_,
               .c = sink.data,
               .c_row = columns_,
               .accumulate = !sink.fresh});
  }

 private:
  static constexpr int few_steps = 4;
  bool turn() { return backwards_ = !backwards_; }

  int sequences_, units_, columns_;
  const T* weight_;
  bool packed_ = false, backwards_ = true;
};

/// Memory for a gradient that is either assigned or added to: the sink's own memory when fresh, else a piece of the
/// tape that finish() adds.
template <class T>
class GradientRows {
 public:
  GradientRows(BasicTape<T>& tape, Node<T>* input)
      : sink_(tape.sink(input)), size_(input->shape.size()), rows_(sink_.fresh ? sink_.data : tape.scratch(size_)) {}
  T* data() const { return rows_; }
  void finish() const {
    if (sink_.data && !sink_.fresh)
      for (int64_t i = 0; i < size_; ++i) sink_.data[i] += rows_[i];
  }

 private:
  GradientSink<T> sink_;
  int64_t size_;
  T* rows_;
};

/// Adds the node for the state after the last step.
template <class T>
BasicTensor<T> state_node(const Operation<T>& operation, Node<T>* outputs, Shape shape) {
  Node<T>* node = outputs->tape->make_node(operation, shape, {outputs});
  node->requires_gradient = false;
  return {*outputs->tape, node};
}

}  // namespace sinew::internal
