#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

using Numbers = std::vector<double>;

TEST(ReduceGradient, Sum) {
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{1}, Shape{13}, Shape{3, 4}, Shape{2, 0, 3}, Shape{2, 3, 5}}) {
    expect_gradients({{shape}}, [](Tape64&, auto x) { return sum(x[0]); });
    if (shape.size() > 0) expect_gradients({{shape}}, [](Tape64&, auto x) { return mean(x[0]); });
  }
}

TEST(ReduceGradient, SumOverAnAxis) {
  for (const Shape& shape : {Shape{0}, Shape{1}, Shape{13}, Shape{3, 4}, Shape{3, 1}, Shape{1, 4}, Shape{3, 0},
                             Shape{0, 3}, Shape{2, 3, 5}, Shape{2, 0, 3}, Shape{2, 3, 2, 3}})
    for (int axis = -shape.rank(); axis < shape.rank(); ++axis) {
      SCOPED_TRACE(shape.text() + " over axis " + std::to_string(axis));
      expect_gradients({{shape}}, [&](Tape64&, auto x) { return sum(x[0], axis); });
      if (shape[axis] > 0) expect_gradients({{shape}}, [&](Tape64&, auto x) { return mean(x[0], axis); });
    }
}

TEST(ReduceGradient, SoftmaxFamily) {
  for (const Shape& shape : {Shape{1}, Shape{13}, Shape{3, 4}, Shape{3, 1}, Shape{0, 3}, Shape{2, 3, 5}}) {
    SCOPED_TRACE(shape.text());
    expect_gradients({{shape}}, [](Tape64&, auto x) { return logsumexp(x[0]); });
    expect_gradients({{shape}}, [](Tape64&, auto x) { return log_softmax(x[0]); });
    expect_gradients({{shape}}, [](Tape64&, auto x) { return softmax(x[0]); });
  }
}

TEST(Reduce, Values) {
  Tape64 tape;
  const Tensor64 x = tape.constant({2, 3}, Numbers{1, 2, 3, 4, 5, 6});
  const auto numbers = [](Tensor64 y) { return Numbers(y.values().begin(), y.values().end()); };
  EXPECT_EQ(sum(x).item(), 21);
  EXPECT_EQ(mean(x).item(), 3.5);
  EXPECT_EQ(numbers(sum(x, 0)), (Numbers{5, 7, 9}));
  EXPECT_EQ(numbers(sum(x, 1)), (Numbers{6, 15}));
  EXPECT_EQ(numbers(sum(x, -2)), numbers(sum(x, 0)));
  EXPECT_EQ(numbers(mean(x, -1)), (Numbers{2, 5}));
  EXPECT_EQ(numbers(sum(tape.constant({2, 0}, Numbers{}), 1)), (Numbers{0, 0}));
  EXPECT_EQ(sum(tape.constant({0}, Numbers{})).item(), 0);
}

TEST(Reduce, SoftmaxIsStableForLargeLogits) {
  Tape64 tape;
  const Tensor64 x = tape.constant({2, 3}, Numbers{1000, 1000, -1000, -5000, -5000, -5000});
  const Tensor64 p = softmax(x);
  EXPECT_NEAR(p.values()[0], 0.5, 1e-15);
  EXPECT_EQ(p.values()[2], 0);
  EXPECT_NEAR(p.values()[3], 1.0 / 3, 1e-12);
  EXPECT_NEAR(logsumexp(x).values()[0], 1000 + std::log(2.0), 1e-12);
}

TEST(Reduce, Float32SumsStayNearTheirReference) {
  // Lanes add up n / lanes numbers each: the error stays below n · 2^-24 · Σ|x|, and in practice
  // far below.
  for (const int n : {0, 1, 15, 16, 17, 1000, 4099}) {
    Rng rng(3);
    std::vector<float> x(static_cast<size_t>(n));
    double expected = 0, magnitude = 0;
    for (float& value : x) {
      value = static_cast<float>(rng.uniform(-1, 3));
      expected += value;
      magnitude += std::abs(value);
    }
    Tape tape;
    const Tensor tensor = tape.constant({n}, x);
    EXPECT_NEAR(sum(tensor).item(), expected, 16 * 0x1p-24 * magnitude);
    EXPECT_NEAR(sum(tensor, 0).item(), expected, (n + 1) * 0x1p-24 * magnitude);
  }
}

}  // namespace
}  // namespace sinew
