#include "nets/layers/sequential.h"
#include "nets/ops/recurrent.h"
#include "tests/nets/gradient_check.h"

// Gradients through time, with episodes that begin inside of a sequence.
namespace sinew {
namespace {

constexpr int sequences = 2, steps = 4, rows = sequences * steps, units = 3, inputs = 2;
// Sequence 0 is reset at steps 0 and 2, sequence 1 at step 3.
const std::vector<uint8_t> resets = {1, 0, 0, 0, 1, 0, 0, 1};

std::vector<double> draw(int count, int seed) {
  Rng rng(static_cast<uint64_t>(seed));
  return CheckInput{{count}}.draw(rng);
}

TEST(RecurrentGradient, Lstm) {
  const std::vector<double> state = draw(sequences * 2 * units, 1);
  for (const auto& starts : {resets, std::vector<uint8_t>{}})
    expect_gradients({{{rows, 4 * units}}, {{units, 4 * units}}}, [&](Tape64& tape, auto in) {
      return lstm(in[0], in[1], tape.constant({sequences, 2 * units}, state), starts).outputs;
    });
}

TEST(RecurrentGradient, LayerNormalizedLstm) {
  const std::vector<double> state = draw(sequences * 2 * units, 1);
  expect_gradients(
      {{{rows, 4 * units}}, {{units, 4 * units}}, {{4 * units}}, {{units}}, {{units}}},
      [&](Tape64& tape, auto in) {
        return lstm<double>(in[0], in[1], tape.constant({sequences, 2 * units}, state), resets, {in[2], in[3], in[4]})
            .outputs;
      },
      1e-6);
}

TEST(RecurrentGradient, Gru) {
  const std::vector<double> state = draw(sequences * units, 1);
  for (const auto& starts : {resets, std::vector<uint8_t>{}})
    expect_gradients({{{rows, 3 * units}}, {{units, 3 * units}}, {{units}}}, [&](Tape64& tape, auto in) {
      return gru(in[0], in[1], in[2], tape.constant({sequences, units}, state), starts).outputs;
    });
}

TEST(RecurrentGradient, LayerNormalizedGru) {
  const std::vector<double> state = draw(sequences * units, 1);
  expect_gradients(
      {{{rows, 3 * units}}, {{units, 3 * units}}, {{units}}, {{3 * units}}},
      [&](Tape64& tape, auto in) {
        return gru<double>(in[0], in[1], in[2], tape.constant({sequences, units}, state), resets, {in[3]}).outputs;
      },
      1e-6);
}

// A layer's parameters and its input, of a list as YAML has it.
void check_layers(const std::string& yaml) {
  SCOPED_TRACE(yaml);
  Parameters64 parameters;
  Rng rng(3);
  MemoryLayout memory;
  const ConfigNode list = ConfigNode::parse_text(yaml, "layers.yaml");
  const BasicSequential<double> net({list.items().begin(), list.items().end()}, builtin_layers<double>(),
                                    {parameters, rng, "core", {inputs}, {}, &memory});
  const int state_size = memory.numbers;
  for (double& value : parameters.values()) value += rng.uniform(-0.3, 0.3);
  std::vector<double> state = draw(sequences * state_size, 1);
  for (double& number : state) number += 2;  // an attention remembers as many steps as a number in it says
  const std::vector<double> x = draw(rows * inputs, 2);
  const auto run = [&](Tensor64 in) {
    BasicSequence<double> sequence(in.tape().constant({sequences, state_size}, state), resets);
    return net.run(in, sequence);
  };
  expect_parameter_gradients(
      parameters,
      [&](Tape64& tape) {
        const Tensor64 y = run(tape.constant({rows, inputs}, x));
        return sum(y * tape.constant(y.shape(), loss_weights(y.size(), Rng(7))));
      },
      1e-6);
  expect_gradients({{{rows, inputs}}}, [&](Tape64&, auto in) { return run(in[0]); }, 1e-6);
}

TEST(RecurrentGradient, LayersOneAfterTheOther) {
  check_layers("[{lstm: 3}, {linear: 2}, tanh, {gru: 3}]");
  check_layers("[{lstm: {units: 3, layer_norm: true}}, {gru: {units: 2, layer_norm: true}}]");
  check_layers("[{linear: 4}, {attention: {heads: 2, memory: 3}}, {lstm: 2}]");
  check_layers("[{linear: 3}, {frame_stack: 3}, {gru: 2}]");
  check_layers("[{gtrxl: {units: 4, heads: 2, memory: 2, blocks: 2, hidden: 5}}]");
}

}  // namespace
}  // namespace sinew
