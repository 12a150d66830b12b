#pragma once
#include <cstdint>
#include <span>

#include "nets/tape/tape.h"

/// Cells over sequences. Rows are steps × sequences; row t · sequences + s is step t of sequence s. `state` has a row
/// per sequence. An affine layer computes the input's contribution to a row's cell, `gates`, for all rows at once; here
/// the steps follow each other. Where resets[row] is not 0 (empty: nowhere), the step begins with a state of zeros.
/// Gradients flow through time to the gates and the parameters, not into `state`.
namespace sinew {

template <class T>
struct Recurrence {
  BasicTensor<T> outputs;     // [rows, units]
  BasicTensor<T> next_state;  // as `state`, after the last step; no gradient flows back from it
};

/// Layer normalisation inside a cell (Ba et al. 2016, appendix): of h · weight, and of the input of an LSTM's tanh.
/// Without scale_hidden: none.
template <class T>
struct CellNorm {
  BasicTensor<T> scale_hidden;            // [4 · units] or [3 · units]
  BasicTensor<T> scale_cell, shift_cell;  // [units], LSTM only
};

/// Long short-term memory (Hochreiter & Schmidhuber 1997, Gers et al. 2000). gates [rows, 4 · units], in the order
/// input, forget, candidate, output; weight [units, 4 · units]; state [sequences, 2 · units]: output h, then cell c.
/// With z = gates + h · weight: c ← σ(z_f) · c + σ(z_i) · tanh(z_c), h ← σ(z_o) · tanh(c).
template <class T>
Recurrence<T> lstm(BasicTensor<T> gates, BasicTensor<T> weight, BasicTensor<T> state, std::span<const uint8_t> resets,
                   const CellNorm<T>& norm = {});

/// Gated recurrent unit (Cho et al. 2014; the reset gate is applied after the product, as in cuDNN). gates [rows, 3 ·
/// units], in the order reset, update, candidate; weight [units, 3 · units]; bias [units]; state [sequences, units].
/// With p = h · weight: r = σ(gates_r + p_r), u = σ(gates_u + p_u), n = tanh(gates_n + r · (p_n + bias)), h ← (1 - u) ·
/// n + u · h.
template <class T>
Recurrence<T> gru(BasicTensor<T> gates, BasicTensor<T> weight, BasicTensor<T> bias, BasicTensor<T> state,
                  std::span<const uint8_t> resets, const CellNorm<T>& norm = {});

}  // namespace sinew
