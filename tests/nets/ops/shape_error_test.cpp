#include "nets/layers/linear.h"
#include "nets/ops/ops.h"
#include "tests/core/expect_error.h"

// What an operation says about shapes that do not fit.
namespace sinew {
namespace {

struct ShapeErrors : ::testing::Test {
  Tape tape;
  std::vector<float> zeros = std::vector<float>(100);
  Tensor tensor(Shape shape) { return tape.view(shape, zeros.data()); }
};

template <class Body>
void expect_message(Body&& body, std::initializer_list<const char*> parts) {
  const std::string message = error_of(body);
  for (const char* part : parts) expect_contains(message, part);
}

TEST_F(ShapeErrors, QuoteTheOperationAndBothShapes) {
  const Tensor a = tensor({3, 4}), b = tensor({3, 5});
  expect_message([&] { a + b; }, {"add: ", "[3, 4]", "[3, 5]"});
  expect_message([&] { a - b; }, {"subtract: ", "[3, 4]", "[3, 5]"});
  expect_message([&] { a* b; }, {"multiply: ", "[3, 4]", "[3, 5]"});
  expect_message([&] { a / b; }, {"divide: ", "[3, 4]", "[3, 5]"});
  expect_message([&] { min(a, tensor({2, 3, 3})); }, {"min: ", "[3, 4]", "[2, 3, 3]"});
  expect_message([&] { max(a, tensor({0})); }, {"max: ", "[3, 4]", "[0]"});
  expect_message([&] { matmul(a, b); }, {"matmul: ", "[3, 4]", "[3, 5]"});
  expect_message([&] { affine(a, b, tensor({5})); }, {"affine: ", "[3, 4]", "[3, 5]", "[5]"});
  expect_message([&] { affine(a, tensor({4, 5}), tensor({4})); }, {"affine: ", "[4, 5]", "[4]"});
  expect_message([&] { standardize(a, tensor({4}), tensor({3}), 10); }, {"standardize: ", "[3, 4]", "[3]"});
  expect_message([&] { clip_columns(a, tensor({4}), tensor({3})); }, {"clip_columns: ", "[3, 4]", "[3]"});
  expect_message([&] { layer_norm(a, tensor({3}), tensor({4})); }, {"layer_norm: ", "[3, 4]", "[3]"});
  const Tensor four = tensor({4});
  expect_message([&] { batch_norm(a, four, four, four, tensor({3})); }, {"batch_norm: ", "[3, 4]", "[3]"});
  expect_message([&] { batch_norm(four, four, four, four, four); }, {"batch_norm: ", "[4]", "[rows, …, columns]"});
  expect_message([&] { batch_norm(tensor({1, 4}), four, four, four, four); }, {"batch_norm: ", "[1, 4]", "at least 2"});
  const Tensor different[] = {a, tensor({2, 4})};
  expect_message([&] { concat<float>(different); }, {"concat: ", "[3, 4]", "[2, 4]"});
  expect_message([&] { reshape(a, {5}); }, {"reshape: ", "[3, 4]", "[5]"});
}

TEST_F(ShapeErrors, QuoteIndicesAndLimits) {
  const Tensor a = tensor({3, 4});
  expect_message([&] { slice(a, 2, 5); }, {"slice: ", "[3, 4]", "5"});
  expect_message([&] { slice(a, -1, 2); }, {"slice: ", "-1"});
  expect_message([&] { sum(a, 2); }, {"sum: ", "[3, 4]", "axis 2"});
  expect_message([&] { sum(a, -3); }, {"sum: ", "axis -3"});
  expect_message([&] { mean(a, 2); }, {"[3, 4]", "axis 2"});
  expect_message([&] { gather(a, std::vector<int>{0, 1}); }, {"gather: ", "2 indices", "[3, 4]"});
  expect_message([&] { gather(a, std::vector<int>{0, 1, 4}); }, {"gather: ", "index 4"});
  expect_message([&] { gather(a, std::vector<int>{0, -1, 0}); }, {"gather: ", "index -1"});
  expect_message([&] { clip(a, 1, 0); }, {"clip: ", "1", "0"});
}

TEST_F(ShapeErrors, EmptyRowsHaveNoMeanAndNoSoftmax) {
  expect_message([&] { mean(tensor({0, 3})); }, {"mean: ", "[0, 3]"});
  expect_message([&] { mean(tensor({3, 0}), -1); }, {"mean: ", "[3, 0]"});
  expect_message([&] { log_softmax(tensor({3, 0})); }, {"log_softmax: ", "[3, 0]"});
  expect_message([&] { logsumexp(tensor({})); }, {"logsumexp: ", "[]"});
  expect_message([&] { argmax(tensor({3, 0})); }, {"argmax: ", "[3, 0]"});
  expect_message([&] { layer_norm(tensor({3, 0}), tensor({0}), tensor({0})); }, {"layer_norm: ", "[3, 0]"});
}

TEST_F(ShapeErrors, NameTheLayer) {
  Parameters parameters;
  Rng rng(1);
  const Linear linear(parameters, "actor.0", 17, 64, rng);
  expect_message([&] { linear(tensor({2, 18})); }, {"layer 'actor.0': affine: ", "[2, 18]", "[17, 64]"});
  expect_message([&] { exp(tensor({2})) + tensor({3}); }, {"add: "});  // the layer's name has gone
  EXPECT_EQ(error_of([&] { tensor({2}) + tensor({3}); }).find("actor"), std::string::npos);
}

TEST_F(ShapeErrors, OfTheTapeItself) {
  expect_message([&] { tape.constant({2, 2}, std::vector<float>(3)); }, {"constant", "3 numbers", "[2, 2]"});
  expect_message([&] { tape.backward(tensor({2}), {}); }, {"backward", "[2]"});
}

TEST_F(ShapeErrors, ParametersHaveDifferentNames) {
  Parameters parameters;
  parameters.add("w", {1});
  expect_message([&] { parameters.add("w", {2}); }, {"'w'"});
}

}  // namespace
}  // namespace sinew
