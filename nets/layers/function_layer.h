#pragma once
#include "nets/layers/layer.h"

namespace sinew {

/// A layer without parameters.
template <class T>
class FunctionLayer : public BasicLayer<T> {
 public:
  using Function = std::function<BasicTensor<T>(BasicTensor<T>)>;
  FunctionLayer(std::string name, Shape output, Function function)
      : name_(std::move(name)), output_(output), function_(std::move(function)) {}
  BasicTensor<T> operator()(BasicTensor<T> x) const override {
    const typename BasicTape<T>::Scope scope(x.tape(), name_.c_str());
    return function_(x);
  }
  Shape output_shape() const override { return output_; }

 private:
  std::string name_;
  Shape output_;
  Function function_;
};

/// Requires rows of images: throws a located Error when the input has another shape.
template <class T>
void expect_image(const ConfigNode& options, const LayerContext<T>& context) {
  if (context.input.rank() != 3)
    throw options.error(fmt::format("layer '{}': an image [height, width, channels] is expected, not a row of shape {}",
                                    context.name, context.input.text()));
}

/// Requires rows of numbers: throws a located Error when the input has another shape.
template <class T>
void expect_numbers(const ConfigNode& options, const LayerContext<T>& context) {
  if (context.input.rank() != 1)
    throw options.error(
        fmt::format("layer '{}' takes rows of numbers, not images of {}; put flatten, or "
                    "spatial_softargmax, before it",
                    context.name, context.input.text()));
}

}  // namespace sinew
