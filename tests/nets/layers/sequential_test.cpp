#include "nets/layers/sequential.h"

#include "nets/ops/ops.h"
#include "tests/core/expect_error.h"

// Networks from YAML: the names of parameters, fused activations, and what is refused.
namespace sinew {
namespace {

struct Built {
  Parameters parameters;
  Rng rng = Rng(1);
  std::unique_ptr<BasicSequential<float>> layers;
  explicit Built(const std::string& yaml, const LayerTable<float>& table = builtin_layers<float>()) {
    LayerList list;
    read_value(*ConfigNode::parse_text("actor: " + yaml, "net.yaml").find("actor"), list);
    layers =
        std::make_unique<BasicSequential<float>>(list, table, LayerContext<float>{parameters, rng, "actor", {5}, {}});
  }
};

std::string message(const std::string& yaml) {
  return error_of([&] { Built built(yaml); });
}

TEST(Sequential, ParametersAreNamedByTheirPlace) {
  const Built built("[{linear: 8}, tanh, layer_norm, {linear: {units: 3, init: {gain: 0.1}}}]");
  std::string names;
  for (const Parameter& parameter : built.parameters.list()) names += parameter.name + parameter.shape.text() + " ";
  EXPECT_EQ(names,
            "actor.0.weight[5, 8] actor.0.bias[8] actor.2.scale[8] actor.2.shift[8] "
            "actor.3.weight[8, 3] actor.3.bias[3] ");
  EXPECT_EQ(built.layers->output_shape(), Shape{3});
}

TEST(Sequential, AnActivationIsFusedIntoTheLinearLayerBeforeIt) {
  const auto operations = [](const std::string& yaml) {
    const Built built(yaml);
    Tape tape(TapeMode::infer);
    const std::vector<float> x(5);
    (*built.layers)(tape.view({1, 5}, x.data()));
    std::string names;  // newest first
    for (const Node<float>* node = tape.last(); node; node = node->previous)
      if (node->inputs[0]) names += std::string(node->operation->name) + " ";
    return names;
  };
  EXPECT_EQ(operations("[{linear: 8}, tanh]"), "affine ");
  EXPECT_EQ(operations("[{linear: 8}, tanh, relu]"), "relu affine ");
  EXPECT_EQ(operations("[{linear: 8}, silu]"), "silu affine ");
  EXPECT_EQ(operations("[elu, {linear: 8}]"), "affine elu ");
  EXPECT_EQ(operations("[]"), "");
}

TEST(Sequential, AFusedActivationHasTheValuesOfTheSeparateOne) {
  for (const auto& [name, function] :
       {std::pair{"tanh", &tanh<float>}, {"relu", &relu<float>}, {"elu", &elu<float>}, {"sigmoid", &sigmoid<float>}}) {
    const Built fused(fmt::format("[{{linear: 8}}, {}]", name)), plain("[{linear: 8}]");
    Tape tape(TapeMode::infer);
    const std::vector<float> x = {-2, -1, 0.5f, 1, 3};
    const Tensor in = tape.view({1, 5}, x.data());
    const Tensor a = (*fused.layers)(in), b = function((*plain.layers)(in));
    for (int i = 0; i < 8; ++i) EXPECT_EQ(a.values()[i], b.values()[i]) << name;
  }
}

TEST(Sequential, AnUnknownLayerIsLocatedAndTheNearestNamed) {
  const std::string error = message("[{linear: 8}, tanhh]");
  expect_contains(error, "net.yaml:1:22");
  expect_contains(error, "no layer 'tanhh'");
  expect_contains(error, "did you mean 'tanh'?");
  expect_contains(message("[{lstn3x: 8}]"), "known: linear, layer_norm");
}

TEST(Sequential, OptionsAreCheckedWhereTheyStand) {
  for (const char* yaml : {"[{linear: 8}, {tanh: 3}]", "[{tanh: 3}]", "[{layer_norm: 1}]", "[{silu: {a: 1}}]"})
    expect_contains(message(yaml), "takes no options");
  expect_contains(message("[{linear: 8}, {tanh: 3}]"), "net.yaml:1:29");
  expect_contains(message("[{linear: 0}]"), "out of range");
  expect_contains(message("[{linear: wide}]"), "net.yaml:1:18");
  expect_contains(message("[{linear: {unit: 8}}]"), "units");
  expect_contains(message("[{linear: {units: 8, init: {scheme: he}}}]"), "orthogonal");
  expect_contains(message("[linear]"), "net.yaml:1:9: linear needs the number of its outputs");
  expect_contains(message("[[tanh]]"), "net.yaml:1:9");
}

// A layer of one's own is a row in the table.
class Doubling : public BasicLayer<float> {
 public:
  explicit Doubling(Shape shape) : shape_(shape) {}
  Tensor operator()(Tensor x) const override { return x * 2.0; }
  Shape output_shape() const override { return shape_; }

 private:
  Shape shape_;
};

TEST(Sequential, AProgramAddsItsOwnLayer) {
  LayerTable<float> table = builtin_layers<float>();
  table.push_back({"doubling", "2 · x", [](const ConfigNode&, LayerContext<float>& context) {
                     return std::make_unique<Doubling>(context.input);
                   }});
  const Built built("[doubling, doubling]", table);
  Tape tape(TapeMode::infer);
  const std::vector<float> x = {1, 2, 3, 4, 5};
  EXPECT_EQ((*built.layers)(tape.view({1, 5}, x.data())).values()[4], 20);
}

// A slip of the finger shall not take all memory, or hours.
TEST(Sequential, NetworksOfAbsurdSizeAreRefused) {
  const std::string most =
      "[{linear: {units: 65536, init: {scheme: kaiming}}}, {linear: {units: 65536, init: {scheme: kaiming}}}]";
  expect_contains(message(most),
                  "the network is too large: with 'actor.1.weight' of shape [65536, 65536] it has 4295360512");
  expect_contains(message("[{linear: 4096}, {linear: 4097}]"), "give it init: {scheme: kaiming}");
  std::string many = "[";
  for (int i = 0; i < 1025; ++i) many += "tanh, ";
  expect_contains(message(many + "]"), "more than 1024 layers in a list");
}

}  // namespace
}  // namespace sinew
