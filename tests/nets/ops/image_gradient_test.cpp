#include "nets/layers/image_layers.h"
#include "nets/layers/sequential.h"
#include "nets/ops/image.h"
#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

const SlidingWindow windows[] = {
    {{1, 1}, {1, 1}, {0, 0}}, {{3, 3}, {1, 1}, {1, 1}}, {{2, 3}, {2, 1}, {1, 0}},
    {{4, 2}, {3, 2}, {2, 1}}, {{5, 6}, {1, 1}, {0, 0}},
};

TEST(ImageGradient, Conv2dWithEveryWindow) {
  for (const SlidingWindow& window : windows)
    for (const int channels : {1, 3}) {
      const Shape weight{window.size.height, window.size.width, channels, 2};
      expect_gradients({{{2, 5, 6, channels}}, {weight}, {{2}}},
                       [&](Tape64&, auto in) { return conv2d(in[0], in[1], in[2], window); });
    }
}

TEST(ImageGradient, Conv2dWithEveryActivation) {
  for (const Activation activation : {Activation::tanh, Activation::relu, Activation::elu, Activation::sigmoid})
    expect_gradients({{{2, 4, 4, 2}}, {{2, 2, 2, 3}}, {{3}}},
                     [&](Tape64&, auto in) { return conv2d(in[0], in[1], in[2], {{2, 2}, {2, 2}}, activation); });
}

TEST(ImageGradient, Conv2dWithoutBias) {
  expect_gradients({{{1, 4, 3, 2}}, {{2, 2, 2, 3}}},
                   [](Tape64& tape, auto in) { return conv2d(in[0], in[1], tape.constant({0}, {}), {{2, 2}}); });
}

TEST(ImageGradient, Pools) {
  for (const SlidingWindow& window : windows) {
    expect_gradients({{{2, 5, 6, 3}}}, [&](Tape64&, auto in) { return max_pool(in[0], window); });
    expect_gradients({{{2, 5, 6, 3}}}, [&](Tape64&, auto in) { return average_pool(in[0], window); });
  }
}

TEST(ImageGradient, SpatialSoftargmax) {
  for (const Shape& shape : {Shape{2, 3, 4, 3}, Shape{1, 1, 5, 2}, Shape{1, 2, 2, 19}, Shape{2, 1, 1, 1}})
    expect_gradients({{shape}}, [](Tape64&, auto in) { return spatial_softargmax(in[0]); });
}

TEST(ImageGradient, GroupNorm) {
  for (const int groups : {1, 2, 4})
    expect_gradients(
        {{{2, 3, 2, 4}}, {{4}}, {{4}}}, [&](Tape64&, auto in) { return group_norm(in[0], in[1], in[2], groups); },
        1e-6);
}

TEST(ImageGradient, EveryLayerOfTheTableInSequence) {
  for (const char* list :
       {"[{conv: {filters: 3, kernel: 3, padding: 1}}, batch_norm, tanh, {max_pool: 2}, {group_norm: 3}, flatten, "
        "{linear: 4}]",
        "[{conv: {filters: 4, kernel: [2, 3], stride: [2, 1], init: {scheme: kaiming}}}, {group_norm: {groups: 2}}, "
        "{average_pool: {kernel: 2, stride: 1}}, spatial_softargmax]"}) {
    SCOPED_TRACE(list);
    Parameters64 parameters;
    Rng rng(1);
    LayerList layers;
    read_value(ConfigNode::parse_text(list, "layers.yaml"), layers);
    const BasicSequential<double> net(layers, builtin_layers<double>(), {parameters, rng, "net", {6, 5, 2}, {}});
    for (double& value : parameters.values()) value += rng.uniform(-0.3, 0.3);
    const std::vector<double> x = CheckInput{{2, 6, 5, 2}}.draw(rng);
    expect_parameter_gradients(
        parameters,
        [&](Tape64& tape) {
          const Tensor64 y = net(tape.constant({2, 6, 5, 2}, x));
          EXPECT_EQ(y.shape(), (Shape{2, net.output_shape()[0]}));
          return sum(y * tape.constant(y.shape(), loss_weights(y.size(), Rng(7))));
        },
        1e-6);
  }
}

}  // namespace
}  // namespace sinew
