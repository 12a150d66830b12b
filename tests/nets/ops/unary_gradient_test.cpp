#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

using UnaryFunction = Tensor64 (*)(Tensor64);

// An empty one, a number, one vector of doubles, and what is left over.
const std::vector<Shape> shapes = {{}, {0}, {1}, {8}, {13}, {3, 0}, {2, 3, 5}};

void check_unary(UnaryFunction function, CheckInput range = {}) {
  for (const Shape& shape : shapes) {
    range.shape = shape;
    expect_gradients({range}, [&](Tape64&, auto x) { return function(x[0]); });
  }
}

TEST(UnaryGradient, Smooth) {
  check_unary(exp);
  check_unary(square);
  check_unary(tanh);
  check_unary(sigmoid);
  check_unary(softplus);
  check_unary(silu);
  check_unary([](Tensor64 x) { return scale_shift(x, -1.7, 0.3); });
}

TEST(UnaryGradient, WithADomain) {
  check_unary(log, {.low = 0.2, .high = 3});
  check_unary(sqrt, {.low = 0.2, .high = 3});
}

TEST(UnaryGradient, AwayFromKinks) {
  check_unary(abs, {.gap = 0.01});
  check_unary(relu, {.gap = 0.01});
  check_unary(elu, {.gap = 0.01});
  check_unary([](Tensor64 x) { return clip(x, 0, 9); }, {.gap = 0.01});
  check_unary([](Tensor64 x) { return clip(x, -9, 0); }, {.gap = 0.01});
}

TEST(UnaryGradient, OperatorsWithNumbers) {
  check_unary([](Tensor64 x) { return 2.0 * x; });
  check_unary([](Tensor64 x) { return x * -3.0; });
  check_unary([](Tensor64 x) { return x + 0.5; });
  check_unary([](Tensor64 x) { return 0.5 + x; });
  check_unary([](Tensor64 x) { return x - 0.5; });
  check_unary([](Tensor64 x) { return 0.5 - x; });
  check_unary([](Tensor64 x) { return -x; });
}

TEST(UnaryGradient, AtKinks) {
  const std::vector<double> x = {-2, -1, 0, 1, 2};
  const auto gradient_of = [&](auto function) {
    Tape64 tape;
    const Tensor64 input = tape.variable({5}, x);
    tape.backward(sum(function(input)), {});
    return std::vector<double>(input.gradient().begin(), input.gradient().end());
  };
  using Numbers = std::vector<double>;
  EXPECT_EQ(gradient_of([](Tensor64 t) { return clip(t, -1, 1); }), (Numbers{0, 1, 1, 1, 0}));
  EXPECT_EQ(gradient_of([](Tensor64 t) { return relu(t); }), (Numbers{0, 0, 0, 1, 1}));
  EXPECT_EQ(gradient_of([](Tensor64 t) { return abs(t); }), (Numbers{-1, -1, 0, 1, 1}));
  EXPECT_EQ(gradient_of([](Tensor64 t) { return elu(t); })[2], 1);
}

}  // namespace
}  // namespace sinew
