#include "nets/layers/batch_norm.h"
#include "nets/layers/embedding.h"
#include "nets/layers/layer_norm.h"
#include "nets/layers/linear.h"
#include "nets/layers/sequential.h"
#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

constexpr int rows = 3, inputs = 5;

// A random number for every parameter: freshly made ones hide a wrong gradient behind a 0 or a 1.
void disturb(Parameters64& parameters) {
  Rng rng(5);
  for (double& value : parameters.values()) value += rng.uniform(-0.3, 0.3);
}

void check(const BasicLayer<double>& layer, Parameters64& parameters) {
  disturb(parameters);
  Rng rng(6);
  const std::vector<double> x = CheckInput{{rows, inputs}}.draw(rng);
  expect_parameter_gradients(parameters, [&](Tape64& tape) {
    const Tensor64 y = layer(tape.constant({rows, inputs}, x));
    EXPECT_EQ(y.shape().columns(), layer.output_shape()[0]);
    return sum(y * tape.constant(y.shape(), loss_weights(y.size(), Rng(7))));
  });
  expect_gradients({{{rows, inputs}}}, [&](Tape64&, auto in) { return layer(in[0]); });
}

TEST(LayerGradient, LinearWithEveryActivation) {
  for (const Activation activation :
       {Activation::none, Activation::tanh, Activation::relu, Activation::elu, Activation::sigmoid}) {
    Parameters64 parameters;
    Rng rng(1);
    BasicLinear<double> linear(parameters, "linear", inputs, 7, rng);
    EXPECT_TRUE(linear.fuse(activation));
    check(linear, parameters);
  }
}

TEST(LayerGradient, LayerNorm) {
  Parameters64 parameters;
  check(BasicLayerNorm<double>(parameters, "norm", inputs), parameters);
}

// The gradient flows through the batch's statistics, and not to the running ones.
TEST(LayerGradient, BatchNorm) {
  for (const Shape& shape : {Shape{5, 3}, Shape{2, 19}, Shape{2, 3, 2, 4}, Shape{1, 2, 1, 9}}) {
    const Shape columns{shape.columns()};
    expect_gradients(
        {{shape}, {columns}, {columns}},
        [&](Tape64& tape, auto in) {
          const std::vector<double> running(static_cast<size_t>(columns.size()), 0.5);
          return batch_norm(in[0], in[1], in[2], tape.constant(columns, running), tape.constant(columns, running));
        },
        1e-6);
  }
}

TEST(LayerGradient, EveryLayerOfTheTableInSequence) {
  for (const char* list :
       {"[{linear: 4}, tanh, {linear: 3}, relu]", "[layer_norm, {linear: 4}, elu, softplus]",
        "[silu, {linear: {units: 6, init: {scheme: kaiming}}}, silu]", "[{linear: 4}, sigmoid, tanh]", "[tanh]"}) {
    SCOPED_TRACE(list);
    Parameters64 parameters;
    Rng rng(1);
    LayerList layers;
    read_value(ConfigNode::parse_text(list, "layers.yaml"), layers);
    check(BasicSequential<double>(layers, builtin_layers<double>(), {parameters, rng, "net", {inputs}, {}}),
          parameters);
  }
}

TEST(LayerGradient, Embedding) {
  Parameters64 parameters;
  Rng rng(3);
  LayerContext<double> context{parameters, rng, "cards", {2}, {}};
  const BasicEmbedding<double> layer(context, 4, 3);
  const std::vector<double> x = {0, 3, 3, 1, 2, 3};
  expect_parameter_gradients(parameters, [&](Tape64& tape) {
    const Tensor64 y = layer(tape.constant({3, 2}, x));
    return sum(y * tape.constant({3, 6}, loss_weights(18, Rng(7))));
  });
  Tape64 tape;
  const Tensor64 y = layer(tape.constant({3, 2}, x));
  for (int j = 0; j < 3; ++j) EXPECT_EQ(y.values()[6 + j], parameters.values()[9 + j]);  // row 1, column 0: index 3
  for (const double wrong : {-1.0, 4.0, 0.5, std::nan("")})
    EXPECT_THROW(layer(tape.constant({1, 2}, std::vector<double>{0, wrong})), Error);
}

}  // namespace
}  // namespace sinew
