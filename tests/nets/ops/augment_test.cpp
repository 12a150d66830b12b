#include <algorithm>
#include <set>

#include "nets/layers/augment_layers.h"
#include "nets/layers/sequential.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"
#include "tests/nets/gradient_check.h"

namespace sinew {
namespace {

LayerList augmentation(const std::string& yaml) {
  LayerList layers;
  read_value(ConfigNode::parse_text(yaml, "net.yaml"), layers);
  return layers;
}

TEST(Augment, Gradients) {
  const std::vector<CheckInput> images = {{{3, 4, 5, 2}}};
  for (const int pixels : {1, 3, 9})  // 9: beyond the image
    expect_gradients(images, [&](Tape64&, auto in) {
      Rng rng(3);
      return random_shift(in[0], pixels, rng);
    });
  for (const ColourJitter& jitter : {ColourJitter{0.5, 0, 0}, {0, 0.5, 0}, {0, 0, 0.5}, {0.3, 0.4, 0.2}})
    expect_gradients(images, [&](Tape64&, auto in) {
      Rng rng(3);
      return colour_jitter(in[0], jitter, rng);
    });
  for (const Shape& shape : {Shape{3, 4, 5, 2}, Shape{7, 3}})
    expect_gradients({{shape}}, [&](Tape64&, auto in) {
      Rng rng(3);
      return add_noise(in[0], 0.1, rng);
    });
}

// Every row of the result is its image moved, with the border repeated, and every move comes up.
TEST(RandomShift, MovesEachImageByItsOwnPixels) {
  constexpr int rows = 200, height = 5, width = 4, channels = 2, pixels = 2;
  Rng rng(1);
  const std::vector<double> x = CheckInput{{rows, height, width, channels}}.draw(rng);
  Tape64 tape;
  const Tensor64 y = random_shift(tape.constant({rows, height, width, channels}, x), pixels, rng);
  const auto at = [&](int row, int i, int j, int c) {
    return ((row * height + std::clamp(i, 0, height - 1)) * width + std::clamp(j, 0, width - 1)) * channels + c;
  };
  std::set<std::pair<int, int>> seen;
  for (int row = 0; row < rows; ++row) {
    const auto is_moved_by = [&](int down, int right) {
      for (int i = 0; i < height; ++i)
        for (int j = 0; j < width; ++j)
          for (int c = 0; c < channels; ++c)
            if (y.data()[at(row, i, j, c)] != x[at(row, i + down, j + right, c)]) return false;
      return true;
    };
    int moves = 0;
    for (int down = -pixels; down <= pixels; ++down)
      for (int right = -pixels; right <= pixels; ++right)
        if (is_moved_by(down, right)) {
          seen.insert({down, right});
          ++moves;
        }
    EXPECT_EQ(moves, 1) << row;
  }
  EXPECT_EQ(seen.size(), 25u);
}

TEST(ColourJitter, HasTheFactorsThatItSays) {
  Rng rng(1);
  Tape64 tape;
  const std::vector<double> x(2000 * 3, 0.5);  // without contrast
  const Tensor64 y = colour_jitter(tape.constant({2000, 1, 1, 3}, x), {.brightness = 0.2, .contrast = 0.9}, rng);
  const auto [low, high] = std::ranges::minmax(y.values());
  EXPECT_NEAR(low, 0.4, 1e-2);
  EXPECT_NEAR(high, 0.6, 1e-2);
  EXPECT_DOUBLE_EQ(y.values()[0], y.values()[2]);  // one brightness for all channels
  EXPECT_NE(y.values()[0], y.values()[3]);         // of its own for each row
  const Tensor64 tinted = colour_jitter(tape.constant({2000, 1, 1, 3}, x), {.tint = 0.1}, rng);
  EXPECT_NE(tinted.values()[0], tinted.values()[1]);
  // The mean stays where contrast alone changes.
  const std::vector<double> two = {0.2, 0.8};
  const Tensor64 flat = colour_jitter(tape.constant({1, 1, 2, 1}, two), {.contrast = 0.5}, rng);
  EXPECT_NEAR(flat.values()[0] + flat.values()[1], 1, 1e-12);
  EXPECT_NE(flat.values()[0], 0.2);
}

TEST(Noise, HasItsDeviation) {
  Rng rng(1);
  Tape64 tape;
  const Tensor64 y = add_noise(tape.constant({100, 1000}, std::vector<double>(100000, 2.0)), 0.3, rng);
  double sum = 0, squares = 0;
  for (const double v : y.values()) {
    sum += v - 2;
    squares += (v - 2) * (v - 2);
  }
  EXPECT_NEAR(sum / 1e5, 0, 0.004);
  EXPECT_NEAR(std::sqrt(squares / 1e5), 0.3, 0.003);
}

class AugmentLayers : public testing::Test {
 protected:
  static constexpr const char* all =
      "[{random_shift: {pixels: 2}}, {colour_jitter: {brightness: 0.2, contrast: 0.2, tint: 0.1}}, {noise: {std: "
      "0.1}}]";
  std::vector<float> x_ = std::vector<float>(4 * 6 * 6 * 3, 0.5f);
  Rng rng_{1}, random_{5};
  Parameters parameters_;
  BasicSequential<float> net_{augmentation(all), builtin_layers<float>(), {parameters_, rng_, "net", {6, 6, 3}, {}}};
  Tensor input(Tape& tape) { return tape.view({4, 6, 6, 3}, x_.data()); }
};

TEST_F(AugmentLayers, LeaveNoNodeWhereNothingIsRandom) {
  Tape infer(TapeMode::infer), record;
  infer.set_random(&random_);
  for (Tape* tape : {&infer, &record}) {
    const Tensor in = input(*tape);
    EXPECT_EQ(net_(in).node(), in.node());
    EXPECT_EQ(tape->last(), in.node());
  }
}

TEST_F(AugmentLayers, DrawFromTheTapesStream) {
  const auto run = [&](uint64_t seed) {
    Rng stream(seed);
    Tape tape;
    tape.set_random(&stream);
    const Tensor y = net_(input(tape));
    return std::vector<float>(y.values().begin(), y.values().end());
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

TEST_F(AugmentLayers, AllocateNothingWhenWarm) {
  Tape tape;
  tape.set_random(&random_);
  const auto step = [&] {
    tape.rewind();
    const Tensor x = tape.variable({4, 6, 6, 3}, x_);
    tape.backward(sum(square(net_(x))), {});
  };
  step();
  step();
  const int64_t before = allocations();
  step();
  EXPECT_EQ(allocations(), before);
}

TEST_F(AugmentLayers, RefuseWhatDoesNotFit) {
  const auto refusal = [&](const std::string& yaml) {
    return error_of([&] {
      Parameters parameters;
      BasicSequential<float>(augmentation(yaml), builtin_layers<float>(), {parameters, rng_, "eye", {6, 6, 3}, {}});
    });
  };
  expect_contains(refusal("[random_shift]"), "random_shift needs its pixels");
  expect_contains(refusal("[{random_shift: {pixels: 0}}]"), "out of range");
  expect_contains(refusal("[{colour_jitter: {brightnes: 1}}]"), "unknown key");
  expect_contains(refusal("[{noise: {std: -1}}]"), "out of range");
  expect_contains(refusal("[flatten, {random_shift: {pixels: 1}}]"), "an image [height, width, channels] is expected");
}

}  // namespace
}  // namespace sinew
