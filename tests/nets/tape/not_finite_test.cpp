#include "nets/tape/not_finite.h"

#include <limits>

#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

using Floats = std::vector<float>;
constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

std::string found(const Tape& tape) { return find_not_finite(tape).value_or("nothing"); }

TEST(NotFinite, NothingOnATapeThatIsInOrder) {
  Tape tape;
  EXPECT_EQ(found(tape), "nothing");
  const Tensor x = tape.variable({2}, Floats{1, 2});
  tape.backward(sum(log(x)), {});
  EXPECT_EQ(found(tape), "nothing");
}

TEST(NotFinite, ALogarithmOfZeroInALayer) {
  Tape tape;
  Floats numbers(6, 1.0f);
  numbers[4] = 0;
  const Tape::Scope scope(tape, "actor.2");
  const Tensor x = tape.constant({3, 2}, numbers);
  sum(x * log(x));
  EXPECT_EQ(found(tape), "the operation 'log' of 'actor.2' gives -inf at [2, 0] of [3, 2]; its inputs are finite");
}

TEST(NotFinite, AnExponentialTooLarge) {
  Tape tape;
  exp(tape.constant({2}, Floats{1, 90}));
  EXPECT_EQ(found(tape), "the operation 'exp' gives inf at [1] of [2]; its inputs are finite");
}

TEST(NotFinite, ADivisionByZero) {
  Tape tape(TapeMode::infer);
  tape.scalar(0) / tape.scalar(0);
  EXPECT_EQ(found(tape), "the operation 'divide' gives nan; its inputs are finite");
}

TEST(NotFinite, AnInput) {
  Tape tape;
  const Floats rows = {0, 0, 0, 0, nan, 0};
  square(tape.view({2, 3}, rows.data(), "observation"));
  EXPECT_EQ(found(tape), "the input 'observation' has nan at [1, 1] of [2, 3]");
  tape.rewind();
  square(tape.scalar(infinity));
  EXPECT_EQ(found(tape), "an unnamed input has inf");
}

TEST(NotFinite, AParameter) {
  Tape tape;
  Parameters parameters;
  parameters.add("actor.0.bias", {2});
  Parameter& weight = parameters.add("actor.0.weight", {2, 1});
  weight.values()[1] = -infinity;  // nobody means this one
  exp(matmul(tape.constant({1, 2}, Floats{1, 1}), tape.parameter(weight)));
  EXPECT_EQ(found(tape), "the parameter 'actor.0.weight' has -inf at [1, 0] of [2, 1]");
}

TEST(NotFinite, InDoubles) {
  Tape64 tape;
  exp(tape.scalar(90));  // finite here
  EXPECT_FALSE(find_not_finite(tape));
  exp(tape.scalar(900));
  EXPECT_EQ(find_not_finite(tape), "the operation 'exp' gives inf; its inputs are finite");
}

TEST(NotFinite, AnActionThatIsRuledOutIsMeant) {
  Tape tape;
  const Tensor mask = tape.constant({3}, Floats{0, -infinity, 0});
  const Tensor logits = tape.variable({3}, Floats{1, 2, 3}) + mask;
  const Tensor log_probs = log_softmax(logits);
  tape.backward(sum(exp(log_probs)), {});
  EXPECT_EQ(found(tape), "nothing");
  sum(exp(log_probs) * log_probs);  // 0 · -inf
  EXPECT_EQ(found(tape),
            "the operation 'multiply' gives nan at [1] of [3]; the operation 'log_softmax', which it "
            "reads, has -inf at [1] of [3]");
}

TEST(NotFinite, AGradientAtTheFootOfARoot) {
  Tape tape;
  const Tensor x = tape.variable({2}, Floats{1, 0});
  const Tape::Scope scope(tape, "critic");
  const Tensor squares = square(x);
  tape.backward(sum(sqrt(squares)), {});
  EXPECT_EQ(found(tape),
            "the operation 'sqrt' of 'critic' sends back a gradient that is not finite: that of the "
            "operation 'square' of 'critic' is inf at [1] of [2]; the values are in order");
}

TEST(NotFinite, AGradientFromSeveralSides) {
  Tape tape;
  const Tensor x = tape.variable({}, Floats{0}), y = x * 1.0;
  const Tensor root = sqrt(y), power = exp(y);
  tape.backward(root + power, {});
  EXPECT_EQ(found(tape),
            "the operation 'exp', or the operation 'sqrt' sends back a gradient that is not finite: that "
            "of the operation 'scale_shift' is inf; the values are in order");
}

TEST(NotFinite, AParametersGradient) {
  Tape tape;
  Parameters parameters;
  parameters.add("first", {1});
  Floats gradients(2);
  const Tensor w = tape.parameter(parameters.add("second", {1}));
  tape.backward(sum((w * tape.scalar(1e30f)) * 1e30), {{&parameters, gradients}});
  EXPECT_EQ(found(tape),
            "the operation 'multiply' sends back a gradient that is not finite: that of the "
            "parameter 'second' is inf at [0] of [1]; the values are in order");
}

TEST(NotFinite, OnlyTheLastLossCounts) {
  Tape tape;
  const Tensor x = tape.variable({}, Floats{0});
  tape.backward(sqrt(x), {});
  EXPECT_NE(found(tape), "nothing");
  tape.backward(square(x), {});
  EXPECT_EQ(found(tape), "nothing");
}

}  // namespace
}  // namespace sinew
