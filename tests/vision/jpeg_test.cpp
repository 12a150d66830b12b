#include "vision/jpeg.h"

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/random.h"
#include "tests/core/allocation_counter.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

using Bytes = std::vector<uint8_t>;

// A picture as smooth as a camera's: its channels differ, and no row or column is like another.
Bytes smooth(const ImageShape& shape) {
  Bytes pixels;
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x)
      for (int c = 0; c < shape.channels; ++c)
        pixels.push_back(static_cast<uint8_t>(std::lround(128 + 100 * std::sin(0.05 * x + c) * std::cos(0.07 * y))));
  return pixels;
}

Bytes jpeg(const ImageShape& shape, int quality = 90) {
  JpegEncoder encoder(quality);
  const auto file = encoder.encode(smooth(shape), shape);
  return {file.begin(), file.end()};
}

Bytes decode_jpeg(const Bytes& file) {
  JpegDecoder decoder;
  Bytes pixels(decoder.read_header(file).size());
  decoder.decode(file, pixels);
  return pixels;
}

// As libjpeg-turbo itself writes it.
Bytes made_by_library(int width, int height, int format, int subsampling, int flags = 0) {
  const Bytes pixels(static_cast<size_t>(width * height * tjPixelSize[format]), 77);
  unsigned char* file = nullptr;
  unsigned long size = 0;
  const tjhandle handle = tjInitCompress();
  EXPECT_EQ(tjCompress2(handle, pixels.data(), width, 0, height, format, &file, &size, subsampling, 90, flags), 0);
  const Bytes bytes(file, file + size);
  tjFree(file);
  tjDestroy(handle);
  return bytes;
}

// The errors of the pixels: the largest, and the mean of their absolute values.
std::pair<int, double> errors(const Bytes& a, const Bytes& b) {
  EXPECT_EQ(a.size(), b.size());
  int largest = 0;
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const int error = std::abs(int{a[i]} - int{b[i]});
    largest = std::max(largest, error);
    sum += error;
  }
  return {largest, sum / static_cast<double>(a.size())};
}

TEST(Jpeg, KeepsAPictureAlmost) {
  for (const ImageShape shape :
       {ImageShape{48, 64, 3}, {48, 64, 1}, {17, 31, 3}, {1, 1, 3}, {1, 1, 1}, {240, 320, 3}}) {
    const Bytes file = jpeg(shape, 95);
    EXPECT_EQ(JpegDecoder().read_header(file), shape);
    const auto [largest, mean] = errors(decode_jpeg(file), smooth(shape));
    EXPECT_LE(largest, 12) << shape.text();
    EXPECT_LE(mean, 1.5) << shape.text();
  }
}

TEST(Jpeg, HasRedFirst) {
  Bytes pixels;
  for (int i = 0; i < 16 * 16; ++i) pixels.insert(pixels.end(), {200, 100, 20});
  JpegEncoder encoder(100);
  const auto file = encoder.encode(pixels, {16, 16, 3});
  EXPECT_LE(errors(decode_jpeg({file.begin(), file.end()}), pixels).first, 3);
}

TEST(Jpeg, LowerQualityIsSmallerAndWorse) {
  const ImageShape shape{96, 128, 3};
  const Bytes good = jpeg(shape, 100), bad = jpeg(shape, 5);
  EXPECT_LT(2 * bad.size(), good.size());
  EXPECT_LT(2 * errors(decode_jpeg(good), smooth(shape)).second, errors(decode_jpeg(bad), smooth(shape)).second);
}

TEST(Jpeg, TheSameFileGivesTheSameBitsWhateverCameBefore) {
  const ImageShape shape{48, 64, 3};
  const Bytes file = jpeg(shape), other = jpeg({17, 31, 1}, 30);
  const Bytes once = decode_jpeg(file);
  JpegDecoder decoder;
  Bytes pixels(shape.size()), small(17 * 31);
  decoder.decode(other, small);
  decoder.decode(file, pixels);
  EXPECT_EQ(pixels, once);
  for (size_t n = 0; n < file.size(); n += 97) {  // cut off in the header, and behind it
    EXPECT_THROW(decoder.decode(std::span(file).first(n), pixels), Error);
    decoder.decode(file, pixels);
    EXPECT_EQ(pixels, once);
  }
  JpegEncoder encoder(90);
  encoder.encode(smooth({17, 31, 1}), {17, 31, 1});
  EXPECT_TRUE(std::ranges::equal(encoder.encode(smooth(shape), shape), file));
}

// libjpeg-turbo takes the tables that a file lacks from the file before: then its pixels would hang on that one.
TEST(Jpeg, TakesNoTablesFromTheFileBefore) {
  const Bytes file = jpeg({16, 16, 3});
  Bytes bare(file.begin(), file.begin() + 2);
  for (size_t at = 2; at + 4 < file.size();) {  // a segment: ff, its kind, the length of what follows [2]
    const bool is_scan = file[at + 1] == 0xDA;
    const size_t end = is_scan ? file.size() : at + 2 + static_cast<size_t>(file[at + 2] << 8 | file[at + 3]);
    const auto from = file.begin() + static_cast<std::ptrdiff_t>(at);
    if (file[at + 1] != 0xDB) bare.insert(bare.end(), from, file.begin() + static_cast<std::ptrdiff_t>(end));
    at = end;
  }
  ASSERT_LT(bare.size() + 100, file.size()) << "without its tables of quantisation";
  JpegDecoder decoder;
  Bytes pixels(16 * 16 * 3);
  EXPECT_THROW(decoder.decode(bare, pixels), Error);
  decoder.decode(file, pixels);
  EXPECT_THROW(decoder.decode(bare, pixels), Error);
}

TEST(Jpeg, ReadsProgressiveFiles) {
  const Bytes file = made_by_library(32, 24, TJPF_RGB, TJSAMP_422, TJFLAG_PROGRESSIVE);
  EXPECT_LE(errors(decode_jpeg(file), Bytes(32 * 24 * 3, 77)).first, 2);
}

// A frame of which the end is missing would be grey from there on.
TEST(Jpeg, RefusesAFileCutOffAnywhere) {
  for (const Bytes& file :
       {jpeg({24, 16, 3}), jpeg({16, 16, 1}), made_by_library(16, 24, TJPF_RGB, TJSAMP_420, TJFLAG_PROGRESSIVE)}) {
    JpegDecoder decoder;
    Bytes pixels(decoder.read_header(file).size());
    for (size_t n = 0; n < file.size(); ++n)
      EXPECT_THROW(decoder.decode(std::span(file).first(n), pixels), Error) << n << " of " << file.size() << " bytes";
    decoder.decode(file, pixels);
    EXPECT_EQ(pixels, decode_jpeg(file));
  }
}

TEST(Jpeg, RefusesWhatIsNoJpeg) {
  JpegDecoder decoder;
  Bytes pixels(16 * 16 * 3);
  Rng rng(3);
  for (int i = 0; i < 300; ++i) {
    Bytes bytes(rng.below(2000));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(rng.bits());
    if (i % 2 == 0 && bytes.size() >= 3) std::ranges::copy(Bytes{0xFF, 0xD8, 0xFF}, bytes.begin());
    EXPECT_THROW(decoder.read_header(bytes), Error);
    EXPECT_THROW(decoder.decode(bytes, pixels), Error);
  }
  expect_contains(error_of([&] { decoder.decode(Bytes(100, 7), pixels); }), "a JPEG of 100 bytes does not decode");
}

// What is flipped may be a pixel: then it decodes. It never breaks, and never writes elsewhere.
TEST(Jpeg, SurvivesFlippedBits) {
  const Bytes file = jpeg({24, 16, 3});
  JpegDecoder decoder;
  Bytes pixels(24 * 16 * 3);
  Rng rng(4);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    Bytes damaged = file;
    for (int k = 0; k < 3; ++k) damaged[rng.below(static_cast<uint32_t>(file.size()))] ^= 1 << rng.below(8);
    try {
      decoder.decode(damaged, pixels);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(Jpeg, RefusesAnotherSize) {
  const Bytes file = jpeg({48, 64, 3});
  JpegDecoder decoder;
  Bytes pixels(48 * 64 * 3 - 1);
  expect_contains(error_of([&] { decoder.decode(file, pixels); }), "[48, 64, 3] does not fit into 9215 bytes");
  pixels.resize(48 * 64 * 4);
  EXPECT_THROW(decoder.decode(file, pixels), Error);
  EXPECT_THROW(decoder.decode(jpeg({48, 64, 1}), pixels), Error);
}

// The extents stand in the header, where anybody may write anything.
TEST(Jpeg, RefusesAnAbsurdSizeBeforeTakingMemoryForIt) {
  Bytes file = jpeg({16, 16, 3});
  const Bytes marker = {0xFF, 0xC0};  // then length [2], precision, height [2], width [2]
  const auto frame = std::search(file.begin(), file.end(), marker.begin(), marker.end());
  ASSERT_NE(frame, file.end());
  JpegDecoder decoder;
  frame[7] = 0x10, frame[8] = 0x01;
  expect_contains(error_of([&] { decoder.read_header(file); }), "16 × 4097 pixels (height × width) is too large");
  frame[5] = frame[6] = frame[7] = frame[8] = 0xFF;
  Bytes pixels(16 * 16 * 3);
  EXPECT_THROW(decoder.decode(file, pixels), Error);
  frame[5] = frame[6] = 0;
  EXPECT_THROW(decoder.read_header(file), Error);
}

TEST(Jpeg, RefusesColoursOfPrinters) {
  JpegDecoder decoder;
  for (const int subsampling : {TJSAMP_444, TJSAMP_420}) {
    const Bytes file = made_by_library(16, 16, TJPF_CMYK, subsampling);
    expect_contains(error_of([&] { decoder.read_header(file); }), "but CMYK");
  }
}

TEST(Jpeg, TheEncoderRefusesWhatCannotBeAJpeg) {
  for (const int quality : {-1, 0, 101}) EXPECT_THROW(JpegEncoder{quality}, Error);
  JpegEncoder encoder(1);
  const Bytes pixels(16 * 16 * 3);
  EXPECT_GT(encoder.encode(pixels, {16, 16, 3}).size(), 100u);
  expect_contains(error_of([&] { encoder.encode(pixels, {16, 17, 3}); }), "[16, 17, 3] with 768 bytes");
  EXPECT_THROW(encoder.encode(pixels, {16, 12, 4}), Error);
  EXPECT_THROW(encoder.encode({}, {0, 16, 3}), Error);
  EXPECT_THROW(encoder.encode(Bytes(4097), {1, 4097, 1}), Error);
}

TEST(Jpeg, AWarmFrameAllocatesNothingHere) {
  const ImageShape shape{48, 64, 3};
  const Bytes pixels = smooth(shape);
  Bytes out(shape.size());
  JpegEncoder encoder;
  JpegDecoder decoder;
  decoder.decode(encoder.encode(pixels, shape), out);
  const int64_t before = calls_of_new();
  for (int i = 0; i < 5; ++i) decoder.decode(encoder.encode(pixels, shape), out);
  EXPECT_EQ(calls_of_new(), before);
}

}  // namespace
}  // namespace sinew
