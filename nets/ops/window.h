#pragma once
#include <cstdint>
#include <span>

#include "nets/tape/tape.h"

/// The last rows of a sequence. Rows are steps × sequences; row t · sequences + s is step t of sequence s. Each
/// sequence has a window: the last `memory` rows before its first step, then those of its steps. Position p of sequence
/// s is row p · sequences + s of [(memory + steps) · sequences, width].
namespace sinew {

template <class T>
struct StepWindow {
  BasicTensor<T> rows;        // [(memory + steps) · sequences, width]: the memory, then x
  BasicTensor<T> next_state;  // as `state`, after the last step; no gradient flows back from it
  /// [steps · sequences]: the first position that a step may look back to: at most `memory` before its own, none of an
  /// earlier episode, none that was never filled. Lies in the tape's memory.
  const int* first = nullptr;
  int sequences = 0, memory = 0;
};

/// x [rows, width]; state [sequences, memory · width + 1]: the remembered rows, the oldest first, then the number of
/// valid ones (the last ones). An episode begins where resets[row] is not 0 (empty: nowhere). Gradients flow to x only:
/// the memory before the first step is a constant (Dai et al. 2019).
template <class T>
StepWindow<T> look_back(BasicTensor<T> x, BasicTensor<T> state, std::span<const uint8_t> resets);

/// Each step's row beside the `memory` rows before it, the oldest first: [steps · sequences, (memory + 1) · width]. The
/// first available row replaces missing ones.
template <class T>
BasicTensor<T> frame_stack(const StepWindow<T>& window);

}  // namespace sinew
