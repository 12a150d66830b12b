#include "nets/policy/distributions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

// Densities and entropies against numbers worked by hand and against numerical integrals.
namespace sinew {
namespace {

using Doubles = std::vector<double>;
using Tape64 = BasicTape<double>;
using Tensor64 = BasicTensor<double>;

Doubles numbers(Tensor64 x) { return {x.values().begin(), x.values().end()}; }

TEST(DiagonalGaussian, HandWorked) {
  Tape64 tape;
  // log N(1; 0, 1) = -½ - ½ log 2π = -1.4189385;  log N(3; 1, 2) = -½ - log 2 - ½ log 2π = -2.1120857.
  const Tensor64 mean = tape.constant({1, 2}, Doubles{0, 1}), log_std = tape.constant({2}, Doubles{0, std::log(2.0)});
  const DiagonalGaussian<double> gaussian{mean, log_std};
  EXPECT_NEAR(gaussian.log_prob(tape.constant({1, 2}, Doubles{1, 3})).item(), -1.4189385332 - 2.1120857137, 1e-9);
  // Entropy of N(·, σ): ½ + ½ log 2π + log σ = 1.4189385 + log σ.
  EXPECT_NEAR(gaussian.entropy().item(), 2 * 1.4189385332 + std::log(2.0), 1e-9);
  EXPECT_EQ(numbers(gaussian.sample(tape.constant({1, 2}, Doubles{0.5, -1}))), (Doubles{0.5, -1}));
}

TEST(DiagonalGaussian, EachRowMayHaveItsOwnStd) {
  Tape64 tape;
  const Tensor64 mean = tape.constant({2, 1}, Doubles{0, 0});
  const DiagonalGaussian<double> gaussian{mean, tape.constant({2, 1}, Doubles{0, 1})};
  const Doubles entropy = numbers(gaussian.entropy());
  EXPECT_NEAR(entropy[1] - entropy[0], 1, 1e-12);
  const Doubles log_prob = numbers(gaussian.log_prob(mean));
  EXPECT_NEAR(log_prob[0] - log_prob[1], 1, 1e-12);
}

// ∫ exp(log_prob(x)) dx over `count` cells from low to high, by the midpoint rule.
template <class LogProb>
double integral(double low, double high, int count, LogProb&& log_prob_of) {
  Tape64 tape(TapeMode::infer);
  const double width = (high - low) / count;
  Doubles x;
  for (int i = 0; i < count; ++i) x.push_back(low + (i + 0.5) * width);
  double total = 0;
  for (const double p : numbers(log_prob_of(tape, tape.constant({count, 1}, x)))) total += std::exp(p) * width;
  return total;
}

TEST(DiagonalGaussian, DensityIntegratesToOne) {
  for (const double log_std : {-2.0, 0.0, 0.7})
    EXPECT_NEAR(integral(-20, 20, 20000,
                         [&](Tape64& tape, Tensor64 x) {
                           const Tensor64 mean = x * 0.0 + 0.3;
                           return DiagonalGaussian<double>{mean, tape.constant({1}, Doubles{log_std})}.log_prob(x);
                         }),
                1, 1e-9);
}

TEST(TanhGaussian, DensityIntegratesToOne) {
  for (const double log_std : {-2.0, -0.5})  // wider ones crowd at ±1, where a midpoint sum is poor
    EXPECT_NEAR(
        integral(-1, 1, 200000,
                 [&](Tape64& tape, Tensor64 a) {
                   Doubles u;
                   for (const double value : numbers(a)) u.push_back(std::atanh(value));
                   const Tensor64 raw = tape.constant(a.shape(), u);
                   return TanhGaussian<double>{{raw * 0.0 + 0.4, tape.constant({1}, Doubles{log_std})}}.log_prob(raw);
                 }),
        1, 1e-6);
}

TEST(TanhGaussian, HandWorkedAndFiniteFarOut) {
  Tape64 tape;
  const Tensor64 log_std = tape.constant({1}, Doubles{0});
  const Tensor64 u = tape.constant({4, 1}, Doubles{0, 1, 30, -30});
  const Doubles log_prob = numbers(TanhGaussian<double>{{u * 0.0, log_std}}.log_prob(u));
  const double half_log_two_pi = 0.5 * std::log(2 * std::numbers::pi), tanh1 = std::tanh(1.0);
  EXPECT_NEAR(log_prob[0], -half_log_two_pi, 1e-12);
  EXPECT_NEAR(log_prob[1], -0.5 - half_log_two_pi - std::log(1 - tanh1 * tanh1), 1e-12);
  // 1 - tanh²(30) = 4·exp(-60) up to a relative 1e-26.
  for (const int i : {2, 3}) EXPECT_NEAR(log_prob[i], -450 - half_log_two_pi + 60 - std::log(4.0), 1e-9);
}

TEST(Categorical, HandWorked) {
  Tape64 tape;
  const Categorical<double> dice{tape.constant({2, 3}, Doubles{std::log(1.0), std::log(2.0), std::log(5.0), 7, 7, 7})};
  const Doubles log_prob = numbers(dice.log_prob(std::vector<int>{2, 0}));
  EXPECT_NEAR(log_prob[0], std::log(5.0 / 8), 1e-12);
  EXPECT_NEAR(log_prob[1], std::log(1.0 / 3), 1e-12);
  const Doubles entropy = numbers(dice.entropy());
  EXPECT_NEAR(entropy[0], -(std::log(0.125) / 8 + std::log(0.25) / 4 + std::log(0.625) * 5 / 8), 1e-12);
  EXPECT_NEAR(entropy[1], std::log(3.0), 1e-12);
}

TEST(Categorical, ProbabilitiesSumToOne) {
  Tape64 tape;
  const Tensor64 logits = tape.constant({1, 5}, Doubles{-3, 0.5, 800, 799, -900});
  double total = 0;
  for (int choice = 0; choice < 5; ++choice)
    total += std::exp(Categorical<double>{logits}.log_prob(std::vector<int>{choice}).item());
  EXPECT_NEAR(total, 1, 1e-12);
}

}  // namespace
}  // namespace sinew
