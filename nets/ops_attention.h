#pragma once
#include <cstdint>
#include <span>

#include "nets/tape.h"

/// Attention over what a sequence remembers. Rows are steps × sequences, row t · sequences + s being step t of
/// sequence s. Each sequence has a window of the last `memory` rows before its first step, then those of its steps:
/// position p of sequence s is row p · sequences + s of [(memory + steps) · sequences, width].
namespace sinew {

template <class T>
struct AttentionWindow {
  BasicTensor<T> rows;        // [(memory + steps) · sequences, width]: what is remembered, then x
  BasicTensor<T> next_state;  // as `state`, after the last step; no gradient flows back from it
  /// [steps · sequences]: the first position that a step may look back to: at most `memory` before its own, none of
  /// an earlier episode, none that was never filled. In the tape's memory.
  const int* first = nullptr;
  int sequences = 0, memory = 0;
};

/// x [rows, width]; state [sequences, memory · width + 1]: the remembered rows, the oldest first, then how many of
/// them (the last ones) there are. Where resets[row] is not 0 (empty: nowhere) an episode begins. Gradients flow to
/// x alone: what was remembered before the first step is given (Dai et al. 2019).
template <class T>
AttentionWindow<T> look_back(BasicTensor<T> x, BasicTensor<T> state, std::span<const uint8_t> resets);

/// Multi-head attention with relative positions (Vaswani et al. 2017, Dai et al. 2019): a step at position i looks at
/// the positions j of its window, with weights softmax over j of
/// (content[i] · keys[j] + position[i] · distances[i - j]) / sqrt(width of a head), in each head's columns, and gives
/// back the weighted sum of values[j]. content, position [rows, width]; keys, values: of the window's rows;
/// distances [memory + 1, width]. `heads` divides width.
template <class T>
BasicTensor<T> attention(BasicTensor<T> content, BasicTensor<T> position, BasicTensor<T> keys, BasicTensor<T> values,
                         BasicTensor<T> distances, const AttentionWindow<T>& window, int heads);

/// Of a recorded attention, the weights [rows, heads, memory + 1] over the distances memory … 0, 0 where it may not
/// look.
template <class T>
std::span<const T> attention_weights(const Node<T>& attention);

}  // namespace sinew
