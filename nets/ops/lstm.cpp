#include <algorithm>

#include "nets/ops/recurrent_internal.h"

// The long short-term memory cell over sequences: the steps' products and gates fused, the weights' gradient deferred
// to one product over all steps.
namespace sinew {
namespace {

using internal::Block;
using internal::HiddenProduct;
using simd::Vec;

// The values a node stores for its gradient, one block of the tape.
template <class T>
struct LstmRecord {
  LstmRecord(T* block, int64_t rows, int units, bool norm) : pieces(block, rows) {
    gates = pieces.take(4 * units);
    hidden_before = pieces.take(units);
    cells_before = pieces.take(units);
    squashed = pieces.take(units);
    if (!norm) return;
    product_normal = pieces.take(4 * units);
    product_inverse = pieces.take(1);
    cell_normal = pieces.take(units);
    cell_inverse = pieces.take(1);
  }
  internal::Pieces<T> pieces;
  T *gates, *hidden_before, *cells_before, *squashed;  // σ(z_i), σ(z_f), tanh(z_c), σ(z_o); …; tanh(c)
  T *product_normal, *product_inverse, *cell_normal, *cell_inverse;
};

// Computes one row: z [4 · units] becomes the gates, c_before the cell.
template <class T>
void open_lstm_gates(T* z, const T* c_before, int units, T* cell) {
  internal::for_blocks<T>(units, [&](const Block<T>& block) {
    const Vec<T> input = simd::sigmoid<T>(block.load(z)), forget = simd::sigmoid<T>(block.load(z + units));
    const Vec<T> candidate = simd::tanh(block.load(z + 2 * units));
    block.store(z + 3 * units, simd::sigmoid<T>(block.load(z + 3 * units)));
    block.store(z, input);
    block.store(z + units, forget);
    block.store(z + 2 * units, candidate);
    block.store(cell, forget * block.load(c_before) + input * candidate);
  });
}

template <class T>
void put_out(const T* x, const T* output_gate, int units, T* squashed, T* h) {
  internal::for_blocks<T>(units, [&](const Block<T>& block) {
    const Vec<T> y = simd::tanh(block.load(x));
    block.store(squashed, y);
    block.store(h, block.load(output_gate) * y);
  });
}

// From d h to d z; `dc` holds the gradient from the next step and is replaced by that to the step before.
template <class T>
void gates_backward(const LstmRecord<T>& kept, int64_t row, int units, const T* through_tanh, T* dc, const T* dh,
                    T* dz) {
  const T *gates = kept.gates + row * 4 * units, *c_before = kept.cells_before + row * units;
  const T* squashed = kept.squashed + row * units;
  internal::for_blocks<T>(units, [&](const Block<T>& block) {
    const Vec<T> input = block.load(gates), forget = block.load(gates + units);
    const Vec<T> candidate = block.load(gates + 2 * units), output = block.load(gates + 3 * units);
    const Vec<T> d = block.load(dc) + block.load(through_tanh);
    block.store(dz, d * candidate * input * (1 - input));
    block.store(dz + units, d * block.load(c_before) * forget * (1 - forget));
    block.store(dz + 2 * units, d * input * (1 - candidate * candidate));
    block.store(dz + 3 * units, block.load(dh) * block.load(squashed) * output * (1 - output));
    block.store(dc, d * forget);
  });
}

// inputs: gates, weight, state, and for the normalised cell scale_hidden, scale_cell, shift_cell; numbers: the record;
// indices: the resets; integers: sequences, units.
template <class T>
struct LstmBackward {
  LstmBackward(BasicTape<T>& of_tape, Node<T>& of_node)
      : tape(of_tape),
        node(of_node),
        sequences(node.integers[0]),
        units(node.integers[1]),
        rows(node.shape.rows()),
        norm(node.inputs[3] != nullptr),
        kept(const_cast<T*>(node.numbers), rows, units, norm),
        product(sequences, units, 4 * units, node.inputs[1]->value),
        dgates(tape, node.inputs[0]),
        dproduct(norm ? tape.scratch(int64_t{rows} * 4 * units) : dgates.data()),
        dh(tape.scratch(int64_t{sequences} * units)),
        dc(tape.scratch(int64_t{sequences} * units)) {}

  void run() {
    std::fill_n(dh, int64_t{sequences} * units, T(0));
    std::fill_n(dc, int64_t{sequences} * units, T(0));
    product.prepare_back(tape, rows / sequences);
    if (norm) {
      dscale_hidden = tape.zeroed_sink(node.inputs[3]);
      dscale_cell = tape.zeroed_sink(node.inputs[4]);
      dshift_cell = tape.zeroed_sink(node.inputs[5]);
    }
    T* through_tanh = tape.scratch(units);
    for (int step = rows / sequences - 1; step >= 0; --step) {
      const int64_t first = int64_t{step} * sequences;
      for (int s = 0; s < sequences; ++s)
        row_backward(first + s, dh + int64_t{s} * units, dc + int64_t{s} * units, through_tanh);
      product.back(dproduct + first * 4 * units, dh, false);
      const int* resets = node.indices ? node.indices + first : nullptr;
      internal::clear_where_reset(dh, sequences, units, resets);
      internal::clear_where_reset(dc, sequences, units, resets);
    }
    dgates.finish();
    product.weight_gradient(tape, node.inputs[1], kept.hidden_before, dproduct, rows);
  }

  void row_backward(int64_t row, T* dh_row, T* dc_row, T* through_tanh) {
    const T *dy = node.gradient + row * units, *output = kept.gates + (row * 4 + 3) * units;
    const T* squashed = kept.squashed + row * units;
    internal::for_blocks<T>(units, [&](const Block<T>& block) {
      const Vec<T> d = block.load(dh_row) + block.load(dy), y = block.load(squashed);
      block.store(dh_row, d);
      block.store(through_tanh, d * block.load(output) * (1 - y * y));
    });
    if (norm) cell_norm_backward(row, through_tanh);
    T* dz = dgates.data() + row * 4 * units;
    gates_backward(kept, row, units, through_tanh, dc_row, dh_row, dz);
    if (norm) product_norm_backward(row, dz);
  }

  void cell_norm_backward(int64_t row, T* d) {
    const T *normal = kept.cell_normal + row * units, *scale = node.inputs[4]->value;
    for (int i = 0; i < units; ++i) {
      if (dscale_cell) dscale_cell[i] += d[i] * normal[i];
      if (dshift_cell) dshift_cell[i] += d[i];
      d[i] *= scale[i];
    }
    internal::normalize_row_backward(normal, kept.cell_inverse[row], d, units, d);
  }

  void product_norm_backward(int64_t row, const T* dz) {
    const T *normal = kept.product_normal + row * 4 * units, *scale = node.inputs[3]->value;
    T* d = dproduct + row * 4 * units;
    for (int i = 0; i < 4 * units; ++i) {
      if (dscale_hidden) dscale_hidden[i] += dz[i] * normal[i];
      d[i] = dz[i] * scale[i];
    }
    internal::normalize_row_backward(normal, kept.product_inverse[row], d, 4 * units, d);
  }

  BasicTape<T>& tape;
  Node<T>& node;
  int sequences, units, rows;
  bool norm;
  LstmRecord<T> kept;
  HiddenProduct<T> product;
  internal::GradientRows<T> dgates;  // [rows, 4 · units]
  T* dproduct;                       // of h · weight
  T *dh, *dc;                        // from the next step
  T *dscale_hidden = nullptr, *dscale_cell = nullptr, *dshift_cell = nullptr;
};

template <class T>
constexpr Operation<T> lstm_operation{"lstm",
                                      [](BasicTape<T>& tape, Node<T>& node) { LstmBackward<T>(tape, node).run(); }};
template <class T>
constexpr Operation<T> lstm_state_operation{"lstm_state", nullptr};

// One step of all sequences; `cells` [sequences, units] is replaced by the cells after it.
template <class T>
void lstm_step(HiddenProduct<T>& product, const T* gates, int64_t first, const LstmRecord<T>& kept,
               const CellNorm<T>& norm, T* cells, T* outputs) {
  const int units = product.units();
  T* z = kept.gates + first * 4 * units;
  if (norm.scale_hidden.is_there())
    product.add(kept.hidden_before + first * units, z, false);
  else {
    std::copy_n(gates, int64_t{product.sequences()} * 4 * units, z);
    product.add(kept.hidden_before + first * units, z, true);
  }
  for (int s = 0; s < product.sequences(); ++s, z += 4 * units, gates += 4 * units, cells += units, outputs += units) {
    const int64_t row = first + s;
    if (norm.scale_hidden.is_there()) {
      T* normal = kept.product_normal + row * 4 * units;
      kept.product_inverse[row] = internal::normalize_row(z, 4 * units, internal::cell_epsilon<T>, normal);
      for (int i = 0; i < 4 * units; ++i) z[i] = gates[i] + normal[i] * norm.scale_hidden.data()[i];
    }
    open_lstm_gates(z, kept.cells_before + row * units, units, cells);
    T* squashed = kept.squashed + row * units;
    const T* to_squash = cells;
    if (norm.scale_hidden.is_there()) {
      T* normal = kept.cell_normal + row * units;
      kept.cell_inverse[row] = internal::normalize_row(cells, units, internal::cell_epsilon<T>, normal);
      for (int i = 0; i < units; ++i) squashed[i] = normal[i] * norm.scale_cell.data()[i] + norm.shift_cell.data()[i];
      to_squash = squashed;
    }
    put_out(to_squash, z + 3 * units, units, squashed, outputs);
  }
}

template <class T>
void check_lstm(BasicTensor<T> gates, BasicTensor<T> weight, BasicTensor<T> state, size_t resets) {
  const Shape &g = gates.shape(), &w = weight.shape(), &s = state.shape();
  const bool fits = g.rank() == 2 && w.rank() == 2 && s.rank() == 2 && w[1] == 4 * w[0] && g[1] == w[1] &&
                    s[1] == 2 * w[0] && s[0] > 0 && g[0] % s[0] == 0 &&
                    (resets == 0 || resets == static_cast<size_t>(g[0]));
  if (!fits)
    internal::shape_error(
        gates.tape(), "lstm",
        fmt::format("gates {}, weight {}, state {}, {} resets", g.text(), w.text(), s.text(), resets));
}

}  // namespace

template <class T>
Recurrence<T> lstm(BasicTensor<T> gates, BasicTensor<T> weight, BasicTensor<T> state, std::span<const uint8_t> resets,
                   const CellNorm<T>& norm) {
  check_lstm(gates, weight, state, resets.size());
  const int units = weight.shape()[0], sequences = state.shape()[0], rows = gates.shape()[0];
  BasicTape<T>& tape = gates.tape();
  const auto input = [](const BasicTensor<T>& tensor) { return tensor.is_there() ? tensor.node() : nullptr; };
  Node<T>* node = tape.make_node(lstm_operation<T>, {rows, units},
                                 {gates.node(), weight.node(), state.node(), input(norm.scale_hidden),
                                  input(norm.scale_cell), input(norm.shift_cell)});
  node->integers[0] = sequences;
  node->integers[1] = units;
  node->indices = internal::keep_resets(tape, resets);
  const bool normalizes = norm.scale_hidden.is_there();
  T* memory = tape.scratch(LstmRecord<T>(nullptr, rows, units, normalizes).pieces.size());
  node->numbers = memory;
  const LstmRecord<T> kept(memory, rows, units, normalizes);
  HiddenProduct<T> product(sequences, units, 4 * units, weight.data());
  product.prepare(tape, rows / sequences);
  Node<T>* last = internal::state_node(lstm_state_operation<T>, node, {sequences, 2 * units}).node();
  T* cells = tape.scratch(int64_t{sequences} * units);
  for (int64_t first = 0; first < rows; first += sequences) {
    const int* starts = node->indices ? node->indices + first : nullptr;
    const T* h = first == 0 ? state.data() : node->value + (first - sequences) * units;
    const T* c = first == 0 ? state.data() + units : cells;
    const int row = first == 0 ? 2 * units : units;
    internal::copy_unless_reset(h, row, sequences, units, starts, kept.hidden_before + first * units);
    internal::copy_unless_reset(c, row, sequences, units, starts, kept.cells_before + first * units);
    lstm_step(product, gates.data() + first * 4 * units, first, kept, norm, cells, node->value + first * units);
  }
  for (int s = 0; s < sequences; ++s) {
    std::copy_n(node->value + (int64_t{rows} - sequences + s) * units, units, last->value + int64_t{s} * 2 * units);
    std::copy_n(cells + int64_t{s} * units, units, last->value + (int64_t{s} * 2 + 1) * units);
  }
  return {{tape, node}, {tape, last}};
}

template Recurrence<float> lstm(BasicTensor<float>, BasicTensor<float>, BasicTensor<float>, std::span<const uint8_t>,
                                const CellNorm<float>&);
template Recurrence<double> lstm(BasicTensor<double>, BasicTensor<double>, BasicTensor<double>,
                                 std::span<const uint8_t>, const CellNorm<double>&);

}  // namespace sinew
