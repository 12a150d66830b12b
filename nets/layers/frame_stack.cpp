#include "nets/layers/frame_stack.h"

#include "nets/layers/function_layer.h"

namespace sinew {

template <class T>
BasicFrameStack<T>::BasicFrameStack(LayerContext<T>& context, int steps)
    : name_(context.name),
      steps_(steps),
      width_(context.input[0]),
      state_size_((steps - 1) * width_ + 1),
      state_begin_(context.take_memory(state_size_)) {}

template <class T>
BasicTensor<T> BasicFrameStack<T>::run(BasicTensor<T> x, BasicSequence<T>& sequence) const {
  const typename BasicTape<T>::Scope scope(x.tape(), name_.c_str());
  const StepWindow<T> window = look_back(x, sequence.memory(x, state_begin_, state_size_), sequence.resets());
  sequence.leave(window.next_state);
  return frame_stack(window);
}

namespace {

template <class T>
std::unique_ptr<BasicLayer<T>> make_frame_stack(const ConfigNode& options, LayerContext<T>& context) {
  if (options.is_null()) fail("frame_stack needs the number of its steps, as in {{frame_stack: 4}}");
  int steps = 0;
  read_value(options, steps);
  check_range(options, steps, between(2, 1 << 10));
  expect_numbers(options, context);
  return std::make_unique<BasicFrameStack<T>>(context, steps);
}

}  // namespace

template <class T>
LayerRow<T> frame_stack_row() {
  return {"frame_stack", "the inputs of the last steps side by side, the oldest first: {frame_stack: 4}",
          make_frame_stack<T>};
}

template class BasicFrameStack<float>;
template class BasicFrameStack<double>;
template LayerRow<float> frame_stack_row();
template LayerRow<double> frame_stack_row();

}  // namespace sinew
