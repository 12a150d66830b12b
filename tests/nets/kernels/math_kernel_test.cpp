#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "nets/ops/ops.h"

// The float32 elementwise kernels, held to float64 over the whole line.
namespace sinew {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float largest = std::numeric_limits<float>::max();
constexpr float smallest = std::numeric_limits<float>::denorm_min();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

using Function = Tensor (*)(Tensor);
using Reference = double (*)(double);

std::vector<float> values_of(Function function, const std::vector<float>& x) {
  Tape tape(TapeMode::infer);
  const Tensor y = function(tape.view({static_cast<int>(x.size())}, x.data()));
  return {y.values().begin(), y.values().end()};
}

/// The distance between neighbouring floats around x.
double ulp(double x) {
  const int exponent = std::max(std::ilogb(x), -126);
  return std::ldexp(1.0, exponent - 23);
}

/// The largest error, in units in the last place, over floats spread over all bit patterns whose
/// magnitude is from `low` to `high`.
double worst_error(Function function, Reference reference, float low, float high) {
  std::vector<float> x;
  for (uint32_t bits = std::bit_cast<uint32_t>(low); bits <= std::bit_cast<uint32_t>(high); bits += 1499)
    for (const float value : {std::bit_cast<float>(bits), -std::bit_cast<float>(bits)}) x.push_back(value);
  const std::vector<float> y = values_of(function, x);
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double expected = reference(x[i]);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(y[i])) << x[i];
      continue;
    }
    if (static_cast<double>(y[i]) == expected || static_cast<float>(expected) == y[i]) continue;
    const double error = std::abs(y[i] - expected) / (expected == 0 ? smallest : ulp(expected));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

double sigmoid_reference(double x) { return 1 / (1 + std::exp(-x)); }
double softplus_reference(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double elu_reference(double x) { return x > 0 ? x : std::expm1(x); }
double silu_reference(double x) { return x / (1 + std::exp(-x)); }

// Measured with fused multiply-adds: exp 0.97, log 2.55, tanh 2.31, sigmoid 2.31, softplus 3.15,
// elu 0.82, silu 2.30 units.
TEST(MathKernel, ErrorInUnitsOfTheLastPlace) {
  EXPECT_LE(worst_error(exp, std::exp, 0, largest), 1.5);
  EXPECT_LE(worst_error(log, std::log, smallest, largest), 3);
  EXPECT_LE(worst_error(sqrt, std::sqrt, 0, largest), 0.5);
  EXPECT_LE(worst_error(tanh, std::tanh, 0, largest), 3);
  EXPECT_LE(worst_error(sigmoid, sigmoid_reference, 0, 88.7f), 3);
  EXPECT_LE(worst_error(softplus, softplus_reference, 0, largest), 4);
  EXPECT_LE(worst_error(elu, elu_reference, 0, largest), 1.5);
  EXPECT_LE(worst_error(silu, silu_reference, 0, 87), 3);
}

// Where exp(-x) passes the largest float, sigmoid is 0; the true value is below 3e-39.
TEST(MathKernel, SigmoidEndsAtZero) {
  EXPECT_EQ(values_of(sigmoid, {-89, -1000, -largest}), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(values_of(sigmoid, {89, 1000, largest}), (std::vector<float>{1, 1, 1}));
}

// Bits are compared: -0 is not 0.
void expect_values(Function function, const std::vector<float>& x, const std::vector<float>& expected) {
  const std::vector<float> y = values_of(function, x);
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(y[i])) << "of " << x[i];
    else
      EXPECT_EQ(std::bit_cast<uint32_t>(y[i]), std::bit_cast<uint32_t>(expected[i])) << y[i] << " of " << x[i];
  }
}

TEST(MathKernel, SpecialValues) {
  const std::vector<float> x = {0, -0.0f, smallest, -smallest, infinity, -infinity, not_a_number};
  const float nan = not_a_number, ln2 = static_cast<float>(std::log(2.0)), tiny = smallest;
  expect_values(exp, x, {1, 1, 1, 1, infinity, 0, nan});
  expect_values(log, x, {-infinity, -infinity, static_cast<float>(std::log(double{tiny})), nan, infinity, nan, nan});
  expect_values(sqrt, x, {0, -0.0f, std::sqrt(tiny), nan, infinity, nan, nan});
  expect_values(square, x, {0, 0, 0, 0, infinity, infinity, nan});
  expect_values(abs, x, {0, 0, tiny, tiny, infinity, infinity, nan});
  expect_values(tanh, x, {0, -0.0f, tiny, -tiny, 1, -1, nan});
  expect_values(sigmoid, x, {0.5f, 0.5f, 0.5f, 0.5f, 1, 0, nan});
  expect_values(softplus, x, {ln2, ln2, ln2, ln2, infinity, 0, nan});
  expect_values(relu, x, {0, -0.0f, tiny, 0, infinity, 0, nan});
  expect_values(silu, x, {0, -0.0f, 0, -0.0f, infinity, nan, nan});  // -∞ · 0, as elsewhere
  expect_values([](Tensor t) { return clip(t, -1, 1); }, x, {0, -0.0f, tiny, -tiny, 1, -1, nan});
  const std::vector<float> e = values_of(elu, x);
  EXPECT_EQ(e[4], infinity);
  EXPECT_EQ(e[5], -1);
  EXPECT_TRUE(std::isnan(e[6]));
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(e[i], 0, smallest);
}

TEST(MathKernel, ExpReachesBothEndsOfFloat) {
  EXPECT_EQ(values_of(exp, {88.73f, -104.0f}), (std::vector<float>{infinity, 0}));
  EXPECT_LT(values_of(exp, {88.72f})[0], infinity);
  EXPECT_EQ(values_of(exp, {-103.0f})[0], smallest);
}

TEST(MathKernel, AnElementHasTheSameBitsWhereverItStands) {
  for (const Function function : {Function(exp), Function(log), Function(tanh), Function(softplus), Function(elu)}) {
    std::vector<float> x(67);
    for (size_t i = 0; i < x.size(); ++i) x[i] = 0.1f * static_cast<float>(i + 1);
    const std::vector<float> together = values_of(function, x);
    for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(values_of(function, {x[i]})[0], together[i]);
  }
}

}  // namespace
}  // namespace sinew
