#pragma once
#include "nets/layers/layer.h"
#include "nets/ops/window.h"

namespace sinew {

/// The last steps' inputs side by side, the oldest first: {frame_stack: 4} makes 4 · width numbers of width. At the
/// begin of an episode its first input stands for those that are missing. Memory per sequence: the inputs of the
/// steps before, and how many there are.
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
