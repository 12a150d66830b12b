#include <cmath>

#include "nets/layers/sequential.h"
#include "nets/ops/attention.h"
#include "nets/ops/recurrent.h"
#include "tests/nets/gradient_check.h"

// What a cell computes, by hand; and that a sequence at once is what its steps are one by one.
namespace sinew {
namespace {

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

TEST(Recurrent, AnLstmOfOneUnitByHand) {
  Tape64 tape(TapeMode::infer);
  const std::vector<double> gates = {0.5, -0.2, 0.3, 0.1, 1.0, 0.4, -0.6, 0.2, -0.3, 0.8, 0.9, -0.1};
  const std::vector<double> weight = {0.7, -0.5, 0.2, 0.4}, state = {0.3, -0.8};
  const std::vector<uint8_t> resets = {0, 0, 1};
  const auto result =
      lstm<double>(tape.constant({3, 4}, gates), tape.constant({1, 4}, weight), tape.constant({1, 2}, state), resets);
  double h = state[0], c = state[1];
  for (int step = 0; step < 3; ++step) {
    if (resets[step]) h = c = 0;
    double z[4];
    for (int i = 0; i < 4; ++i) z[i] = gates[step * 4 + i] + h * weight[i];
    c = sigmoid_of(z[1]) * c + sigmoid_of(z[0]) * std::tanh(z[2]);
    h = sigmoid_of(z[3]) * std::tanh(c);
    EXPECT_NEAR(result.outputs.values()[step], h, 1e-12);
  }
  EXPECT_NEAR(result.next_state.values()[0], h, 1e-12);
  EXPECT_NEAR(result.next_state.values()[1], c, 1e-12);
}

TEST(Recurrent, AGruOfOneUnitByHand) {
  Tape64 tape(TapeMode::infer);
  const std::vector<double> gates = {0.5, -0.2, 0.3, 1.0, 0.4, -0.6}, weight = {0.7, -0.5, 0.2}, bias = {0.25},
                            state = {-0.4};
  const auto result = gru<double>(tape.constant({2, 3}, gates), tape.constant({1, 3}, weight), tape.constant({1}, bias),
                                  tape.constant({1, 1}, state), {});
  double h = state[0];
  for (int step = 0; step < 2; ++step) {
    const double* x = &gates[step * 3];
    const double r = sigmoid_of(x[0] + h * weight[0]), u = sigmoid_of(x[1] + h * weight[1]);
    const double n = std::tanh(x[2] + r * (h * weight[2] + bias[0]));
    h = (1 - u) * n + u * h;
    EXPECT_NEAR(result.outputs.values()[step], h, 1e-12);
  }
  EXPECT_NEAR(result.next_state.item(), h, 1e-12);
}

// One head of one column, a memory of two of which one is filled, two steps.
TEST(Recurrent, AttentionByHand) {
  Tape64 tape(TapeMode::infer);
  const std::vector<double> state = {9, 0.5, 1}, x = {-0.2, 0.7};  // the 9 was never filled
  const std::vector<double> content = {0.3, -0.4}, position = {0.6, 0.2}, distances = {0.1, 0.9, -0.5};
  const auto window = look_back<double>(tape.constant({2, 1}, x), tape.constant({1, 3}, state), {});
  const auto y = attention<double>(tape.constant({2, 1}, content), tape.constant({2, 1}, position), window.rows,
                                   window.rows, tape.constant({3, 1}, distances), window, 1);
  const double seen[] = {0.5, -0.2, 0.7};
  for (int step = 0; step < 2; ++step) {
    double total = 0, mixed = 0;
    for (int j = 0; j <= step + 1; ++j) {
      const double weight = std::exp(content[step] * seen[j] + position[step] * distances[step + 1 - j]);
      total += weight;
      mixed += weight * seen[j];
    }
    EXPECT_NEAR(y.values()[step], mixed / total, 1e-12);
  }
  EXPECT_EQ(std::vector<double>(window.next_state.values().begin(), window.next_state.values().end()),
            (std::vector<double>{-0.2, 0.7, 2}));
}

// Two sequences of two columns and three steps, a memory of two; the second one is reset at its second step.
TEST(Recurrent, AFrameStackByHand) {
  Tape64 tape(TapeMode::infer);
  const std::vector<double> state = {9, 9, 1, 2, 1, /**/ 3, 4, 5, 6, 2};  // the 9s were never filled
  const std::vector<double> x = {10, 11, 20, 21, /**/ 12, 13, 22, 23, /**/ 14, 15, 24, 25};
  const std::vector<uint8_t> resets = {0, 0, 0, 1, 0, 0};
  const auto window = look_back<double>(tape.constant({6, 2}, x), tape.constant({2, 5}, state), resets);
  const auto y = frame_stack(window);
  EXPECT_EQ(std::vector<double>(y.values().begin(), y.values().end()),
            (std::vector<double>{1,  2,  1,  2,  10, 11, /**/ 3,  4,  5,  6,  20, 21, /**/ 1,  2,  10, 11, 12, 13, /**/
                                 22, 23, 22, 23, 22, 23, /**/ 10, 11, 12, 13, 14, 15, /**/ 22, 23, 22, 23, 24, 25}));
  EXPECT_EQ(std::vector<double>(window.next_state.values().begin(), window.next_state.values().end()),
            (std::vector<double>{12, 13, 14, 15, 2, /**/ 22, 23, 24, 25, 2}));
}

TEST(MemoryLayout, EndsWhereItBecomesTooMuch) {
  MemoryLayout layout;
  EXPECT_EQ(layout.take(10), 0);
  EXPECT_EQ(layout.take(5, 2), 10);
  EXPECT_EQ(layout.numbers, 20);
  EXPECT_THROW(layout.take(MemoryLayout::most_numbers - 19), Error);
  EXPECT_THROW(layout.take(1, MemoryLayout::most_layers - 2), Error);
  EXPECT_EQ(layout.take(MemoryLayout::most_numbers - 20, 1), 20);
}

constexpr int features = 5;

struct Net {
  explicit Net(const std::string& yaml) {
    const ConfigNode list = ConfigNode::parse_text(yaml, "layers.yaml");
    layers.emplace(LayerList(list.items().begin(), list.items().end()), builtin_layers<float>(),
                   LayerContext<float>{parameters, rng, "core", {features}, {}, &memory});
    state_size = memory.numbers;
  }
  // Rows of as many sequences as `state` has; `state` becomes the next one.
  std::vector<float> run(std::span<const float> x, std::vector<float>& state, std::span<const uint8_t> resets) {
    tape.rewind();
    const int rows = static_cast<int>(x.size()) / features;
    Sequence sequence(tape.view({static_cast<int>(state.size()) / state_size, state_size}, state.data()), resets);
    const Tensor y = layers->run(tape.view({rows, features}, x.data()), sequence);
    std::vector<float> outputs(y.values().begin(), y.values().end());
    const auto next = sequence.next_state().values();
    state.assign(next.begin(), next.end());
    return outputs;
  }
  Parameters parameters;
  Rng rng{4};
  MemoryLayout memory;
  int state_size = 0;
  std::optional<BasicSequential<float>> layers;
  Tape tape{TapeMode::infer};
};

// Of 400 units: the gate that keeps is open for 1 to 100 steps, as often for more than 50 as for less.
TEST(Recurrent, ChronoSpreadsHowLongUnitsRemember) {
  for (const char* cell : {"lstm", "gru"}) {
    Net net(fmt::format("[{{{}: {{units: 400, chrono: 101}}}}]", cell));
    const std::span<const float> bias = net.parameters.find("core.0.bias")->values(), keeping = bias.subspan(400, 400);
    int longer = 0;
    for (int i = 0; i < 400; ++i) {
      ASSERT_GE(keeping[i], 0);
      ASSERT_LE(keeping[i], std::log(100.0f));
      longer += keeping[i] > std::log(50.5f);
      ASSERT_EQ(bias[i], bias.size() == 1600 ? -keeping[i] : 0) << cell;  // of the input gate, or the reset gate
      ASSERT_EQ(bias[800 + i], 0);
    }
    EXPECT_NEAR(longer, 200, 50);
  }
}

class RecurrentLayer : public testing::TestWithParam<const char*> {};

TEST_P(RecurrentLayer, ASequenceHasTheBitsOfItsSteps) {
  constexpr int sequences = 3, steps = 40;
  Net net(GetParam());
  Rng rng(5);
  std::vector<float> x(static_cast<size_t>(steps) * sequences * features);
  for (float& value : x) value = static_cast<float>(rng.normal());
  std::vector<uint8_t> resets(steps * sequences);
  for (const int row : {0, 1, 2, 17, 45, 46, 100}) resets[row] = 1;
  std::vector<float> state_at_once(static_cast<size_t>(sequences) * net.state_size, 2.0f);
  const std::vector<float> at_once = net.run(x, state_at_once, resets);
  const size_t width = at_once.size() / (steps * sequences);
  for (int s = 0; s < sequences; ++s) {
    std::vector<float> state(net.state_size, 2.0f);
    for (int step = 0; step < steps; ++step) {
      const size_t row = static_cast<size_t>(step) * sequences + s;
      const std::vector<float> y = net.run({&x[row * features], features}, state, {&resets[row], 1});
      for (size_t i = 0; i < width; ++i)
        ASSERT_EQ(y[i], at_once[row * width + i]) << "sequence " << s << " step " << step;
    }
    for (int i = 0; i < net.state_size; ++i)
      ASSERT_EQ(state[i], state_at_once[static_cast<size_t>(s) * net.state_size + i]);
  }
}

TEST_P(RecurrentLayer, AResetForgets) {
  Net net(GetParam());
  const std::vector<float> x(features, 0.7f);
  std::vector<float> fresh(net.state_size), experienced(net.state_size, 3.0f), kept = experienced;
  const uint8_t reset = 1, no_reset = 0;
  const std::vector<float> y = net.run(x, fresh, {&no_reset, 1});
  EXPECT_EQ(net.run(x, experienced, {&reset, 1}), y);
  EXPECT_EQ(experienced, fresh);
  EXPECT_NE(net.run(x, kept, {&no_reset, 1}), y);
}

INSTANTIATE_TEST_SUITE_P(All, RecurrentLayer,
                         testing::Values("[{lstm: 24}]", "[{gru: 24}]", "[{lstm: {units: 24, layer_norm: true}}]",
                                         "[{gru: {units: 24, layer_norm: true}}]",
                                         "[{linear: 12}, tanh, {lstm: 20}, {gru: 9}]",
                                         "[{linear: 12}, {attention: {heads: 3, memory: 7}}]",
                                         "[{frame_stack: 4}, {linear: 12}, tanh, {frame_stack: 2}]",
                                         "[{gtrxl: {units: 16, heads: 2, memory: 5, blocks: 2}}]"));

}  // namespace
}  // namespace sinew
