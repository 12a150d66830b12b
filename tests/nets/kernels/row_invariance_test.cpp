#include <gtest/gtest.h>

#include <cstring>

#include "tests/nets/make_network.h"

// A row has the same bits however many rows are computed with it (decision 9).
namespace sinew {
namespace {

constexpr int max_rows = 64;

std::vector<float> random_row(int64_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& x : values) x = static_cast<float>(rng.normal());
  return values;
}

// `compute` maps rows [n, inputs] to n rows of numbers. Each row alone, then in batches of 1 to 64.
template <class Compute>
void expect_row_invariance(int inputs, Compute&& compute) {
  const std::vector<float> x = random_row(int64_t{max_rows} * inputs, 11);
  std::vector<std::vector<float>> alone;
  Tape tape(TapeMode::infer);
  for (int row = 0; row < max_rows; ++row) {
    tape.rewind();
    alone.push_back(compute(tape.view({1, inputs}, x.data() + int64_t{row} * inputs)));
  }
  for (int rows = 1; rows <= max_rows; ++rows) {
    tape.rewind();
    const std::vector<float> together = compute(tape.view({rows, inputs}, x.data()));
    const size_t width = alone[0].size();
    ASSERT_EQ(together.size(), width * rows);
    for (int row = 0; row < rows; ++row)
      ASSERT_EQ(std::memcmp(together.data() + width * row, alone[row].data(), width * sizeof(float)), 0)
          << "row " << row << " of " << rows;
  }
}

std::vector<float> values(const Tensor& x) { return {x.values().begin(), x.values().end()}; }

TEST(RowInvariance, Affine) {
  for (const Activation activation :
       {Activation::none, Activation::tanh, Activation::relu, Activation::elu, Activation::sigmoid})
    for (const auto& [k, n] :
         {std::pair{17, 64}, {64, 64}, {64, 6}, {64, 8}, {64, 1}, {64, 24}, {3, 33}, {300, 257}, {3136, 129}}) {
      SCOPED_TRACE(fmt::format("{} to {}", k, n));
      const std::vector<float> weight = random_row(int64_t{k} * n, 12), bias = random_row(n, 13);
      expect_row_invariance(k, [&, inputs = k, outputs = n](Tensor x) {
        const Tensor matrix = x.tape().view({inputs, outputs}, weight.data());
        return values(affine(x, matrix, x.tape().view({outputs}, bias.data()), activation));
      });
      if (HasFatalFailure()) return;
    }
}

TEST(RowInvariance, RowwiseOps) {
  for (const int n : {1, 6, 16, 37}) {
    const std::vector<float> a = random_row(n, 14), b = random_row(n, 15);
    const auto row = [n](Tensor x, const std::vector<float>& numbers) { return x.tape().view({n}, numbers.data()); };
    expect_row_invariance(n, [&](Tensor x) { return values(layer_norm(x, row(x, a), row(x, b))); });
    expect_row_invariance(n, [&](Tensor x) { return values(standardize(x, row(x, a), row(x, b), 1.5)); });
    expect_row_invariance(n, [](Tensor x) { return values(log_softmax(x)); });
    expect_row_invariance(n, [](Tensor x) { return values(sum(x, -1)); });
    expect_row_invariance(n, [&](Tensor x) { return values(exp(x * row(x, a) + row(x, b))); });
    expect_row_invariance(n, [](Tensor x) { return values(silu(x)); });
  }
}

// What acting uses: the mode, a draw from the row's own stream with its log_prob, and the value.
void check_network(const InterfaceSpec& spec, const std::string& yaml) {
  SCOPED_TRACE(yaml);
  const BasicNetworks<float> network = make_network<float>(spec, yaml);
  const int width = spec.actions.size();
  expect_row_invariance(spec.observation_size(), [&](Tensor x) {
    const int rows = x.shape()[0];
    const auto out = network(x);
    const std::vector<float> mode = values(out.actions.mode());
    std::vector<float> raw(mode.size()), log_prob(rows), result;
    std::vector<Rng> rngs;
    for (int row = 0; row < rows; ++row) rngs.emplace_back(static_cast<uint64_t>(x.data()[row * x.shape()[1]] * 1e6f));
    out.actions.sample(rngs, raw, log_prob);
    const Tensor again = out.actions.log_prob(x.tape().constant({rows, width}, raw));
    for (int row = 0; row < rows; ++row) {
      const auto begin = static_cast<ptrdiff_t>(row) * width;
      result.insert(result.end(), mode.begin() + begin, mode.begin() + begin + width);
      result.insert(result.end(), raw.begin() + begin, raw.begin() + begin + width);
      result.insert(result.end(), {log_prob[row], again.values()[row], out.values.values()[row]});
    }
    return result;
  });
}

TEST(RowInvariance, ActorAndCritic) {
  check_network(continuous_interface(17, 6),
                "{actor: [{linear: 64}, tanh, {linear: 64}, tanh],"
                " critic: [{linear: 64}, tanh, {linear: 64}, tanh], actor_gain: 1}");
  check_network(mixed_interface(), shared_network);
  check_network(mixed_interface(), "{actor: [layer_norm, {linear: 33}, elu], state_dependent_std: true}");
}

}  // namespace
}  // namespace sinew
