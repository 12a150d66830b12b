#include "nets/policy/distributions.h"
#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

// mean, log_std (of all rows or of each) and x.
const std::vector<std::vector<CheckInput>> gaussians = {
    {{{3, 4}}, {{4}, -1, 0.5}, {{3, 4}}}, {{{3, 4}}, {{3, 4}, -1, 0.5}, {{3, 4}}}, {{{1, 1}}, {{1}, -1, 0.5}, {{1, 1}}},
    {{{0, 2}}, {{2}, -1, 0.5}, {{0, 2}}}, {{{2, 17}}, {{17}, -1, 0.5}, {{2, 17}}},
};

TEST(DistributionGradient, DiagonalGaussian) {
  for (const auto& inputs : gaussians) {
    expect_gradients(inputs, [](Tape64&, auto x) { return DiagonalGaussian<double>{x[0], x[1]}.log_prob(x[2]); });
    expect_gradients({inputs[0], inputs[1]}, [&](Tape64&, auto x) {
      const Tensor64 entropy = DiagonalGaussian<double>{x[0], x[1]}.entropy();
      EXPECT_EQ(entropy.shape(), Shape{inputs[0].shape[0]});
      return entropy;
    });
    expect_gradients(inputs, [](Tape64&, auto x) { return DiagonalGaussian<double>{x[0], x[1]}.sample(x[2]); });
  }
}

TEST(DistributionGradient, TanhGaussian) {
  for (const auto& inputs : gaussians) {
    expect_gradients(inputs, [](Tape64&, auto x) { return TanhGaussian<double>{{x[0], x[1]}}.log_prob(x[2]); });
    // As soft actor-critic uses it: through the sample.
    expect_gradients(inputs, [](Tape64&, auto x) {
      const DiagonalGaussian<double> base{x[0], x[1]};
      return TanhGaussian<double>{base}.log_prob(base.sample(x[2]));
    });
  }
}

TEST(DistributionGradient, Categorical) {
  const std::vector<int> choices = {2, 0, 1};
  expect_gradients({{{3, 4}}}, [&](Tape64&, auto x) { return Categorical<double>{x[0]}.log_prob(choices); });
  expect_gradients({{{3, 1}}},
                   [](Tape64&, auto x) { return Categorical<double>{x[0]}.log_prob(std::vector<int>{0, 0, 0}); });
  for (const Shape& shape : {Shape{3, 4}, Shape{1, 1}, Shape{2, 13}, Shape{0, 3}})
    expect_gradients({{shape}}, [](Tape64&, auto x) { return Categorical<double>{x[0]}.entropy(); });
}

}  // namespace
}  // namespace sinew
