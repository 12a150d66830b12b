#include "tests/core/expect_error.h"
#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

using Numbers = std::vector<double>;

Numbers gradient(Tensor64 x) { return {x.gradient().begin(), x.gradient().end()}; }

TEST(Tape, GradientsOfAllUsesAreAdded) {
  Tape64 tape;
  const Tensor64 x = tape.variable({2}, Numbers{3, 5});
  const Tensor64 y = x * x;
  tape.backward(sum(y + x + y), {});  // 2·x² + x
  EXPECT_EQ(gradient(x), (Numbers{13, 21}));
}

TEST(Tape, ASecondLossStartsAfresh) {
  Tape64 tape;
  Parameters64 parameters;
  BasicParameter<double>& weight = parameters.add("weight", {1});
  weight.values()[0] = 3;
  const Tensor64 w = tape.parameter(weight), x = tape.variable({1}, Numbers{2});
  const Tensor64 y = w * x;
  const Tensor64 first = sum(y), second = sum(y * y);
  Numbers one(1), other(1);
  tape.backward(first, {{&parameters, one}});
  EXPECT_EQ(one[0], 2);
  tape.backward(second, {{&parameters, other}});
  EXPECT_EQ(other[0], 2 * 6 * 2);
  EXPECT_EQ(gradient(x), (Numbers{2 * 6 * 3}));
  EXPECT_EQ(one[0], 2);
}

TEST(Tape, GradientsAreAddedToTheBuffer) {
  Tape64 tape;
  Parameters64 parameters;
  parameters.add("unused", {3});
  BasicParameter<double>& weight = parameters.add("weight", {2});
  Numbers gradients = {1, 1, 1, 10, 20};
  const Tensor64 w = tape.parameter(weight), again = tape.parameter(weight);
  tape.backward(sum(w + again * 2.0), {{&parameters, gradients}});
  EXPECT_EQ(gradients, (Numbers{1, 1, 1, 13, 23}));
}

TEST(Tape, ALossMayBeALeaf) {
  Tape64 tape;
  Parameters64 parameters;
  const BasicParameter<double>& weight = parameters.add("weight", {1, 1});
  Numbers gradients(1);
  tape.backward(tape.parameter(weight), {{&parameters, gradients}});
  EXPECT_EQ(gradients[0], 1);
  tape.backward(tape.scalar(2), {});  // nothing wants a gradient
}

TEST(Tape, ParametersShowThroughAndConstantsAreCopies) {
  Parameters64 parameters;
  BasicParameter<double>& weight = parameters.add("weight", {1});
  Numbers number = {1}, seen = {1};
  Tape64 tape;
  const Tensor64 w = tape.parameter(weight), copy = tape.constant({1}, number), view = tape.view({1}, seen.data());
  weight.values()[0] = number[0] = seen[0] = 7;
  EXPECT_EQ(w.item(), 7);
  EXPECT_EQ(copy.item(), 1);
  EXPECT_EQ(view.item(), 7);
}

TEST(Tape, AnInferringTapeWantsNoGradients) {
  Tape64 tape(TapeMode::infer);
  const Tensor64 x = tape.variable({1}, Numbers{2});
  EXPECT_FALSE(exp(x).requires_gradient());
  EXPECT_EQ((x * x).item(), 4);
}

TEST(Tape, RewindKeepsNothingButMemory) {
  Tape64 tape;
  double sums[2];
  for (double& total : sums) {
    tape.rewind();
    const Tensor64 x = tape.variable({1000}, Numbers(1000, 0.5));
    const Tensor64 y = exp(x) * x;  // grows the arena by several chunks the first time
    tape.backward(sum(y), {});
    total = y.values()[999] + x.gradient()[999];
  }
  EXPECT_EQ(sums[0], sums[1]);
  EXPECT_NEAR(sums[0], std::exp(0.5) * 2, 1e-12);
}

// y = (x · a) · b: a belongs to one set, b to another.
struct TwoSets {
  Parameters64 actor, critic;
  BasicParameter<double>& a = actor.add_filled("a", {1}, 3);
  BasicParameter<double>& b = critic.add_filled("b", {1}, 5);
  Tape64 tape;
  Tensor64 x = tape.variable({1}, Numbers{2}), inner = x * tape.parameter(a), y = sum(inner * tape.parameter(b));
};

TEST(TapeGradients, ASetThatIsNotNamedIsFrozenAndGradientsFlowPastIt) {
  TwoSets net;
  Numbers actor(1), critic(1);
  net.tape.backward(net.y, {{&net.actor, actor}});
  EXPECT_EQ(actor, Numbers{2 * 5});
  EXPECT_EQ(gradient(net.x), Numbers{15});
  net.tape.backward(net.y, {{&net.critic, critic}});
  EXPECT_EQ(actor, Numbers{2 * 5});  // untouched
  EXPECT_EQ(critic, Numbers{6});
  net.tape.backward(net.y, {{&net.critic, critic}, {&net.actor, actor}});
  EXPECT_EQ(actor, Numbers{20});
  EXPECT_EQ(critic, Numbers{12});
}

TEST(TapeGradients, NothingIsComputedForWhatIsFrozenAlone) {
  Parameters64 actor, critic;
  const BasicParameter<double>& a = actor.add_filled("a", {1}, 3);
  const BasicParameter<double>& b = critic.add_filled("b", {1}, 5);
  Tape64 tape;
  const Tensor64 action = tape.scalar(2) * tape.parameter(a), value = sum(action * tape.parameter(b));
  Numbers gradients(1);
  tape.backward(value, {{&critic, gradients}});
  EXPECT_EQ(gradients, Numbers{6});
  EXPECT_TRUE(action.gradient().empty());  // it leads to nothing that was asked for
  tape.backward(value, {});
  EXPECT_TRUE(value.gradient().empty());
}

TEST(TapeGradients, ARangeOfASet) {
  Parameters64 parameters;
  for (const char* name : {"a", "b", "c"}) parameters.add_filled(name, {2}, 1);
  Tape64 tape;
  Tensor64 loss = tape.scalar(0);
  for (const BasicParameter<double>& parameter : parameters.list()) loss = loss + sum(tape.parameter(parameter));
  Numbers middle(2), last(2), both(4);
  tape.backward(loss, {{&parameters, last, 4}, {&parameters, middle, 2}});
  EXPECT_EQ(middle, (Numbers{1, 1}));
  EXPECT_EQ(last, (Numbers{1, 1}));
  expect_contains(error_of([&] { tape.backward(loss, {{&parameters, both, 1}}); }),
                  "1 to 5 are asked for, which cuts the parameter 'a' in two");
  expect_contains(error_of([&] { tape.backward(loss, {{&parameters, both, 2}, {&parameters, last, 4}}); }),
                  "the gradient of 'c' is asked for twice");
}

#ifndef NDEBUG
TEST(TapeDeathTest, ATensorMayNotOutliveRewind) {
  Tape64 tape;
  const Tensor64 x = tape.scalar(1);
  tape.rewind();
  EXPECT_DEATH(exp(x), "after its tape's rewind");
  EXPECT_DEATH(Tensor64().shape(), "after its tape's rewind");
}

TEST(TapeDeathTest, BackwardNeedsARecording) {
  Tape64 tape(TapeMode::infer);
  const Tensor64 x = tape.scalar(1);
  EXPECT_DEATH(tape.backward(x, {}), "only infers");
}
#endif

}  // namespace
}  // namespace sinew
