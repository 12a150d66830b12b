#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/window.h"

namespace sinew {

/// The inputs of the last steps side by side, the oldest first: {frame_stack: 4} turns width numbers into 4 · width. At
/// the beginning of an episode its first input replaces the missing ones. Memory per sequence: the inputs of the steps
/// before, and their number.
template <class T>
class BasicFrameStack : public BasicMemoryLayer<T> {
 public:
  BasicFrameStack(LayerContext<T>& context, int steps);
  BasicTensor<T> run(BasicTensor<T> x, BasicSequence<T>& sequence) const override;
  Shape output_shape() const override { return {steps_ * width_}; }

 private:
  std::string name_;
  int steps_, width_, state_size_, state_begin_;
};

/// The row of the table: frame_stack.
template <class T>
LayerRow<T> frame_stack_row();

}  // namespace sinew
