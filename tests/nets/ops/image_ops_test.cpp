#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "nets/layers/image_layers.h"
#include "nets/layers/sequential.h"
#include "nets/ops/image.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

std::vector<float> random_numbers(int64_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& x : values) x = static_cast<float>(rng.uniform(-1, 1));
  return values;
}

std::vector<float> numbers(Tensor x) { return {x.values().begin(), x.values().end()}; }

TEST(Conv2d, ByHand) {
  Tape tape;
  // One channel, 2 × 3 pixels; the window [[1, 2], [3, 4]] and the bias 10.
  const Tensor x = tape.constant({1, 2, 3, 1}, std::vector<float>{1, 2, 3, 4, 5, 6});
  const Tensor weight = tape.constant({2, 2, 1, 1}, std::vector<float>{1, 2, 3, 4});
  const Tensor y = conv2d(x, weight, tape.constant({1}, std::vector<float>{10}), {{2, 2}});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 2, 1}));
  EXPECT_EQ(numbers(y), (std::vector<float>{1 + 4 + 12 + 20 + 10, 2 + 6 + 15 + 24 + 10}));
}

// Against the definition, at shapes that meet every remainder of the tiles.
TEST(Conv2d, IsItsDefinition) {
  struct Case {
    int height, width, channels, filters;
    SlidingWindow window;
  };
  for (const Case& c : {Case{84, 84, 4, 32, {{8, 8}, {4, 4}}}, Case{20, 20, 32, 64, {{4, 4}, {2, 2}}},
                        Case{9, 9, 64, 64, {{3, 3}, {1, 1}}}, Case{13, 7, 3, 5, {{3, 2}, {1, 2}, {2, 1}}},
                        Case{11, 12, 5, 70, {{1, 7}, {1, 3}, {0, 6}}}, Case{5, 5, 1, 17, {{5, 5}, {1, 1}}}}) {
    const Extent out = c.window.places({c.height, c.width});
    SCOPED_TRACE(fmt::format("{}x{}x{} to {}x{}x{}", c.height, c.width, c.channels, out.height, out.width, c.filters));
    const int rows = 2, inner = c.window.size.height * c.window.size.width * c.channels;
    const auto x = random_numbers(int64_t{rows} * c.height * c.width * c.channels, 1);
    const auto w = random_numbers(int64_t{inner} * c.filters, 2), b = random_numbers(c.filters, 3);
    Tape tape(TapeMode::infer);
    const Tensor y = conv2d(tape.constant({rows, c.height, c.width, c.channels}, x),
                            tape.constant({c.window.size.height, c.window.size.width, c.channels, c.filters}, w),
                            tape.constant({c.filters}, b), c.window, Activation::relu);
    ASSERT_EQ(y.shape(), (Shape{rows, out.height, out.width, c.filters}));
    size_t i = 0;
    for (int row = 0; row < rows; ++row)
      for (int oy = 0; oy < out.height; ++oy)
        for (int ox = 0; ox < out.width; ++ox)
          for (int f = 0; f < c.filters; ++f, ++i) {
            double sum = b[f];
            for (int ky = 0; ky < c.window.size.height; ++ky)
              for (int kx = 0; kx < c.window.size.width; ++kx)
                for (int ch = 0; ch < c.channels; ++ch) {
                  const int py = oy * c.window.stride.height - c.window.padding.height + ky;
                  const int px = ox * c.window.stride.width - c.window.padding.width + kx;
                  if (py < 0 || py >= c.height || px < 0 || px >= c.width) continue;
                  sum += double{x[((size_t(row) * c.height + py) * c.width + px) * c.channels + ch]} *
                         w[((size_t(ky) * c.window.size.width + kx) * c.channels + ch) * c.filters + f];
                }
            ASSERT_NEAR(y.values()[i], std::max(sum, 0.0), 1e-6 * (inner + 1)) << "at " << i;
          }
  }
}

// The backward pass takes several images at a time; here two, and one is left over.
TEST(Conv2d, ABatchesGradientIsTheSumOfItsImages) {
  constexpr int rows = 5, channels = 3, filters = 20, image = 12 * 12 * channels;
  Parameters parameters;
  Parameter &weight = parameters.add("weight", {3, 3, channels, filters}), &bias = parameters.add("bias", {filters});
  const auto start = random_numbers(parameters.size(), 1), x = random_numbers(rows * image, 2);
  std::ranges::copy(start, parameters.values().begin());
  for (const int padding : {0, 1}) {
    const auto run = [&](int first, int count, std::vector<float>& gradients) {
      Tape tape;
      const Tensor input = tape.variable({count, 12, 12, channels}, std::span(x).subspan(first * image, count * image));
      const SlidingWindow window{{3, 3}, {1, 1}, {padding, padding}};
      tape.backward(sum(square(conv2d(input, tape.parameter(weight), tape.parameter(bias), window, Activation::tanh))),
                    {{&parameters, gradients}});
      return std::vector<float>(input.gradient().begin(), input.gradient().end());
    };
    std::vector<float> together = parameters.make_gradients(), one_by_one = parameters.make_gradients();
    const std::vector<float> dx = run(0, rows, together);
    for (int row = 0; row < rows; ++row) {
      const std::vector<float> own_dx = run(row, 1, one_by_one);
      for (int i = 0; i < image; ++i) ASSERT_NEAR(dx[row * image + i], own_dx[i], 1e-5);
    }
    for (size_t i = 0; i < together.size(); ++i) ASSERT_NEAR(together[i], one_by_one[i], 1e-3);
  }
}

TEST(Conv2d, ARowHasTheSameBitsAlone) {
  const auto x = random_numbers(5 * 12 * 12 * 3, 1), w = random_numbers(4 * 4 * 3 * 20, 2), b = random_numbers(20, 3);
  const auto run = [&](std::span<const float> images, int rows) {
    Tape tape(TapeMode::infer);
    return numbers(conv2d(tape.constant({rows, 12, 12, 3}, images), tape.constant({4, 4, 3, 20}, w),
                          tape.constant({20}, b), {{4, 4}, {2, 2}, {1, 1}}, Activation::tanh));
  };
  const std::vector<float> all = run(x, 5), third = run(std::span(x).subspan(2 * 12 * 12 * 3, 12 * 12 * 3), 1);
  EXPECT_TRUE(std::equal(third.begin(), third.end(), all.begin() + 2 * static_cast<long>(third.size())));
}

TEST(Pool, ByHand) {
  Tape tape;
  const Tensor x = tape.constant({1, 3, 2, 1}, std::vector<float>{1, 2, 3, 4, 5, 9});
  EXPECT_EQ(numbers(max_pool(x, {{2, 2}})), (std::vector<float>{4, 9}));
  EXPECT_EQ(numbers(average_pool(x, {{2, 2}})), (std::vector<float>{2.5, 5.25}));
  // The padding neither wins nor counts.
  EXPECT_EQ(numbers(max_pool(-x, {{2, 2}, {2, 2}, {1, 0}})), (std::vector<float>{-1, -3}));
  EXPECT_EQ(numbers(average_pool(x, {{2, 2}, {2, 2}, {1, 0}})), (std::vector<float>{1.5, 5.25}));
}

TEST(Pool, NaNStays) {
  Tape tape;
  const float nan = std::nanf("");
  EXPECT_TRUE(std::isnan(max_pool(tape.constant({1, 2, 1, 1}, std::vector<float>{nan, 2}), {{2, 1}}).item()));
  EXPECT_TRUE(std::isnan(max_pool(tape.constant({1, 2, 1, 1}, std::vector<float>{2, nan}), {{2, 1}}).item()));
}

TEST(Pool, TheFirstOfEqualsGetsTheGradient) {
  Tape tape;
  const Tensor x = tape.variable({1, 1, 3, 1}, std::vector<float>{1, 7, 7});
  tape.backward(sum(max_pool(x, {{1, 3}})), {});
  EXPECT_EQ(std::vector<float>(x.gradient().begin(), x.gradient().end()), (std::vector<float>{0, 1, 0}));
}

TEST(SpatialSoftargmax, ByHand) {
  Tape tape;
  // Channel 0 is bright at the top right, channel 1 everywhere alike.
  const Tensor x = tape.constant({1, 2, 2, 2}, std::vector<float>{0, 5, 100, 5, 0, 5, 0, 5});
  const std::vector<float> place = numbers(spatial_softargmax(x));
  ASSERT_EQ(place.size(), 4u);
  EXPECT_FLOAT_EQ(place[0], 1);
  EXPECT_FLOAT_EQ(place[1], -1);
  EXPECT_NEAR(place[2], 0, 1e-7);
  EXPECT_NEAR(place[3], 0, 1e-7);
}

TEST(GroupNorm, ByHand) {
  Tape tape;
  // Two groups of one channel: 1 and 3 have mean 2 and variance 1.
  const Tensor x = tape.constant({1, 1, 2, 2}, std::vector<float>{1, 10, 3, 10});
  const Tensor y =
      group_norm(x, tape.constant({2}, std::vector<float>{2, 1}), tape.constant({2}, std::vector<float>{5, 7}), 2, 0);
  EXPECT_FLOAT_EQ(y.values()[0], 3);
  EXPECT_FLOAT_EQ(y.values()[2], 7);
  const Tensor one =
      group_norm(x, tape.constant({2}, std::vector<float>{1, 1}), tape.constant({2}, std::vector<float>{0, 0}), 1);
  EXPECT_NEAR(one.values()[0] + one.values()[1] + one.values()[2] + one.values()[3], 0, 1e-6);
}

LayerList list(const std::string& yaml) {
  LayerList layers;
  read_value(ConfigNode::parse_text(yaml, "net.yaml"), layers);
  return layers;
}

std::string refusal(const std::string& yaml) {
  Parameters parameters;
  Rng rng(1);
  const auto make = [&](const Shape& input) {
    return BasicSequential<float>(list(yaml), builtin_layers<float>(), {parameters, rng, "encoder.eye", input, {}});
  };
  return error_of([&] { make({10, 12, 3}); });
}

TEST(ImageLayers, RefuseWhatDoesNotFit) {
  expect_contains(refusal("[{conv: {filters: 4, kernel: 11}}]"),
                  "layer 'encoder.eye.0': the window of 11x11 is larger than its input of 10x12");
  expect_contains(refusal("[{conv: {filters: 4, kernel: 4, stride: 4}}, {max_pool: 4}]"),
                  "layer 'encoder.eye.1': the window of 4x4 is larger than its input of 2x3");
  expect_contains(refusal("[{conv: {filters: 4, kernel: 0}}]"), "has no extent");
  expect_contains(refusal("[{conv: {filters: 4, kernel: 2, stride: 0}}]"), "has no extent");
  expect_contains(refusal("[{conv: {filters: 4, kernel: 2, padding: 2}}]"), "the padding 2x2 must be smaller");
  expect_contains(refusal("[{conv: {filters: 4, kernel: [1, 2, 3]}}]"), "one number is expected, or [height, width]");
  expect_contains(refusal("[{conv: {filters: 4, kernel: -1}}]"), "out of range");
  expect_contains(refusal("[{conv: {kernel: 3}}]"), "the key 'filters' is missing");
  expect_contains(refusal("[{conv: {filters: 4, kernel: 3, strides: 2}}]"), "unknown key");
  expect_contains(refusal("[conv]"), "conv needs its options");
  expect_contains(refusal("[{group_norm: 2}]"), "2 groups do not divide 3 channels");
  expect_contains(refusal("[{linear: 4}]"), "put flatten, or spatial_softargmax, before it");
  expect_contains(refusal("[flatten, {conv: {filters: 4, kernel: 2}}]"),
                  "an image [height, width, channels] is expected");
  expect_contains(refusal("[flatten, spatial_softargmax]"), "an image [height, width, channels] is expected");
}

TEST(ImageLayers, AllocateNothingWhenWarm) {
  Parameters parameters;
  Rng rng(1);
  const BasicSequential<float> net(
      list("[{conv: {filters: 8, kernel: 3, stride: 2, padding: 1}}, relu, {max_pool: 2}, {group_norm: 2}, "
           "{average_pool: {kernel: 2, stride: 1}}, flatten, {linear: 3}]"),
      builtin_layers<float>(), {parameters, rng, "net", {16, 16, 3}, {}});
  const auto x = random_numbers(4 * 16 * 16 * 3, 1);
  std::vector<float> gradients = parameters.make_gradients();
  Tape tape;
  const auto step = [&] {
    tape.rewind();
    tape.backward(sum(square(net(tape.view({4, 16, 16, 3}, x.data())))), {{&parameters, gradients}});
  };
  step();
  step();
  const int64_t before = allocations();
  step();
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace sinew
