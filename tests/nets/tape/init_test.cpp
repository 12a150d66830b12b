#include "nets/tape/init.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace sinew {
namespace {

// Σ over the longer axis of w[·, a] · w[·, b] for all pairs of the shorter axis: gain² on the
// diagonal, 0 elsewhere.
void expect_orthogonal(int inputs, int outputs, double gain) {
  std::vector<double> w(static_cast<size_t>(inputs) * outputs);
  Rng rng(1);
  orthogonal_init<double>(w, inputs, outputs, gain, rng);
  const bool tall = inputs >= outputs;
  const int shorter = tall ? outputs : inputs, longer = tall ? inputs : outputs;
  const auto at = [&](int s, int l) { return tall ? w[l * outputs + s] : w[s * outputs + l]; };
  for (int a = 0; a < shorter; ++a)
    for (int b = 0; b < shorter; ++b) {
      double product = 0;
      for (int l = 0; l < longer; ++l) product += at(a, l) * at(b, l);
      EXPECT_NEAR(product, a == b ? gain * gain : 0, 1e-12) << inputs << " x " << outputs;
    }
}

TEST(Orthogonal, WideTallAndSquare) {
  expect_orthogonal(17, 64, std::sqrt(2.0));
  expect_orthogonal(64, 6, 0.01);
  expect_orthogonal(8, 8, 1);
  expect_orthogonal(5, 1, 1);
  expect_orthogonal(1, 5, 1);
  expect_orthogonal(1, 1, 2);
}

TEST(Orthogonal, IsDrawnFromTheStreamWithoutAPreferredSign) {
  Rng rng(2);
  int positive = 0;
  std::vector<float> w(1), other(4), same(4);
  for (int i = 0; i < 1000; ++i) {
    orthogonal_init<float>(w, 1, 1, 1, rng);
    positive += w[0] > 0;
  }
  EXPECT_NEAR(positive, 500, 80);  // five standard deviations
  Rng a(3), b(3);
  orthogonal_init<float>(other, 2, 2, 1, a);
  orthogonal_init<float>(same, 2, 2, 1, b);
  EXPECT_EQ(other, same);
  orthogonal_init<float>(same, 2, 2, 1, b);
  EXPECT_NE(other, same);
}

TEST(Kaiming, BoundsAndVariance) {
  const int inputs = 50;
  const double gain = std::sqrt(2.0), bound = gain * std::sqrt(3.0 / inputs);
  std::vector<float> w(inputs * 1000);
  Rng rng(4);
  kaiming_init<float>(w, inputs, gain, rng);
  double total = 0, squares = 0;
  for (const float x : w) total += x, squares += double{x} * x;
  const double n = static_cast<double>(w.size());
  EXPECT_NEAR(squares / n, gain * gain / inputs, 0.02 * gain * gain / inputs);
  EXPECT_NEAR(total / n, 0, 5 * gain / std::sqrt(inputs * n));
  const auto [low, high] = std::minmax_element(w.begin(), w.end());
  EXPECT_GE(*low, -bound);
  EXPECT_LE(*high, bound);
  EXPECT_LT(*low, -0.99 * bound);
  EXPECT_GT(*high, 0.99 * bound);
}

}  // namespace
}  // namespace sinew
