#include "robots/control/camera_input.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"

// A robot's frame becomes the policy's input, bit for bit as from a simulated camera; a broken frame never reaches the
// policy.
namespace sinew {
namespace {

using Bytes = std::vector<uint8_t>;

SensorSpec image(int height, int width, int channels, const std::string& format, int frames = 1) {
  return {.name = "eye",
          .type = SensorSpec::Type::uint8,
          .shape = {height, width, channels * frames},
          .frames = frames,
          .format = format};
}
const std::string rgb = "red, green, blue";

std::vector<ConfigNode> steps(const std::string& yaml) { return ConfigNode::parse_text(yaml, "robot.yaml").items(); }

Bytes noise(Rng& rng, size_t size) {
  Bytes bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(rng.bits());
  return bytes;
}

std::string_view text(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(CameraInput, MakesTheBitsOfASimulatedCamera) {
  const std::vector<ConfigNode> process = steps("[{crop: [2, 4, 40, 48]}, {resize: [20, 24]}, grey]");
  const SensorSpec policy = image(20, 24, 1, "grey", 3), robot = image(48, 64, 3, rgb);
  CameraInput input(policy, robot, process);
  ImagePipeline pipeline(process, {48, 64, 3}, {"red", "green", "blue"});
  const ImageStack frames(policy);
  Bytes stack(frames.size()), expected(frames.size()), processed(frames.frame_size());
  Rng rng(1);
  for (int i = 0; i < 12; ++i) {
    const bool first = i % 5 == 0;
    const Bytes frame = noise(rng, 48 * 64 * 3);
    pipeline.run(frame, processed);
    if (first)
      frames.fill(expected, processed);
    else
      frames.push(expected, processed);
    ASSERT_TRUE(input.accept(text(frame), first, stack)) << input.last_error();
    EXPECT_EQ(stack, expected);
  }
  EXPECT_EQ(input.decoded(), 12u);
  EXPECT_EQ(input.failed(), 0u);
  EXPECT_EQ(input.last_error(), "");
}

TEST(CameraInput, PassesOnWhatNeedsNoStep) {
  for (const int frames : {1, 2}) {
    CameraInput input(image(4, 5, 3, rgb, frames), image(4, 5, 3, rgb), {});
    const ImageStack places(image(4, 5, 3, rgb, frames));
    Bytes stack(places.size()), taken(places.frame_size());
    Rng rng(2);
    const Bytes old = noise(rng, 60), young = noise(rng, 60);
    ASSERT_TRUE(input.accept(text(old), true, stack));
    ASSERT_TRUE(input.accept(text(young), false, stack));
    places.take(stack.data(), frames - 1, taken.data());
    EXPECT_EQ(taken, young);
    places.take(stack.data(), 0, taken.data());
    EXPECT_EQ(taken, frames == 1 ? young : old);
  }
}

TEST(CameraInput, DecodesAJpegToWhatTheDecoderSays) {
  Rng rng(3);
  const ImageShape shape{24, 32, 3};
  JpegEncoder encoder;
  const auto file = encoder.encode(noise(rng, shape.size()), shape);
  Bytes pixels(shape.size()), stack(shape.size());
  JpegDecoder().decode(file, pixels);
  CameraInput plain(image(24, 32, 3, rgb), image(24, 32, 3, rgb), {});
  ASSERT_TRUE(plain.accept(text(file), true, stack)) << plain.last_error();
  EXPECT_EQ(stack, pixels);

  // A robot whose driver swapped the colours declares it.
  CameraInput swapped(image(24, 32, 3, rgb), image(24, 32, 3, "blue, green, red"), steps("[bgr]"));
  ASSERT_TRUE(swapped.accept(text(file), true, stack)) << swapped.last_error();
  for (size_t i = 0; i < pixels.size(); i += 3) std::swap(pixels[i], pixels[i + 2]);
  EXPECT_EQ(stack, pixels);
}

TEST(CameraInput, TakesGreyJpegsAndRawDepth) {
  Rng rng(4);
  JpegEncoder encoder;
  CameraInput grey(image(16, 16, 1, "grey"), image(16, 16, 1, "grey"), {});
  Bytes stack(16 * 16);
  EXPECT_TRUE(grey.accept(text(encoder.encode(noise(rng, 256), {16, 16, 1})), true, stack)) << grey.last_error();

  const std::string rgbd = "red, green, blue, depth 0 to 5 m";
  CameraInput depth(image(8, 8, 2, "grey, depth 0 to 5 m"), image(16, 16, 4, rgbd), steps("[{resize: 8}, grey]"));
  stack.resize(8 * 8 * 2);
  EXPECT_TRUE(depth.accept(text(noise(rng, 16 * 16 * 4)), true, stack)) << depth.last_error();
}

// A raw frame of 200 pixels may begin like a JPEG.
TEST(CameraInput, TellsARawFrameFromAJpeg) {
  CameraInput input(image(10, 20, 1, "grey"), image(10, 20, 1, "grey"), {});
  Bytes raw(200, 50), stack(200);
  raw[0] = 0xFF, raw[1] = 0xD8, raw[2] = 0xFF;
  EXPECT_TRUE(input.accept(text(raw), true, stack)) << input.last_error();
  EXPECT_EQ(stack, raw);

  // A JPEG as long as a raw frame: a comment pads it.
  const ImageShape shape{20, 50, 1};
  JpegEncoder encoder;
  const auto file = encoder.encode(Bytes(shape.size(), 90), shape);
  ASSERT_LT(file.size() + 4, shape.size());
  Bytes padded(file.begin(), file.begin() + 2);
  const size_t comment = shape.size() - file.size();
  padded.insert(padded.end(),
                {0xFF, 0xFE, static_cast<uint8_t>((comment - 2) >> 8), static_cast<uint8_t>(comment - 2)});
  padded.resize(2 + comment, ' ');
  padded.insert(padded.end(), file.begin() + 2, file.end());
  ASSERT_EQ(padded.size(), shape.size());
  CameraInput other(image(20, 50, 1, "grey"), image(20, 50, 1, "grey"), {});
  stack.resize(shape.size());
  EXPECT_TRUE(other.accept(text(padded), true, stack)) << other.last_error();
  EXPECT_NEAR(stack[500], 90, 2);

  // Or the rest of a driver's buffer pads it.
  Bytes buffer(file.begin(), file.end());
  buffer.resize(shape.size());
  std::ranges::fill(stack, uint8_t{0});
  EXPECT_TRUE(other.accept(text(buffer), true, stack)) << other.last_error();
  EXPECT_NEAR(stack[500], 90, 2);

  // A broken JPEG of that length is not decoded as raw pixels.
  Rng rng(7);
  JpegEncoder coarse(10);
  const auto cut = coarse.encode(noise(rng, shape.size()), shape);
  buffer.assign(cut.begin(), cut.end() - 20);
  ASSERT_LT(buffer.size(), shape.size());
  buffer.resize(shape.size());
  EXPECT_FALSE(other.accept(text(buffer), true, stack));
  expect_contains(other.last_error(), "does not decode");
}

TEST(CameraInput, ABrokenFrameLeavesTheStackAsItWas) {
  Rng rng(5);
  CameraInput input(image(24, 32, 1, "grey", 2), image(24, 32, 3, rgb), steps("[grey]"));
  Bytes stack(24 * 32 * 2);
  JpegEncoder encoder;
  const auto encoded = encoder.encode(noise(rng, 24 * 32 * 3), {24, 32, 3});
  const Bytes file(encoded.begin(), encoded.end());
  ASSERT_TRUE(input.accept(text(file), true, stack));
  const Bytes before = stack;
  uint64_t failed = 0;
  const auto refuse = [&](std::span<const uint8_t> bytes, const std::string& why) {
    EXPECT_FALSE(input.accept(text(bytes), failed % 2 == 0, stack));
    EXPECT_EQ(stack, before);
    EXPECT_EQ(input.failed(), ++failed);
    expect_contains(input.last_error(), "camera 'eye': ");
    expect_contains(input.last_error(), why);
  };
  refuse({}, "0 bytes is neither a JPEG nor the 2304 bytes of [24, 32, 3]");
  refuse(Bytes(2303), "2303 bytes");
  refuse(Bytes(2305), "2305 bytes");
  refuse(Bytes{0xFF, 0xD8, 0xFF}, "does not decode");
  refuse(std::span(file).first(file.size() - 1), "does not decode");
  refuse(std::span(file).first(file.size() / 2), "does not decode");
  // The same number of bytes, but with height and width swapped.
  refuse(encoder.encode(Bytes(2304), {32, 24, 3}), "a JPEG of [32, 24, 3], the robot announced [24, 32, 3]");
  refuse(encoder.encode(Bytes(768), {24, 32, 1}), "a JPEG of [24, 32, 1]");
  EXPECT_EQ(input.decoded(), 1u);
  EXPECT_TRUE(input.accept(text(file), false, stack));
  EXPECT_EQ(input.decoded(), 2u);
}

TEST(CameraInput, NamesBothLayoutsWhereTheyDiffer) {
  const SensorSpec policy = image(64, 64, 1, "grey", 3);
  const std::string differs = error_of([&] { CameraInput(policy, image(480, 640, 3, rgb), {}); });
  expect_contains(differs, "camera 'eye': the robot's frame is [480, 640, 3] of 'red, green, blue'");
  expect_contains(differs, "the policy's [64, 64, 1] of 'grey'");
  expect_contains(differs, "`process` for 'eye' under `cameras:`");
  EXPECT_THROW(CameraInput(image(4, 4, 3, rgb), image(4, 4, 3, "blue, green, red"), {}), Error);
  EXPECT_THROW(CameraInput(image(4, 4, 3, rgb), image(4, 4, 3, rgb), steps("[bgr]")), Error);

  const std::string steps_differ =
      error_of([&] { CameraInput(policy, image(480, 640, 3, rgb), steps("[{resize: 32}, grey]")); });
  expect_contains(steps_differ, "[480, 640, 3] of 'red, green, blue', into [32, 32, 1] of 'grey'");
  expect_contains(steps_differ, "the policy's is [64, 64, 1] of 'grey'");
  expect_contains(error_of([&] { CameraInput(policy, image(480, 640, 3, rgb), steps("[gray]")); }),
                  "camera 'eye': robot.yaml:1:2");
}

TEST(CameraInput, RefusesWhatNoRobotShouldAnnounce) {
  const SensorSpec policy = image(8, 8, 1, "grey");
  const std::vector<ConfigNode> process = steps("[{resize: 8}, grey]");
  EXPECT_THROW(CameraInput(policy, {.name = "eye", .shape = {3}}, process), Error);
  expect_contains(error_of([&] { CameraInput(policy, image(16, 16, 3, rgb, 2), process); }), "a stack of 2 frames");
  EXPECT_THROW(CameraInput(policy, image(16, 16, 4, rgb), process), Error);
  EXPECT_THROW(CameraInput(policy, image(16, 16, 3, ""), process), Error);
  EXPECT_THROW(CameraInput(policy, image(16, 16, 5, "a, b, c, d, e"), process), Error);
}

TEST(CameraInput, MovesWithinAVector) {
  std::vector<CameraInput> inputs;
  for (int i = 0; i < 5; ++i)
    inputs.emplace_back(image(8, 8, 1, "grey"), image(16, 16, 3, rgb), steps("[{resize: 8}, grey]"));
  Bytes stack(64);
  JpegEncoder encoder;
  const auto file = encoder.encode(Bytes(768, 120), {16, 16, 3});
  for (CameraInput& input : inputs) {
    std::ranges::fill(stack, uint8_t{0});
    ASSERT_TRUE(input.accept(text(file), true, stack)) << input.last_error();
    EXPECT_TRUE(std::ranges::all_of(stack, [](int grey) { return grey >= 118 && grey <= 122; }));
  }
}

TEST(CameraInput, AWarmFrameAllocatesNothingHere) {
  CameraInput input(image(20, 24, 1, "grey", 3), image(48, 64, 3, rgb),
                    steps("[{crop: [2, 4, 40, 48]}, {resize: [20, 24]}, grey]"));
  Rng rng(6);
  const Bytes raw = noise(rng, 48 * 64 * 3);
  JpegEncoder encoder;
  const auto file = encoder.encode(raw, {48, 64, 3});
  Bytes stack(20 * 24 * 3);
  for (const std::string_view frame : {text(raw), text(file)}) ASSERT_TRUE(input.accept(frame, true, stack));
  const int64_t before = calls_of_new();
  for (int i = 0; i < 5; ++i)
    for (const std::string_view frame : {text(raw), text(file)}) input.accept(frame, false, stack);
  EXPECT_EQ(calls_of_new(), before);
  EXPECT_EQ(input.failed(), 0u);
}

}  // namespace
}  // namespace sinew
