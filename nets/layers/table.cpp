#include <algorithm>

#include "nets/layers/attention_layers.h"
#include "nets/layers/augment_layers.h"
#include "nets/layers/batch_norm.h"
#include "nets/layers/embedding.h"
#include "nets/layers/frame_stack.h"
#include "nets/layers/function_layer.h"
#include "nets/layers/image_layers.h"
#include "nets/layers/layer_norm.h"
#include "nets/layers/linear.h"
#include "nets/layers/recurrent_layers.h"
#include "nets/ops/ops.h"
#include "nets/tape/init.h"

// The table of layers that YAML may name.
namespace sinew {
namespace {

struct LinearOptions {
  int units = 0;
  InitConfig init;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("units", units, between(1, 1 << 16), "numbers of the output");
    v.optional("init", init, "how its weights are initialised; by default as the network's");
  }
};

// {linear: 64} or {linear: {units: 64, init: {…}}}.
template <class T>
std::unique_ptr<BasicLayer<T>> make_linear(const ConfigNode& options, LayerContext<T>& context) {
  LinearOptions linear{.init = context.init};
  if (options.is_null()) fail("linear needs the number of its outputs, as in {{linear: 64}}");
  if (options.is_map()) {
    read_value(options, linear);
  } else {
    read_value(options, linear.units);
    check_range(options, linear.units, between(1, 1 << 16));
  }
  expect_numbers(options, context);
  if (linear.init.scheme == "orthogonal" && takes_too_long(context.input[0], linear.units))
    throw options.error(
        fmt::format("a weight of [{}, {}] takes too long to start orthogonal; give it init: {{scheme: kaiming}}",
                    context.input[0], linear.units));
  return std::make_unique<BasicLinear<T>>(context.parameters, context.name, context.input[0], linear.units, context.rng,
                                          linear.init);
}

template <class T>
std::unique_ptr<BasicLayer<T>> make_layer_norm(const ConfigNode& options, LayerContext<T>& context) {
  if (!options.is_null()) throw options.error("layer_norm takes no options");
  return std::make_unique<BasicLayerNorm<T>>(context.parameters, context.name, context.input.columns());
}

template <class T>
std::unique_ptr<BasicLayer<T>> make_batch_norm(const ConfigNode& options, LayerContext<T>& context) {
  if (!options.is_null()) throw options.error("batch_norm takes no options");
  return std::make_unique<BasicBatchNorm<T>>(context.parameters, context.name, context.input);
}

template <class T>
class ActivationLayer : public BasicLayer<T> {
 public:
  using Function = BasicTensor<T> (*)(BasicTensor<T>);
  ActivationLayer(Function function, Shape shape) : function_(function), shape_(shape) {}
  BasicTensor<T> operator()(BasicTensor<T> x) const override { return function_(x); }
  Shape output_shape() const override { return shape_; }

 private:
  Function function_;
  Shape shape_;
};

template <class T, BasicTensor<T> (*function)(BasicTensor<T>)>
LayerRow<T> activation_row(const char* name, const char* help) {
  return {name, help, [](const ConfigNode& options, LayerContext<T>& context) -> std::unique_ptr<BasicLayer<T>> {
            if (!options.is_null()) throw options.error("an activation takes no options");
            return std::make_unique<ActivationLayer<T>>(function, context.input);
          }};
}

}  // namespace

template <class T>
LayerTable<T> builtin_layers() {
  LayerTable<T> table = {
      {"linear", "x · weight + bias: {linear: 64}, or with its options", make_linear<T>,
       list_parameters<LinearOptions>()},
      {"layer_norm", "each row to mean 0 and variance 1, then scaled and shifted", make_layer_norm<T>},
      {"batch_norm",
       "each column, of an image each channel, to mean 0 and variance 1: over the batch while learning, else by "
       "running statistics; then scaled and shifted",
       make_batch_norm<T>},
      embedding_row<T>(),
      frame_stack_row<T>(),
      activation_row<T, &tanh<T>>("tanh", "hyperbolic tangent"),
      activation_row<T, &relu<T>>("relu", "max(x, 0)"),
      activation_row<T, &elu<T>>("elu", "x, or exp(x) - 1 below 0"),
      activation_row<T, &silu<T>>("silu", "x · sigmoid(x)"),
      activation_row<T, &sigmoid<T>>("sigmoid", "1 / (1 + exp(-x))"),
      activation_row<T, &softplus<T>>("softplus", "log(1 + exp(x))"),
  };
  std::ranges::move(image_layers<T>(), std::back_inserter(table));
  std::ranges::move(augment_layers<T>(), std::back_inserter(table));
  std::ranges::move(recurrent_layers<T>(), std::back_inserter(table));
  std::ranges::move(attention_layers<T>(), std::back_inserter(table));
  return table;
}

template LayerTable<float> builtin_layers();
template LayerTable<double> builtin_layers();

}  // namespace sinew
