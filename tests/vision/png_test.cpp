#include "vision/png.h"

#include <gtest/gtest.h>
#include <png.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>

#include "core/own_mark.h"
#include "core/safe_file.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

Image noise(int height, int width, int channels) {
  Image image;
  image.height = height;
  image.width = width;
  image.channels = channels;
  uint32_t state = 1;
  for (int i = 0; i < height * width * channels; ++i) {
    state = state * 1664525 + 1013904223;
    image.pixels.push_back(static_cast<uint8_t>(state >> 24));
  }
  return image;
}

Image decode(const std::string& bytes, int channels) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_memory(&header, bytes.data(), bytes.size())) << header.message;
  header.format = channels == 1 ? PNG_FORMAT_GRAY : channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
  Image image;
  image.height = static_cast<int>(header.height);
  image.width = static_cast<int>(header.width);
  image.channels = channels;
  image.pixels.resize(PNG_IMAGE_SIZE(header));
  EXPECT_TRUE(png_image_finish_read(&header, nullptr, image.pixels.data(), 0, nullptr)) << header.message;
  return image;
}

TEST(Png, KeepsEveryPixel) {
  for (const int channels : {1, 3, 4}) {
    for (const auto& [height, width] : {std::pair{1, 1}, {3, 17}, {84, 84}}) {
      const Image image = noise(height, width, channels);
      const Image back = decode(encode_png(image), channels);
      EXPECT_EQ(back.height, height);
      EXPECT_EQ(back.width, width);
      EXPECT_EQ(back.pixels, image.pixels);
    }
  }
}

// A reader that checks would stumble over a wrong sum.
TEST(Png, CarriesAWholeChunkWithOurName) {
  EXPECT_TRUE(is_own_png(encode_png(noise(1, 1, 1))));
  const std::string_view content = png_mark.substr(4, png_mark.size() - 8);  // without length and CRC
  uLong sum = crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  for (size_t i = 0; i < 4; ++i, sum <<= 8)
    EXPECT_EQ(static_cast<uint8_t>(png_mark[png_mark.size() - 4 + i]), sum >> 24 & 0xff);
  EXPECT_EQ(static_cast<size_t>(png_mark[3]), content.size() - 4);
}

TEST(Png, WritesAFile) {
  const std::string path = testing::TempDir() + "sinew_png_" + std::to_string(::getpid()) + ".png";
  const Image image = noise(5, 4, 3);
  write_png(path, image);
  EXPECT_EQ(read_file(path), encode_png(image));
  std::filesystem::remove(path);
}

TEST(Png, RefusesWhatIsNoPicture) {
  Image image = noise(4, 4, 3);
  image.pixels.pop_back();
  expect_contains(error_of([&] { encode_png(image); }), "4x4 pixels and 3 channels with 47 bytes");
  EXPECT_THROW(encode_png(Image{}), Error);
  EXPECT_THROW(encode_png(noise(4, 4, 2)), Error);
  EXPECT_THROW(write_png("/nowhere/picture.png", noise(2, 2, 3)), Error);
}

}  // namespace
}  // namespace sinew
