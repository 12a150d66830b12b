#include <algorithm>

#include "nets/ops/recurrent_internal.h"

// The gated recurrent unit over sequences.
namespace sinew {
namespace {

using internal::Block;
using internal::HiddenProduct;
using simd::Vec;

// The values a node stores for its gradient, one block of the tape.
template <class T>
struct GruRecord {
  GruRecord(T* block, int64_t rows, int units, bool norm) : pieces(block, rows) {
    gates = pieces.take(3 * units);
    recalled = pieces.take(units);
    hidden_before = pieces.take(units);
    if (!norm) return;
    product_normal = pieces.take(3 * units);
    product_inverse = pieces.take(1);
  }
  internal::Pieces<T> pieces;
  T *gates, *recalled, *hidden_before;  // reset r, update u, candidate n; p_n + bias; h of the step before
  T *product_normal, *product_inverse;
};

// Computes one row, from p = h · weight [3 · units].
template <class T>
void open_gru_gates(const T* x, const T* p, const T* bias, const T* before, int units, T* gates, T* recalled, T* h) {
  internal::for_blocks<T>(units, [&](const Block<T>& block) {
    const Vec<T> reset = simd::sigmoid<T>(block.load(x) + block.load(p));
    const Vec<T> update = simd::sigmoid<T>(block.load(x + units) + block.load(p + units));
    const Vec<T> recall = block.load(p + 2 * units) + block.load(bias);
    const Vec<T> candidate = simd::tanh(block.load(x + 2 * units) + reset * recall);
    block.store(gates, reset);
    block.store(gates + units, update);
    block.store(gates + 2 * units, candidate);
    block.store(recalled, recall);
    block.store(h, candidate + update * (block.load(before) - candidate));
  });
}

// inputs: gates, weight, bias, state, and for the normalised cell scale_hidden; numbers: the record; indices: the
// resets; integers: sequences, units.
template <class T>
struct GruBackward {
  GruBackward(BasicTape<T>& of_tape, Node<T>& of_node)
      : tape(of_tape),
        node(of_node),
        sequences(node.integers[0]),
        units(node.integers[1]),
        rows(node.shape.rows()),
        norm(node.inputs[4] != nullptr),
        kept(const_cast<T*>(node.numbers), rows, units, norm),
        product(sequences, units, 3 * units, node.inputs[1]->value),
        dgates(tape, node.inputs[0]),
        dproduct(tape.scratch(int64_t{rows} * 3 * units)),
        dh(tape.scratch(int64_t{sequences} * units)) {}

  void run() {
    std::fill_n(dh, int64_t{sequences} * units, T(0));
    product.prepare_back(tape, rows / sequences);
    dbias = tape.zeroed_sink(node.inputs[2]);
    if (norm) dscale = tape.zeroed_sink(node.inputs[4]);
    for (int step = rows / sequences - 1; step >= 0; --step) {
      const int64_t first = int64_t{step} * sequences;
      for (int s = 0; s < sequences; ++s) row_backward(first + s, dh + int64_t{s} * units);
      product.back(dproduct + first * 3 * units, dh, true);
      internal::clear_where_reset(dh, sequences, units, node.indices ? node.indices + first : nullptr);
    }
    dgates.finish();
    product.weight_gradient(tape, node.inputs[1], kept.hidden_before, dproduct, rows);
  }

  // Leaves in dh the gradient to the step before that does not go through the product.
  void row_backward(int64_t row, T* dh_row) {
    const T *gates = kept.gates + row * 3 * units, *recalled = kept.recalled + row * units;
    const T *before = kept.hidden_before + row * units, *dy = node.gradient + row * units;
    T *dx = dgates.data() + row * 3 * units, *dp = dproduct + row * 3 * units;
    internal::for_blocks<T>(units, [&](const Block<T>& block) {
      const Vec<T> reset = block.load(gates), update = block.load(gates + units);
      const Vec<T> candidate = block.load(gates + 2 * units), d = block.load(dh_row) + block.load(dy);
      const Vec<T> dn = d * (1 - update) * (1 - candidate * candidate);
      const Vec<T> du = d * (block.load(before) - candidate) * update * (1 - update);
      const Vec<T> dr = dn * block.load(recalled) * reset * (1 - reset);
      block.store(dx, dr);
      block.store(dx + units, du);
      block.store(dx + 2 * units, dn);
      block.store(dp, dr);
      block.store(dp + units, du);
      block.store(dp + 2 * units, dn * reset);
      if (dbias) block.store(dbias, block.load(dbias) + dn * reset);
      block.store(dh_row, d * update);
    });
    if (norm) product_norm_backward(row, dp);
  }

  void product_norm_backward(int64_t row, T* d) {
    const T *normal = kept.product_normal + row * 3 * units, *scale = node.inputs[4]->value;
    for (int i = 0; i < 3 * units; ++i) {
      if (dscale) dscale[i] += d[i] * normal[i];
      d[i] *= scale[i];
    }
    internal::normalize_row_backward(normal, kept.product_inverse[row], d, 3 * units, d);
  }

  BasicTape<T>& tape;
  Node<T>& node;
  int sequences, units, rows;
  bool norm;
  GruRecord<T> kept;
  HiddenProduct<T> product;
  internal::GradientRows<T> dgates;  // [rows, 3 · units]
  T* dproduct;                       // of h · weight
  T* dh;                             // from the next step
  T *dbias = nullptr, *dscale = nullptr;
};

template <class T>
constexpr Operation<T> gru_operation{"gru",
                                     [](BasicTape<T>& tape, Node<T>& node) { GruBackward<T>(tape, node).run(); }};
template <class T>
constexpr Operation<T> gru_state_operation{"gru_state", nullptr};

template <class T>
void check_gru(BasicTensor<T> gates, BasicTensor<T> weight, BasicTensor<T> bias, BasicTensor<T> state, size_t resets) {
  const Shape &g = gates.shape(), &w = weight.shape(), &s = state.shape();
  const bool fits = g.rank() == 2 && w.rank() == 2 && s.rank() == 2 && w[1] == 3 * w[0] && g[1] == w[1] &&
                    s[1] == w[0] && bias.shape() == Shape{w[0]} && s[0] > 0 && g[0] % s[0] == 0 &&
                    (resets == 0 || resets == static_cast<size_t>(g[0]));
  if (!fits)
    internal::shape_error(gates.tape(), "gru",
                          fmt::format("gates {}, weight {}, bias {}, state {}, {} resets", g.text(), w.text(),
                                      bias.shape().text(), s.text(), resets));
}

}  // namespace

template <class T>
Recurrence<T> gru(BasicTensor<T> gates, BasicTensor<T> weight, BasicTensor<T> bias, BasicTensor<T> state,
                  std::span<const uint8_t> resets, const CellNorm<T>& norm) {
  check_gru(gates, weight, bias, state, resets.size());
  const int units = weight.shape()[0], sequences = state.shape()[0], rows = gates.shape()[0];
  const bool normalizes = norm.scale_hidden.is_there();
  BasicTape<T>& tape = gates.tape();
  Node<T>* node = tape.make_node(
      gru_operation<T>, {rows, units},
      {gates.node(), weight.node(), bias.node(), state.node(), normalizes ? norm.scale_hidden.node() : nullptr});
  node->integers[0] = sequences;
  node->integers[1] = units;
  node->indices = internal::keep_resets(tape, resets);
  T* memory = tape.scratch(GruRecord<T>(nullptr, rows, units, normalizes).pieces.size());
  node->numbers = memory;
  const GruRecord<T> kept(memory, rows, units, normalizes);
  HiddenProduct<T> product(sequences, units, 3 * units, weight.data());
  product.prepare(tape, rows / sequences);
  Node<T>* last = internal::state_node(gru_state_operation<T>, node, {sequences, units}).node();
  T* p = tape.scratch(int64_t{sequences} * 3 * units);
  for (int64_t first = 0; first < rows; first += sequences) {
    const T* h = first == 0 ? state.data() : node->value + (first - sequences) * units;
    internal::copy_unless_reset(h, units, sequences, units, node->indices ? node->indices + first : nullptr,
                                kept.hidden_before + first * units);
    product.add(kept.hidden_before + first * units, p, false);
    for (int s = 0; s < sequences; ++s) {
      const int64_t row = first + s;
      T* own = p + int64_t{s} * 3 * units;
      if (normalizes) {
        T* normal = kept.product_normal + row * 3 * units;
        kept.product_inverse[row] = internal::normalize_row(own, 3 * units, internal::cell_epsilon<T>, normal);
        for (int i = 0; i < 3 * units; ++i) own[i] = normal[i] * norm.scale_hidden.data()[i];
      }
      open_gru_gates(gates.data() + row * 3 * units, own, bias.data(), kept.hidden_before + row * units, units,
                     kept.gates + row * 3 * units, kept.recalled + row * units, node->value + row * units);
    }
  }
  std::copy_n(node->value + (int64_t{rows} - sequences) * units, int64_t{sequences} * units, last->value);
  return {{tape, node}, {tape, last}};
}

template Recurrence<float> gru(BasicTensor<float>, BasicTensor<float>, BasicTensor<float>, BasicTensor<float>,
                               std::span<const uint8_t>, const CellNorm<float>&);
template Recurrence<double> gru(BasicTensor<double>, BasicTensor<double>, BasicTensor<double>, BasicTensor<double>,
                                std::span<const uint8_t>, const CellNorm<double>&);

}  // namespace sinew
