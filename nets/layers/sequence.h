#pragma once
#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <span>

#include "nets/ops/ops.h"

namespace sinew {

/// The memory of a network's layers, side by side in the order of their construction.
struct MemoryLayout {
  static constexpr int most_layers = 64, most_numbers = 1 << 24;
  int layers = 0, numbers = 0;  // so far

  /// Reserves memory for `more_layers` layers of `size` numbers each, and returns where it begins. Throws Error when
  /// the total becomes too large.
  int take(int size, int more_layers = 1) {
    const int64_t total = numbers + int64_t{size} * more_layers;
    if (total > most_numbers) fail("{} numbers of memory for each env; {} are allowed", total, most_numbers);
    if (layers + more_layers > most_layers) fail("more than {} layers with memory", most_layers);
    const int begin = numbers;
    numbers = static_cast<int>(total);
    layers += more_layers;
    return begin;
  }
};

/// The time order of a batch's rows, and the memory of the layers: `steps` steps of each of `sequences` sequences; row
/// t · sequences + s is step t of sequence s. A layer with memory reads its columns of the state before the first step
/// and leaves those after the last.
template <class T>
class BasicSequence {
 public:
  /// Every row is the first step of an episode.
  BasicSequence() = default;
  /// state [sequences, state size]: of every layer, in the order of their construction. resets [rows]: not 0 where an
  /// episode begins with the row, so that earlier memory is dropped; empty: nowhere. It must outlive the tensors. No
  /// gradient flows into the state.
  BasicSequence(BasicTensor<T> state, std::span<const uint8_t> resets) : state_(state), resets_(resets) {}

  std::span<const uint8_t> resets() const { return resets_; }
  /// Columns [begin, begin + size) of the state, for `x` [rows, …].
  BasicTensor<T> memory(BasicTensor<T> x, int begin, int size) const {
    if (!state_.is_there()) return zeros(x.tape(), {x.shape()[0], size});
    return state_.shape().columns() == size ? state_ : slice(state_, begin, begin + size);
  }
  /// Stores a layer's memory after the last step.
  void leave(BasicTensor<T> memory) {
    assert(n_left_ < left_.size());
    left_[n_left_++] = memory;
  }
  /// The state after the last step, of the layers that ran; absent when none has memory. Labelled "next_state".
  BasicTensor<T> next_state() const {
    if (n_left_ == 0) return {};
    const BasicTensor<T> all =
        n_left_ == 1 ? left_[0] : concat<T>(std::span<const BasicTensor<T>>(left_.data(), n_left_));
    all.node()->label = "next_state";
    return all;
  }

 private:
  static BasicTensor<T> zeros(BasicTape<T>& tape, Shape shape) {
    T* values = tape.scratch(shape.size());
    std::fill_n(values, shape.size(), T(0));
    return tape.view(shape, values);
  }

  BasicTensor<T> state_;
  std::span<const uint8_t> resets_;
  std::array<BasicTensor<T>, MemoryLayout::most_layers> left_;
  size_t n_left_ = 0;
};

using Sequence = BasicSequence<float>;

}  // namespace sinew
