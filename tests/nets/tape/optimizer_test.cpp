#include "nets/tape/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sinew {
namespace {

TEST(Adam, ThreeHandWorkedSteps) {
  // Gradients 1, -2, 0.5 with rate 0.1:
  //   m = 0.1, -0.11, -0.049;   v = 0.001, 0.004999, 0.005244001
  //   m̂ = 1, -0.11/0.19, -0.049/0.271;   v̂ = 1, 0.004999/0.001999, 0.005244001/0.002997001
  double expected = 1;
  BasicParameters<double> parameters;
  parameters.add("w", {1}).values()[0] = expected;
  BasicAdam<double> adam(parameters);
  const double gradients[] = {1, -2, 0.5};
  const double m[] = {1, -0.11 / 0.19, -0.049 / 0.271};
  const double v[] = {1, 0.004999 / 0.001999, 0.005244001 / 0.002997001};
  for (int i = 0; i < 3; ++i) {
    adam.step(std::span(&gradients[i], 1), 0.1);
    expected -= 0.1 * m[i] / (std::sqrt(v[i]) + 1e-8);
    EXPECT_NEAR(parameters.values()[0], expected, 1e-12);
  }
  EXPECT_EQ(adam.steps(), 3);
  EXPECT_NEAR(adam.first_moment()[0], -0.049, 1e-15);
  EXPECT_NEAR(adam.second_moment()[0], 0.005244001, 1e-15);
}

TEST(Adam, Float32FollowsFloat64) {
  constexpr int n = 37;
  BasicParameters<double> wide;
  Parameters narrow;
  wide.add("w", {n});
  narrow.add("w", {n});
  BasicAdam<double> reference(wide, {.weight_decay = 0.1});
  Adam adam(narrow, {.weight_decay = 0.1});
  for (int step = 0; step < 50; ++step) {
    std::vector<float> gradients(n);
    for (int i = 0; i < n; ++i) gradients[i] = std::sin(static_cast<float>(step * n + i));
    const std::vector<double> same(gradients.begin(), gradients.end());
    adam.step(gradients, 0.01, 0.5);
    reference.step(same, 0.01, 0.5);
    // Each step is 0.01 or less, good to a few units of float32; 50 of them add up.
    for (int i = 0; i < n; ++i) ASSERT_NEAR(narrow.values()[i], wide.values()[i], 1e-6 * 0.01 * (step + 1) + 1e-7);
  }
}

TEST(Adam, TheFirstStepIsTheLearningRate) {
  // m̂ / sqrt(v̂) = ±1 whatever the gradient: an error in 1 - beta shows here.
  Parameters parameters;
  parameters.add("w", {2});
  Adam adam(parameters);
  adam.step(std::vector<float>{3e-3f, -40}, 0.25);
  EXPECT_NEAR(parameters.values()[0], -0.25, 0.25 * 4e-6);  // epsilon is 3.3e-6 of the gradient
  EXPECT_NEAR(parameters.values()[1], 0.25, 0.25 * 3e-7);
}

TEST(AdamW, DecayIsDecoupled) {
  BasicParameters<double> parameters;
  parameters.add("w", {1}).values()[0] = 2;
  BasicAdam<double> adam(parameters, {.weight_decay = 0.5});
  const double zero = 0;
  adam.step(std::span(&zero, 1), 0.1);  // nothing but the decay: w · (1 - rate · decay)
  EXPECT_NEAR(parameters.values()[0], 2 * 0.95, 1e-15);
}

TEST(Adam, ResumesFromItsState) {
  const std::vector<float> gradients = {1, -1};
  Parameters whole, resumed;
  whole.add("w", {2});
  resumed.add("w", {2});
  Adam adam(whole), first(resumed);
  for (int i = 0; i < 5; ++i) adam.step(gradients, 0.1);
  for (int i = 0; i < 3; ++i) first.step(gradients, 0.1);
  Adam second(resumed);
  StateArchive saved;
  saved("adam", first);
  StateArchive archive(saved.bytes(), "test");
  archive("adam", second);
  for (int i = 0; i < 2; ++i) second.step(gradients, 0.1);
  EXPECT_EQ(whole.values()[0], resumed.values()[0]);
}

TEST(Adam, OfARangeLeavesTheRestAndStepsAsOneOfAll) {
  Parameters whole, part;
  for (Parameters* parameters : {&whole, &part})
    for (const char* name : {"a", "b", "c"}) parameters->add_filled(name, {2}, 1);
  part.add_statistic("d", {1});
  whole.add_statistic("d", {1});
  const std::vector<float> gradients = {1, 2, 3, 4, 5, 6, 7};
  Adam all(whole), middle(part, {}, {2, 7});
  EXPECT_EQ(middle.first_moment().size(), 5u);
  for (int i = 0; i < 3; ++i) {
    all.step(gradients, 0.1);
    middle.begin_step(0.1);
    middle.update(std::span(gradients).subspan(4, 3), {4, 7});
    middle.update(std::span(gradients).subspan(2, 2), {2, 4});
  }
  for (const int i : {0, 1}) EXPECT_EQ(part.values()[i], 1);
  for (const int i : {2, 3, 4, 5}) EXPECT_EQ(part.values()[i], whole.values()[i]);
  EXPECT_EQ(part.values()[6], 0);  // a statistic
}

TEST(GradientNorm, OfEveryRemainder) {
  for (const int n : {0, 1, 15, 16, 17, 100}) {
    const std::vector<float> gradients(static_cast<size_t>(n), -2);
    EXPECT_DOUBLE_EQ(norm<float>(gradients), 2 * std::sqrt(n));
  }
}

TEST(GradientNorm, ClipScale) {
  EXPECT_EQ(clip_scale(0.4, 0.5), 1);
  EXPECT_EQ(clip_scale(100, 0), 1);  // no limit
  EXPECT_NEAR(clip_scale(5, 0.5), 0.1, 1e-7);
  EXPECT_LE(clip_scale(5, 0.5) * 5, 0.5);
}

}  // namespace
}  // namespace sinew
