#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

using Numbers = std::vector<double>;

Numbers numbers_of(Tensor64 x) { return {x.values().begin(), x.values().end()}; }

TEST(ShapeGradient, Reshape) {
  expect_gradients({{{2, 6}}}, [](Tape64&, auto x) { return reshape(x[0], {3, 4}); });
  expect_gradients({{{13}}}, [](Tape64&, auto x) { return square(reshape(x[0], {13, 1})); });
  expect_gradients({{{1, 1}}}, [](Tape64&, auto x) { return reshape(x[0], {}); });
  expect_gradients({{{0, 3}}}, [](Tape64&, auto x) { return reshape(x[0], {2, 0}); });
}

TEST(ShapeGradient, Slice) {
  for (const Shape& shape : {Shape{13}, Shape{3, 5}, Shape{2, 3, 5}, Shape{0, 5}})
    for (const auto& [begin, end] : {std::pair{0, 5}, {0, 1}, {4, 5}, {1, 4}, {2, 2}})
      expect_gradients({{shape}}, [&, b = begin, e = end](Tape64&, auto x) { return square(slice(x[0], b, e)); });
}

TEST(ShapeGradient, Concat) {
  const auto joined = [](Tape64&, auto x) { return square(concat<double>(x)); };
  expect_gradients({{{3, 4}}}, joined);
  expect_gradients({{{3, 4}}, {{3, 1}}}, joined);
  expect_gradients({{{3, 4}}, {{3, 0}}, {{3, 2}}}, joined);
  expect_gradients({{{5}}, {{13}}}, joined);
  expect_gradients({{{0, 4}}, {{0, 2}}}, joined);
  expect_gradients({{{2, 3, 1}}, {{2, 3, 5}}}, joined);
  expect_gradients({{{3, 2}}}, [](Tape64&, auto x) {
    const Tensor64 twice[] = {x[0], x[0]};
    return concat<double>(twice);
  });
}

TEST(ShapeGradient, Gather) {
  const std::vector<int> indices = {4, 0, 4, 2, 1, 3};
  const std::span<const int> all(indices);
  expect_gradients({{{6, 5}}}, [&](Tape64&, auto x) { return square(gather(x[0], all)); });
  expect_gradients({{{2, 3, 5}}}, [&](Tape64&, auto x) { return square(gather(x[0], all)); });
  expect_gradients({{{5}}}, [&](Tape64&, auto x) { return square(gather(x[0], all.first(1))); });
  expect_gradients({{{0, 5}}}, [&](Tape64&, auto x) { return gather(x[0], all.first(0)); });
}

TEST(ShapeGradient, NothingFlowsThroughStopGradient) {
  Tape64 tape;
  const Numbers values = {1, 2, 3};
  const Tensor64 x = tape.variable({3}, values);
  const Tensor64 stopped = stop_gradient(x);
  EXPECT_EQ(numbers_of(stopped), values);
  EXPECT_FALSE(stopped.requires_gradient());
  tape.backward(sum(stopped * stopped), {});
  EXPECT_TRUE(x.gradient().empty());

  const Tensor64 y = tape.variable({3}, values);
  tape.backward(sum(y * stop_gradient(y)), {});  // as if the second factor were a constant
  EXPECT_EQ(Numbers(y.gradient().begin(), y.gradient().end()), values);
}

TEST(ShapeOps, Values) {
  Tape64 tape;
  const Tensor64 x = tape.constant({2, 3}, Numbers{1, 2, 3, 4, 5, 6}), y = tape.constant({2, 1}, Numbers{7, 8});
  EXPECT_EQ(numbers_of(slice(x, 1, 3)), (Numbers{2, 3, 5, 6}));
  EXPECT_EQ(numbers_of(gather(x, std::vector<int>{2, 0})), (Numbers{3, 4}));
  const Tensor64 parts[] = {y, x, y};
  const Tensor64 joined = concat<double>(parts);
  EXPECT_EQ(joined.shape(), (Shape{2, 5}));
  EXPECT_EQ(numbers_of(joined), (Numbers{7, 1, 2, 3, 7, 8, 4, 5, 6, 8}));
  EXPECT_EQ(reshape(x, {3, 2}).shape(), (Shape{3, 2}));
}

TEST(ShapeOps, ArgmaxTakesTheFirstAndStopsTheGradient) {
  Tape64 tape;
  const Tensor64 index = argmax(tape.variable({3, 3}, Numbers{1, 5, 2, 4, 4, 4, -3, -2, -1}));
  EXPECT_EQ(index.shape(), (Shape{3, 1}));
  EXPECT_EQ(numbers_of(index), (Numbers{1, 0, 2}));
  EXPECT_FALSE(index.requires_gradient());
}

}  // namespace
}  // namespace sinew
