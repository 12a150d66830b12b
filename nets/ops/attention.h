#pragma once
#include <span>

#include "nets/ops/window.h"

/// Attention over the last rows of a sequence (nets/ops/window.h).
namespace sinew {

/// Multi-head attention with relative positions (Vaswani et al. 2017, Dai et al. 2019). A step at position i attends to
/// the positions j of its window, with weights softmax over j of (content[i] · keys[j] + position[i] · distances[i -
/// j]) / sqrt(width of a head), in each head's columns. It returns the weighted sum of values[j]. content, position
/// [rows, width]; keys, values: of the window's rows; distances [memory + 1, width]. `heads` divides width.
template <class T>
BasicTensor<T> attention(BasicTensor<T> content, BasicTensor<T> position, BasicTensor<T> keys, BasicTensor<T> values,
                         BasicTensor<T> distances, const StepWindow<T>& window, int heads);

/// The weights [rows, heads, memory + 1] of a recorded attention over the distances memory … 0, 0 where it may not
/// attend.
template <class T>
std::span<const T> attention_weights(const Node<T>& attention);

}  // namespace sinew
