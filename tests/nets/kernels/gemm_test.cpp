#include "nets/kernels/gemm.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.h"

// The GEMM kernel in all shapes that leave remainders, held to float64 and to its contract: a chain
// of fused multiply-adds over ascending k.
namespace sinew {
namespace {

std::vector<int> all_n() {
  std::vector<int> sizes = {0, 2, 16, 32, 48, 64, 150};
  for (int n = 1; n <= 69; n += 2) sizes.push_back(n);
  return sizes;
}

std::vector<float> random_numbers(int count, uint64_t seed) {
  Rng rng = Rng(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& x : values) x = static_cast<float>(rng.uniform(-1, 1));
  return values;
}

double apply(Activation activation, double x) {
  switch (activation) {
    case Activation::none: return x;
    case Activation::tanh: return std::tanh(x);
    case Activation::relu: return std::max(x, 0.0);
    case Activation::elu: return x > 0 ? x : std::expm1(x);
    case Activation::sigmoid: return 1 / (1 + std::exp(-x));
  }
  return x;
}

struct Case {
  int m, n, k;
  bool transposed_a = false, accumulate = false, bias = false;
  Activation activation = Activation::none;
};

// C has gaps between its rows, which must keep what they hold.
void check(const Case& c) {
  constexpr float untouched = 77;
  const int a_stride = (c.transposed_a ? c.m : c.k) + 1, b_stride = c.n + 2, c_stride = c.n + 3;
  const std::vector<float> a = random_numbers((c.transposed_a ? c.k : c.m) * a_stride, 1);
  const std::vector<float> b = random_numbers(c.k * b_stride, 2), bias = random_numbers(c.n, 3);
  std::vector<float> out = random_numbers(c.m * c_stride, 4);
  for (int i = 0; i < c.m; ++i)
    for (int j = c.n; j < c_stride; ++j) out[i * c_stride + j] = untouched;
  const std::vector<float> before = out;
  const int a_row = c.transposed_a ? 1 : a_stride, a_col = c.transposed_a ? a_stride : 1;
  gemm<float>({.m = c.m,
               .n = c.n,
               .k = c.k,
               .a = a.data(),
               .a_row = a_row,
               .a_col = a_col,
               .b = b.data(),
               .b_row = b_stride,
               .c = out.data(),
               .c_row = c_stride,
               .accumulate = c.accumulate,
               .bias = c.bias ? bias.data() : nullptr,
               .activation = c.activation});
  for (int i = 0; i < c.m; ++i) {
    for (int j = 0; j < c.n; ++j) {
      const float start = c.accumulate ? before[i * c_stride + j] : 0, shift = c.bias ? bias[j] : 0;
      double sum = start, magnitude = std::abs(start) + std::abs(shift);
      [[maybe_unused]] float chain = start;
      for (int p = 0; p < c.k; ++p) {
        const float x = a[i * a_row + p * a_col], y = b[p * b_stride + j];
        sum += double{x} * y;
        magnitude += std::abs(double{x} * y);
        chain = std::fma(x, y, chain);
      }
      const double expected = apply(c.activation, sum + shift);
      // The bound of a chain of k + 1 additions, and three units in the last place of the activation.
      const double bound = 0x1p-24 * ((c.k + 1) * magnitude + 6 * std::abs(expected));
      ASSERT_NEAR(out[i * c_stride + j], expected, bound) << "at " << i << ", " << j;
#ifdef __FMA__
      if (c.activation == Activation::none) {
        if (c.bias) chain += shift;
        ASSERT_EQ(out[i * c_stride + j], chain) << "at " << i << ", " << j;
      }
#endif
    }
    for (int j = c.n; j < c_stride; ++j) ASSERT_EQ(out[i * c_stride + j], untouched);
  }
}

template <class Visit>
void for_all_shapes(Visit&& visit) {
  for (int m = 0; m <= 13; ++m)
    for (const int n : all_n())
      for (const int k : {0, 1, 2, 17, 64}) {
        SCOPED_TRACE(fmt::format("{} x {} x {}", m, n, k));
        visit(Case{m, n, k});
        if (::testing::Test::HasFatalFailure()) return;
      }
}

TEST(Gemm, EveryRemainder) {
  for_all_shapes([](Case c) { check(c); });
}

TEST(Gemm, TransposedAndAccumulated) {
  for_all_shapes([](Case c) {
    c.transposed_a = c.accumulate = true;
    check(c);
  });
}

TEST(Gemm, BiasAndEveryActivation) {
  for (const Activation activation :
       {Activation::none, Activation::tanh, Activation::relu, Activation::elu, Activation::sigmoid})
    for_all_shapes([&](Case c) {
      c.bias = true;
      c.activation = activation;
      check(c);
    });
}

// Large enough for every way of cutting a matrix into blocks.
TEST(Gemm, LargeMatrices) {
  check({.m = 67, .n = 515, .k = 1100});
  check({.m = 65, .n = 130, .k = 3136, .bias = true, .activation = Activation::tanh});
  check({.m = 300, .n = 257, .k = 513, .transposed_a = true, .accumulate = true});
}

TEST(Gemm, NotANumberAndInfinityAreNotHidden) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const Activation activation :
       {Activation::none, Activation::tanh, Activation::relu, Activation::elu, Activation::sigmoid}) {
    const std::vector<float> a = {1, nan}, b = {inf};
    std::vector<float> c(2);
    gemm<float>({.m = 2,
                 .n = 1,
                 .k = 1,
                 .a = a.data(),
                 .a_row = 1,
                 .a_col = 1,
                 .b = b.data(),
                 .b_row = 1,
                 .c = c.data(),
                 .c_row = 1,
                 .activation = activation});
    EXPECT_EQ(c[0], static_cast<float>(apply(activation, inf)));
    EXPECT_TRUE(std::isnan(c[1]));
  }
}

TEST(Gemm, PackedHasTheSameBits) {
  for (const int m : {1, 2, 5, 13, 60})
    for (const int n : all_n())
      for (const int k : {1, 7, 200}) {
        const std::vector<float> a = random_numbers(m * k, 1), b = random_numbers(k * (n + 2), 2);
        std::vector<float> start = random_numbers(m * n, 4), plain = start, other = start,
                           panels(static_cast<size_t>(k) * n);
        pack_panels(b.data(), n + 2, m, k, n, panels.data());
        GemmArguments<float> g{.m = m,
                               .n = n,
                               .k = k,
                               .a = a.data(),
                               .a_row = k,
                               .a_col = 1,
                               .b = b.data(),
                               .b_row = n + 2,
                               .c = plain.data(),
                               .c_row = n,
                               .accumulate = true};
        gemm(g);
        g.b = panels.data();
        g.c = other.data();
        g.b_packed = true;
        gemm(g);
        ASSERT_EQ(plain, other) << m << " " << n << " " << k;
        other = start;
        g.backwards = true;
        gemm(g);
        ASSERT_EQ(plain, other) << m << " " << n << " " << k;
        std::vector<float> transposed(b.size()), same(panels.size());
        transpose(b.data(), n + 2, k, n, transposed.data(), k);
        pack_transposed_panels(transposed.data(), k, m, k, n, same.data());
        ASSERT_EQ(panels, same) << m << " " << n << " " << k;
      }
}

TEST(Gemm, Float64) {
  const int m = 7, n = 29, k = 33;
  std::vector<double> a(m * k), b(k * n), c(m * n);
  Rng rng(5);
  for (double& x : a) x = rng.normal();
  for (double& x : b) x = rng.normal();
  gemm<double>({.m = m,
                .n = n,
                .k = k,
                .a = a.data(),
                .a_row = k,
                .a_col = 1,
                .b = b.data(),
                .b_row = n,
                .c = c.data(),
                .c_row = n});
  for (int i = 0; i < m; ++i)
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int p = 0; p < k; ++p) sum += a[i * k + p] * b[p * n + j];
      EXPECT_NEAR(c[i * n + j], sum, 1e-13);
    }
}

TEST(GemmTransposed, EveryRemainder) {
  for (const int m : {1, 3, 7, 8, 13})
    for (const int n : {1, 9, 64, 70})
      for (const int k : {0, 1, 16, 21, 128, 150}) {
        const std::vector<float> a = random_numbers(m * k, 1), b = random_numbers(n * k, 2);
        for (const bool accumulate : {false, true}) {
          std::vector<float> c = random_numbers(m * n, 3);
          const std::vector<float> before = c;
          gemm_transposed<float>({.m = m,
                                  .n = n,
                                  .k = k,
                                  .a = a.data(),
                                  .a_row = k,
                                  .a_col = 1,
                                  .b = b.data(),
                                  .b_row = k,
                                  .c = c.data(),
                                  .c_row = n,
                                  .accumulate = accumulate});
          for (int i = 0; i < m; ++i)
            for (int j = 0; j < n; ++j) {
              double sum = accumulate ? before[i * n + j] : 0;
              for (int p = 0; p < k; ++p) sum += double{a[i * k + p]} * b[j * k + p];
              ASSERT_NEAR(c[i * n + j], sum, 2e-6 * (k + 1)) << m << " x " << n << " x " << k;
            }
        }
      }
}

TEST(AddColumnSums, EveryRemainder) {
  for (const int rows : {0, 1, 4, 7})
    for (const int cols : {1, 16, 37}) {
      const std::vector<float> in = random_numbers(rows * cols, 4);
      std::vector<float> sums(static_cast<size_t>(cols), 2.0f);
      add_column_sums(in.data(), rows, cols, sums.data());
      for (int c = 0; c < cols; ++c) {
        double sum = 2;
        for (int r = 0; r < rows; ++r) sum += in[r * cols + c];
        ASSERT_NEAR(sums[c], sum, 1e-5);
      }
    }
}

TEST(Transpose, EveryRemainder) {
  for (const int rows : {0, 1, 15, 16, 17, 40})
    for (const int cols : {0, 1, 3, 16, 33}) {
      const std::vector<float> in = random_numbers(rows * cols, 6);
      std::vector<float> out(in.size());
      transpose(in.data(), cols, rows, cols, out.data(), rows);
      for (int r = 0; r < rows; ++r)
        for (int c = 0; c < cols; ++c) ASSERT_EQ(out[c * rows + r], in[r * cols + c]);
    }
}

TEST(ActivationGradient, FollowsFromTheOutput) {
  for (const Activation activation :
       {Activation::none, Activation::tanh, Activation::relu, Activation::elu, Activation::sigmoid}) {
    std::vector<double> y, expected;
    for (double x = -3.05; x < 3; x += 0.1) {
      y.push_back(apply(activation, x));
      expected.push_back(2 * (apply(activation, x + 1e-6) - apply(activation, x - 1e-6)) / 2e-6);
    }
    const std::vector<double> two(y.size(), 2.0);
    std::vector<double> gradient(y.size());
    activation_gradient(activation, y.data(), two.data(), gradient.data(), static_cast<int>(y.size()));
    for (size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(gradient[i], expected[i], 1e-8);
  }
}

}  // namespace
}  // namespace sinew
