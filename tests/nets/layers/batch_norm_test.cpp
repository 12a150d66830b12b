#include "nets/layers/batch_norm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nets/layers/sequential.h"
#include "nets/tape/optimizer.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

struct BatchNormTest : testing::Test {
  Parameters parameters;
  BatchNorm norm{parameters, "norm", {2}};
  std::span<float> values(const char* name) { return parameters.find(std::string("norm.") + name)->values(); }
};

// A column 1, 3, 5, 7 has mean 4, variance 5, and 20/3 as an unbiased estimate; one of 2 has no spread.
const std::vector<float> four_rows = {1, 2, 3, 2, 5, 2, 7, 2};

TEST_F(BatchNormTest, LearnsWithTheBatchesStatistics) {
  values("scale")[0] = 2;
  values("shift")[0] = 10;
  Tape tape;
  const Tensor y = norm(tape.view({4, 2}, four_rows.data()));
  for (int row = 0; row < 4; ++row) {
    EXPECT_NEAR(y.values()[2 * row], 10 + 2 * (four_rows[2 * row] - 4) / std::sqrt(5 + 1e-5), 1e-5);
    EXPECT_EQ(y.values()[2 * row + 1], 0);
  }
  EXPECT_EQ(values("mean")[0], 0);  // it was not requested yet
}

TEST_F(BatchNormTest, InfersWithTheRunningStatistics) {
  values("mean")[0] = 1;
  values("variance")[0] = 4;
  Tape tape(TapeMode::infer);
  const Tensor y = norm(tape.view({4, 2}, four_rows.data()));
  for (int row = 0; row < 4; ++row) EXPECT_NEAR(y.values()[2 * row], (four_rows[2 * row] - 1) / 2, 1e-5);
}

TEST_F(BatchNormTest, AbsorbsWhatTheTapeSaw) {
  Tape tape;
  norm(tape.view({4, 2}, four_rows.data()));
  absorb_batch_statistics(tape, 0.1);
  EXPECT_FLOAT_EQ(values("mean")[0], 0.4f);
  EXPECT_FLOAT_EQ(values("mean")[1], 0.2f);
  EXPECT_FLOAT_EQ(values("variance")[0], 0.9f + 0.1f * 20 / 3);
  EXPECT_FLOAT_EQ(values("variance")[1], 0.9f);

  Tape infer(TapeMode::infer);
  norm(infer.view({4, 2}, four_rows.data()));
  const std::vector<float> before(parameters.values().begin(), parameters.values().end());
  absorb_batch_statistics(infer);
  EXPECT_TRUE(std::ranges::equal(before, parameters.values()));
}

TEST_F(BatchNormTest, ManyRowsOfAnImageKeepTheirPrecision) {
  constexpr int rows = 30, pixels = 40 * 40;
  Parameters own;
  const BatchNorm image(own, "norm", {40, 40, 3});
  Rng rng(1);
  std::vector<float> x(rows * pixels * 3);
  for (float& number : x) number = static_cast<float>(100 + rng.normal());
  double mean = 0, variance = 0;
  for (size_t i = 0; i < x.size(); i += 3) mean += x[i] / (rows * pixels);
  for (size_t i = 0; i < x.size(); i += 3) variance += (x[i] - mean) * (x[i] - mean) / (rows * pixels - 1);
  Tape tape;
  image(tape.view({rows, 40, 40, 3}, x.data()));
  absorb_batch_statistics(tape, 1);
  EXPECT_NEAR(own.find("norm.mean")->values()[0], mean, 2e-5);
  EXPECT_NEAR(own.find("norm.variance")->values()[0], variance, 1e-5);
}

// Running statistics are of the set, but the gradient does not see them, nor does the optimiser move them.
TEST_F(BatchNormTest, RunningStatisticsAreNotTrained) {
  values("mean")[0] = 1;
  values("variance")[1] = 3;
  Adam adam(parameters, {.weight_decay = 0.5});
  std::vector<float> gradients = parameters.make_gradients();
  Tape tape;
  const Tensor x = tape.view({4, 2}, four_rows.data());
  tape.backward(sum(square(norm(x) + 1)), {{&parameters, gradients}});
  for (const char* name : {"mean", "variance"}) {
    const Parameter& parameter = *parameters.find(std::string("norm.") + name);
    EXPECT_TRUE(parameter.is_statistic);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(gradients[static_cast<size_t>(parameter.offset) + i], 0);
  }
  adam.step(gradients, 0.1);
  EXPECT_NE(values("scale")[0], 1);
  EXPECT_EQ(values("mean")[0], 1);
  EXPECT_EQ(values("variance")[1], 3);
}

TEST_F(BatchNormTest, ARowHasTheSameBitsAloneWhenItIsInferred) {
  values("mean")[0] = 0.3f;
  values("variance")[0] = 1.7f;
  Tape all(TapeMode::infer), one(TapeMode::infer);
  const Tensor y = norm(all.view({4, 2}, four_rows.data()));
  const Tensor third = norm(one.view({1, 2}, four_rows.data() + 4));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(third.values()[i], y.values()[4 + i]);
}

TEST(BatchNormLayer, IsKnownToWhoeverOwnsTheNetwork) {
  const auto has = [](const char* yaml) {
    Parameters parameters;
    Rng rng(1);
    LayerList layers;
    read_value(ConfigNode::parse_text(yaml, "net.yaml"), layers);
    return BasicSequential<float>(layers, builtin_layers<float>(), {parameters, rng, "net", {3}, {}})
        .has_batch_statistics();
  };
  EXPECT_TRUE(has("[{linear: 4}, batch_norm, relu]"));
  EXPECT_FALSE(has("[{linear: 4}, layer_norm, relu]"));
  expect_contains(error_of([&] { has("[{batch_norm: 3}]"); }), "batch_norm takes no options");
}

TEST(BatchNormLayer, AllocatesNothingWhenWarm) {
  Parameters parameters;
  const BatchNorm norm(parameters, "norm", {4, 4, 5});
  const std::vector<float> x(6 * 4 * 4 * 5, 0.5f);
  std::vector<float> gradients = parameters.make_gradients();
  Tape tape;
  const auto step = [&] {
    tape.rewind();
    tape.backward(sum(square(norm(tape.variable({6, 4, 4, 5}, x)))), {{&parameters, gradients}});
    absorb_batch_statistics(tape);
  };
  step();
  step();
  const int64_t before = allocations();
  step();
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace sinew
