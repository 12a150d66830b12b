#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

constexpr Activation activations[] = {Activation::none, Activation::tanh, Activation::relu, Activation::elu,
                                      Activation::sigmoid};

TEST(LinearGradient, Matmul) {
  for (const auto& [m, k, n] :
       {std::array{3, 4, 5}, {1, 1, 1}, {7, 13, 9}, {0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {1, 9, 17}})
    expect_gradients({{{m, k}}, {{k, n}}}, [](Tape64&, auto x) { return matmul(x[0], x[1]); });
  expect_gradients({{{3, 3}}}, [](Tape64&, auto x) { return matmul(x[0], x[0]); });
}

TEST(LinearGradient, AffineWithEveryActivation) {
  for (const Activation activation : activations)
    for (const auto& [rows, k, n] : {std::array{3, 4, 5}, {1, 1, 1}, {7, 3, 9}, {0, 3, 2}, {2, 0, 3}, {2, 3, 17}}) {
      SCOPED_TRACE(fmt::format("activation {}, {} x {} x {}", static_cast<int>(activation), rows, k, n));
      expect_gradients({{{rows, k}}, {{k, n}}, {{n}, -1, 1, 0.05}},
                       [&](Tape64&, auto x) { return affine(x[0], x[1], x[2], activation); });
    }
}

TEST(LinearGradient, AffineOfOneRowOrManyAxes) {
  expect_gradients({{{4}}, {{4, 3}}, {{3}}}, [](Tape64&, auto x) { return affine(x[0], x[1], x[2]); });
  expect_gradients({{{2, 3, 4}}, {{4, 5}}, {{5}}},
                   [](Tape64&, auto x) { return affine(x[0], x[1], x[2], Activation::tanh); });
}

TEST(LinearGradient, AffineWithoutBias) {
  expect_gradients({{{3, 4}}, {{4, 5}}}, [](Tape64& tape, auto x) {
    return affine(x[0], x[1], tape.constant({0}, std::span<const double>()), Activation::tanh);
  });
}

TEST(LinearGradient, Standardize) {
  for (const Shape& shape : {Shape{3, 4}, Shape{13}, Shape{2, 1}, Shape{0, 3}, Shape{2, 3, 5}}) {
    Rng rng(4);
    const Shape n = {shape.columns()};
    const std::vector<double> mean = CheckInput{n}.draw(rng), scale = CheckInput{n, 0.5, 4}.draw(rng);
    // A limit that some values pass and some do not.
    expect_gradients({{shape}}, [&](Tape64& tape, auto x) {
      return standardize(x[0], tape.constant(n, mean), tape.constant(n, scale), 1.4);
    });
  }
}

TEST(LinearGradient, ClipColumns) {
  const std::vector<double> low = {-0.5, 0, -1, -9, -INFINITY}, high = {0.5, 1, 0, 9, INFINITY};
  for (const Shape& shape : {Shape{3, 5}, Shape{5}, Shape{0, 5}, Shape{2, 3, 5}})
    expect_gradients({{shape}}, [&](Tape64& tape, auto x) {
      return clip_columns(x[0], tape.constant({5}, low), tape.constant({5}, high));
    });
  Tape64 tape;
  const std::vector<double> x = {-0.5, 1, 0.1, -9, 7};
  const Tensor64 on_limits = tape.variable({5}, x);
  const Tensor64 y = clip_columns(on_limits, tape.constant({5}, low), tape.constant({5}, high));
  EXPECT_EQ(std::vector<double>(y.values().begin(), y.values().end()), (std::vector<double>{-0.5, 1, 0, -9, 7}));
  tape.backward(sum(y), {});
  const auto gradient = on_limits.gradient();
  EXPECT_EQ(std::vector<double>(gradient.begin(), gradient.end()), (std::vector<double>{1, 1, 0, 1, 1}));
}

TEST(LinearGradient, NoGradientFlowsToTheNormalizer) {
  Tape64 tape;
  const std::vector<double> ones = {1, 1, 1};
  const Tensor64 x = tape.variable({3}, ones), mean = tape.variable({3}, ones), scale = tape.variable({3}, ones);
  tape.backward(sum(standardize(x, mean, scale, 10)), {});
  EXPECT_EQ(x.gradient()[0], 1);
  EXPECT_TRUE(mean.gradient().empty());
  EXPECT_TRUE(scale.gradient().empty());
}

TEST(LinearGradient, LayerNorm) {
  for (const Shape& shape : {Shape{3, 4}, Shape{13}, Shape{2, 17}, Shape{2, 1}, Shape{0, 3}, Shape{2, 3, 5}}) {
    SCOPED_TRACE(shape.text());
    const Shape n = {shape.columns()};
    expect_gradients({{shape, -2, 2}, {n}, {n}}, [](Tape64&, auto x) { return layer_norm(x[0], x[1], x[2]); });
  }
}

}  // namespace
}  // namespace sinew
