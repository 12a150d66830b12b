#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

using BinaryFunction = Tensor64 (*)(Tensor64, Tensor64);

struct Pair {
  Shape a, b, result;
};

// Every way that two shapes broadcast; each pair is tried in both orders.
const std::vector<Pair> pairs = {
    {{3, 4}, {3, 4}, {3, 4}},
    {{3, 4}, {4}, {3, 4}},
    {{3, 4}, {3, 1}, {3, 4}},
    {{3, 4}, {1, 4}, {3, 4}},
    {{3, 4}, {}, {3, 4}},
    {{3, 4}, {1}, {3, 4}},
    {{3, 1}, {1, 4}, {3, 4}},
    {{3, 1}, {4}, {3, 4}},
    {{2, 3, 4}, {3, 1}, {2, 3, 4}},
    {{2, 3, 4}, {2, 1, 4}, {2, 3, 4}},
    {{2, 1, 4}, {3, 1}, {2, 3, 4}},
    {{2, 1}, {2, 1, 1}, {2, 2, 1}},
    {{2, 1, 2, 3}, {3, 1, 1}, {2, 3, 2, 3}},
    {{2, 13}, {13}, {2, 13}},
    {{13}, {2, 1}, {2, 13}},
    {{17}, {17}, {17}},
    {{}, {}, {}},
    {{1, 1}, {1}, {1, 1}},
    {{0}, {1}, {0}},
    {{0}, {0}, {0}},
    {{0}, {}, {0}},
    {{0, 3}, {3}, {0, 3}},
    {{3, 0}, {3, 1}, {3, 0}},
    {{2, 0, 3}, {1, 3}, {2, 0, 3}},
};

void check_binary(BinaryFunction function, double low, double high, double tolerance = 1e-7) {
  for (const Pair& pair : pairs)
    for (const bool swapped : {false, true}) {
      SCOPED_TRACE(pair.a.text() + " with " + pair.b.text() + (swapped ? ", swapped" : ""));
      const Shape &a = swapped ? pair.b : pair.a, &b = swapped ? pair.a : pair.b;
      expect_gradients(
          {{a, low, high}, {b, low, high}},
          [&](Tape64&, auto x) {
            const Tensor64 y = function(x[0], x[1]);
            EXPECT_TRUE(y.shape() == pair.result) << y.shape().text();
            return y;
          },
          tolerance);
    }
}

TEST(BinaryGradient, Add) {
  check_binary([](Tensor64 a, Tensor64 b) { return a + b; }, -1, 1);
}
TEST(BinaryGradient, Subtract) {
  check_binary([](Tensor64 a, Tensor64 b) { return a - b; }, -1, 1);
}
TEST(BinaryGradient, Multiply) {
  check_binary([](Tensor64 a, Tensor64 b) { return a * b; }, -1, 1);
}
TEST(BinaryGradient, Divide) {
  check_binary([](Tensor64 a, Tensor64 b) { return a / b; }, 0.5, 2);
}
TEST(BinaryGradient, Minimum) { check_binary(min, -1, 1); }
TEST(BinaryGradient, Maximum) { check_binary(max, -1, 1); }

TEST(BinaryGradient, TheSameTensorTwice) {
  for (const Shape& shape : {Shape{}, Shape{13}, Shape{3, 4}}) {
    expect_gradients({{shape, 0.5, 2}}, [](Tape64&, auto x) { return x[0] * x[0]; });
    expect_gradients({{shape, 0.5, 2}}, [](Tape64&, auto x) { return x[0] / x[0]; });
    expect_gradients({{shape, 0.5, 2}}, [](Tape64&, auto x) { return x[0] * exp(x[0]) + x[0]; });
  }
  expect_gradients({{{4, 1}}}, [](Tape64&, auto x) { return x[0] * reshape(x[0], {1, 4}); });
}

TEST(BinaryGradient, TiesGiveHalfToEachSide) {
  using Numbers = std::vector<double>;
  const Numbers a = {1, 2, 3}, b = {1, 3, 2};
  for (const bool minimum : {true, false}) {
    Tape64 tape;
    const Tensor64 x = tape.variable({3}, a), y = tape.variable({3}, b);
    tape.backward(sum(minimum ? min(x, y) : max(x, y)), {});
    const Numbers first = {0.5, 1, 0}, second = {0.5, 0, 1};
    EXPECT_EQ(Numbers(x.gradient().begin(), x.gradient().end()), minimum ? first : second);
    EXPECT_EQ(Numbers(y.gradient().begin(), y.gradient().end()), minimum ? second : first);
  }
}

TEST(Binary, ValuesOfEveryBroadcast) {
  // Each operand counts its elements; the sum of both is known from the output's indices.
  const auto count_up = [](Shape shape, double scale) {
    std::vector<double> values(static_cast<size_t>(shape.size()));
    for (size_t i = 0; i < values.size(); ++i) values[i] = scale * static_cast<double>(i);
    return values;
  };
  Tape64 tape;
  const Tensor64 a = tape.constant({2, 1, 4}, count_up({2, 1, 4}, 1)), b = tape.constant({3, 1}, count_up({3, 1}, 100));
  const Tensor64 y = a + b;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k) EXPECT_EQ(y.values()[(i * 3 + j) * 4 + k], i * 4 + k + 100 * j);
}

TEST(Binary, NotANumberIsPassedOn) {
  const float nan = std::nanf("");
  Tape tape(TapeMode::infer);
  const Tensor x = tape.constant({2}, std::vector<float>{nan, 1}), y = tape.constant({2}, std::vector<float>{1, nan});
  for (const Tensor& result : {min(x, y), max(x, y), x + y})
    for (const float value : result.values()) EXPECT_TRUE(std::isnan(value));
}

}  // namespace
}  // namespace sinew
