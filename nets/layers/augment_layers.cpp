#include "nets/layers/augment_layers.h"

#include "nets/layers/function_layer.h"

namespace sinew {
namespace {

// augment(x, rng): the layer's function during training.
template <class T, class Augment>
std::unique_ptr<BasicLayer<T>> learning_only(const LayerContext<T>& context, Augment augment) {
  return std::make_unique<FunctionLayer<T>>(context.name, context.input, [augment](BasicTensor<T> x) {
    return x.tape().random() ? augment(x, *x.tape().random()) : x;
  });
}

struct ShiftOptions {
  int pixels = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("pixels", pixels, between(1, 1 << 10), "largest shift up, down, left and right");
  }
};

template <class T>
std::unique_ptr<BasicLayer<T>> make_random_shift(const ConfigNode& options, LayerContext<T>& context) {
  if (!options.is_map()) throw options.error("random_shift needs its pixels, as in {random_shift: {pixels: 4}}");
  ShiftOptions shift;
  read_value(options, shift);
  expect_image(options, context);
  return learning_only<T>(context,
                          [pixels = shift.pixels](BasicTensor<T> x, Rng& rng) { return random_shift(x, pixels, rng); });
}

struct JitterOptions {
  ColourJitter jitter;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("brightness", jitter.brightness, between(0, 1), "spread of the factor on all channels");
    v.optional("contrast", jitter.contrast, between(0, 1), "spread of the factor on the distance from the mean");
    v.optional("tint", jitter.tint, between(0, 1), "spread of the factor on each channel");
  }
};

template <class T>
std::unique_ptr<BasicLayer<T>> make_colour_jitter(const ConfigNode& options, LayerContext<T>& context) {
  if (!options.is_map())
    throw options.error("colour_jitter needs its spreads, as in {colour_jitter: {brightness: 0.2, contrast: 0.2}}");
  JitterOptions read;
  read_value(options, read);
  expect_image(options, context);
  return learning_only<T>(context,
                          [jitter = read.jitter](BasicTensor<T> x, Rng& rng) { return colour_jitter(x, jitter, rng); });
}

struct NoiseOptions {
  double std = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("std", std, above(0), "standard deviation, in units of the input");
  }
};

template <class T>
std::unique_ptr<BasicLayer<T>> make_noise(const ConfigNode& options, LayerContext<T>& context) {
  if (!options.is_map()) throw options.error("noise needs its deviation, as in {noise: {std: 0.05}}");
  NoiseOptions noise;
  read_value(options, noise);
  return learning_only<T>(context, [std = noise.std](BasicTensor<T> x, Rng& rng) { return add_noise(x, std, rng); });
}

}  // namespace

template <class T>
LayerTable<T> augment_layers() {
  return {
      {"random_shift", "while learning, moves images by up to `pixels` each way", make_random_shift<T>,
       list_parameters<ShiftOptions>()},
      {"colour_jitter",
       "while learning, multiplies an image's brightness, contrast and channels by factors that are uniform in 1 ± "
       "their spreads",
       make_colour_jitter<T>, list_parameters<JitterOptions>()},
      {"noise", "while learning, adds Gaussian noise to every number", make_noise<T>, list_parameters<NoiseOptions>()},
  };
}

template LayerTable<float> augment_layers();
template LayerTable<double> augment_layers();

}  // namespace sinew
